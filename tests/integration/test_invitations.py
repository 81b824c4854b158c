"""Invitations that end: by a date, by how many use them, by whom they are withdrawn."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import catmaid_jupyter as cj
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import invitations
from tests.helpers.service import Actor, Service

BROWSE = {"permissions[0]": "can_browse"}


async def guest(service: Service, name: str) -> Actor:
    """A user who was granted nothing, with an API token."""
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        token = await users.issue_token(tx, await users.create_user(tx, name))
    return Actor(service.visitor.session, service.url, token)


async def invite(service: Service, **wish: object) -> Any:
    return await service.admin.post(f"/{service.project_id}/invitations/", **{**BROWSE, **wish})


async def listed(service: Service) -> Any:
    return await service.admin.get(f"/{service.project_id}/invitations/")


async def why_not(actor: Actor, token: str) -> str:
    status, error = await actor.refused("/project-tokens/apply", token=token)
    assert status == 404
    return str(error["error"])


async def let_it_end(service: Service, token: str) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="time goes by") as tx:
        await tx.execute("UPDATE project_token SET expiry = now() - interval '1 hour' WHERE token = %s", (token,))


async def test_it_lets_in_as_many_as_it_is_for(service: Service) -> None:
    made = await invite(service, uses=2, name="for two")
    guests = [await guest(service, name) for name in ("ana", "bo", "cy")]
    # All at once: who is one too many is told so, and is let in nowhere.
    answers = await asyncio.gather(
        *(one.request("POST", "/project-tokens/apply", data={"token": made["token"]}) for one in guests)
    )
    assert sorted(status for status, _ in answers) == [200, 200, 404]
    late = guests[[status for status, _ in answers].index(404)]
    assert "has been used by the 2 people for whom it was. Ask for a new one." in await why_not(late, made["token"])
    assert await late.get("/projects/") == []
    (shown,) = await listed(service)
    assert (shown["is_open"], shown["uses"], shown["most_uses"], shown["user"]) == (False, 2, 2, "admin")
    early = next(one for one in guests if one is not late)
    await early.post("/project-tokens/apply", token=made["token"])


async def test_it_ends_at_its_time(service: Service) -> None:
    made = await invite(service, expires=(datetime.now(UTC) + timedelta(days=1)).isoformat())
    ana, bo = await guest(service, "ana"), await guest(service, "bo")
    await ana.post("/project-tokens/apply", token=made["token"])
    await let_it_end(service, made["token"])
    assert "This invitation into 'Test' ended on 20" in await why_not(bo, made["token"])
    await ana.post("/project-tokens/apply", token=made["token"])
    assert [one["is_open"] for one in await listed(service)] == [False]


async def test_who_made_it_may_withdraw_it(service: Service) -> None:
    async with service.store.writing(user_id=None, project_id=service.project_id, label="set up") as tx:
        await users.grant(tx, service.project_id, "can_administer", to="tracer")
    made = await service.tracer.post(f"/{service.project_id}/invitations/", **BROWSE)
    other = await invite(service)
    async with service.store.writing(user_id=None, project_id=service.project_id, label="set up") as tx:
        await tx.execute("DELETE FROM project_permission WHERE permission = 'can_administer' AND user_id <> 1")
        await tx.execute("DELETE FROM project_permission WHERE permission = 'can_administer' AND user_id ="
                         " (SELECT id FROM app_user WHERE username = 'tracer')")  # fmt: skip
    path = f"/{service.project_id}/invitations"
    assert (await service.tracer.request("DELETE", f"{path}/{other['id']}"))[0] == 403
    assert (await service.tracer.request("DELETE", f"{path}/{made['id']}"))[0] == 200
    assert [one["is_open"] for one in await listed(service)] == [False, True]
    assert "was withdrawn" in await why_not(service.tracer, made["token"])
    assert (await service.admin.request("DELETE", f"{path}/999"))[0] == 404


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"expires": "2020-01-01"}, "An invitation ends in the future"),
        ({"expires": "soon"}, "A time is written as"),
        ({"uses": 0}, "is for 1 to 10,000 people"),
        ({"permissions[0]": "can_fly"}, "Unknown permissions can_fly"),
        ({"name": "a\nb"}, "without line breaks"),
    ],
)
async def test_what_cannot_be_is_told(service: Service, wish: dict[str, object], words: str) -> None:
    status, error = await service.admin.refused(f"/{service.project_id}/invitations/", **{**BROWSE, **wish})
    assert status == 400
    assert words in str(error["error"])
    assert await listed(service) == []


async def test_tokens_of_catmaid_s_clients_do_not_end(service: Service) -> None:
    form = {"default_permissions[0]": "can_browse"}
    await service.admin.post(f"/{service.project_id}/project-tokens/", **form)
    (shown,) = await listed(service)
    assert (shown["expires"], shown["most_uses"], shown["is_open"]) == (None, None, True)


async def test_the_past_of_an_invitation_has_its_end(service: Service) -> None:
    made = await invite(service, uses=3)
    async with service.store.reading() as connection:
        (found,) = await invitations.list_invitations(connection, service.project_id)
    await service.admin.request("DELETE", f"/{service.project_id}/invitations/{made['id']}")
    async with service.store.reading() as connection:
        rows = await (
            await connection.execute(
                "SELECT most_uses, email, enabled FROM project_token__with_history ORDER BY enabled"
            )
        ).fetchall()
    assert rows == [(3, "", False), (3, "", True)]
    assert found.most_uses == 3


async def test_python_says_when_it_ends(service: Service) -> None:
    def story() -> None:
        with cj.connect(service.url, service.admin.token) as admin:
            test = admin.project("Test")
            test.invite(name="Course", expires="2999-03-01", uses=30)
            with pytest.raises(cj.InvalidInput, match="The end of an invitation is written as 2027-03-01"):
                test.invite(expires="in March")
            with pytest.raises(cj.InvalidInput, match="for 1 to 10,000 people"):
                test.invite(uses=0)
            (row,) = test.invitations.to_dict("records")
            assert (row["uses"], row["most_uses"], row["user"]) == (0, 30, "admin")
            assert f"{row['expires']:%Y-%m-%d %H:%M}" == "2999-03-01 23:59"

    await asyncio.to_thread(story)
