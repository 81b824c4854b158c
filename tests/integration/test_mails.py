"""Mail: invitations reach a mail server, what it refuses is told, and nobody sends too much or other headers."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import catmaid_jupyter as cj
from catmaid_server.db.store import Store
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.projects.mails import require_address
from catmaid_server.jobs import mailing
from catmaid_server.jobs.kinds import mails
from catmaid_server.jobs.mailing import MailRefused, MailServerAway, composed
from catmaid_server.service.mail_settings import MailServer
from catmaid_server.service.settings import Settings
from tests.helpers.job_workers import ended, until, working
from tests.helpers.patience import PATIENCE_S
from tests.helpers.service import Service, fresh_service
from tests.helpers.smtp import PASSWORD, USER, MailServerStandIn, mail_server

PUBLIC = "https://catmaid.example.org/catmaid"
TO_BEN = {"permissions[0]": "can_browse", "email": "ben@lab.example"}


def settings_for(server: MailServerStandIn, **more: Any) -> dict[str, Any]:
    return {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_security": "none",
        "smtp_sender": "CATMAID <catmaid@lab.example>",
        "public_url": PUBLIC,
        **more,
    }


@pytest.fixture
async def smtp() -> AsyncIterator[MailServerStandIn]:
    async with mail_server() as running:
        yield running


@pytest.fixture
async def service(store: Store, tmp_path: Path) -> AsyncIterator[Service]:
    async with fresh_service(store, tmp_path, mails_per_hour=3, public_url=PUBLIC) as running:
        yield running


async def invite(service: Service, **wish: object) -> Any:
    return await service.admin.post(f"/{service.project_id}/invitations/", **{**TO_BEN, **wish})


async def the_job(service: Service) -> int:
    return int((await service.admin.get(f"/{service.project_id}/jobs"))[0]["id"])


async def mail_of(service: Service) -> str:
    return str((await service.admin.get(f"/{service.project_id}/invitations/"))[-1]["mail"])


async def titles(service: Service) -> list[str]:
    """Titles of the administrator's messages."""
    found = await service.admin.get("/messages/list")
    return [one["title"] for one in found.values() if "title" in one]


async def test_an_invitation_is_sent(service: Service, smtp: MailServerStandIn, tmp_path: Path) -> None:
    made = await invite(service, expires="2999-03-01")
    assert (made["email"], made["mail"], made["most_uses"]) == ("ben@lab.example", "waits", 1)
    assert made["link"] == f"{PUBLIC}/#join={made['token']}"
    async with working(service.store.dsn, tmp_path, **settings_for(smtp)):
        job = await ended(service.store, service.project_id, await the_job(service))
    assert (job.state, job.title, job.note) == ("done", "Invitation by mail", "sent")
    ((recipients, mail),) = smtp.mails
    assert recipients == ["ben@lab.example"]
    assert (mail["From"], mail["To"]) == ("CATMAID <catmaid@lab.example>", "ben@lab.example")
    assert mail["Subject"] == "Admin invites you into the project Test"
    text = mail.get_content()
    assert made["link"] in text.splitlines()
    assert "It is for one person. It ends on 2999-03-01 at 00:00 UTC." in text
    assert await mail_of(service) == "sent"
    # Whoever sees jobs, or reads the database for analyses, learns neither token nor address there.
    assert made["token"] not in str(job)
    assert "ben@" not in str(job)
    assert await titles(service) == [], "a mail that was sent needs no message"


async def test_who_cannot_be_reached_is_tried_again(
    service: Service, smtp: MailServerStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mails, "PAUSES_S", (0, 0, 0, 0))
    smtp.answers = ["451 come again", "452 ben@lab.example has no room"]
    await invite(service)
    async with working(service.store.dsn, tmp_path, **settings_for(smtp)):
        job = await ended(service.store, service.project_id, await the_job(service))
    assert (job.state, job.attempt, len(smtp.mails)) == ("done", 3, 1)
    log = [line["text"] for line in await service.admin.get(f"/{service.project_id}/jobs/{job.id}/log")]
    assert log[0] == "The mail server 127.0.0.1 says: 451 come again It is tried again in 0 seconds."
    assert log[1] == "Attempt 2 begins anew."
    assert "452 the address has no room" in log[2]


async def test_until_then_it_waits_and_says_for_what(
    service: Service, smtp: MailServerStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    smtp.answers = ["451 come again"]
    await invite(service)
    job_id = await the_job(service)
    async with working(service.store.dsn, tmp_path, **settings_for(smtp)), asyncio.timeout(PATIENCE_S):
        while await mail_of(service) == "waits":
            await asyncio.sleep(0.05)
        job = await until(service.store, service.project_id, job_id, {"waiting"})
    assert job.note == "The mail server 127.0.0.1 says: 451 come again It is tried again in 30 seconds."
    assert await mail_of(service) == job.note


@pytest.mark.parametrize(("answers", "tries"), [(["550 no such user ben@lab.example"], 1), (["451 no"] * 5, 5)])
async def test_what_fails_is_told(
    service: Service, smtp: MailServerStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    answers: list[str], tries: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(mails, "PAUSES_S", (0, 0, 0, 0))
    smtp.answers = list(answers)
    await invite(service)
    async with working(service.store.dsn, tmp_path, **settings_for(smtp)):
        job = await ended(service.store, service.project_id, await the_job(service))
    assert (job.state, job.attempt, smtp.mails) == ("failed", tries, [])
    assert answers[0].replace("ben@lab.example", "the address") in await mail_of(service)
    assert await titles(service) == ["Invitation by mail: failed"]


async def test_one_that_was_withdrawn_is_not_sent(service: Service, smtp: MailServerStandIn, tmp_path: Path) -> None:
    made = await invite(service)
    await service.admin.request("DELETE", f"/{service.project_id}/invitations/{made['id']}")
    async with working(service.store.dsn, tmp_path, **settings_for(smtp)):
        await ended(service.store, service.project_id, await the_job(service))
    assert smtp.mails == []
    assert await mail_of(service) == "It was withdrawn before it was sent."


async def test_nobody_sends_more_than_the_limit(service: Service) -> None:
    # At once, too: more would get through if they were not counted one after the other.
    answers = await asyncio.gather(
        *(service.admin.request("POST", f"/{service.project_id}/invitations/", data=TO_BEN) for _ in range(5))
    )
    assert sorted(status for status, _ in answers) == [200, 200, 200, 400, 400]
    problem = next(body["error"] for status, body in answers if status == 400)
    assert problem == "You have had 3 mails sent in the last hour, as many as you may: try again later."
    assert len(await service.admin.get(f"/{service.project_id}/invitations/")) == 3, "nothing is made half"
    await service.admin.post(f"/{service.project_id}/invitations/", **{"permissions[0]": "can_browse"})


async def test_without_a_mail_server_the_link_is_given(store: Store, tmp_path: Path) -> None:
    async with fresh_service(store, tmp_path) as service:

        def story() -> None:
            with cj.connect(service.url, service.admin.token) as admin:
                test = admin.project("Test")
                with pytest.warns(UserWarning, match="This service sends no mail: give the link to ben@lab.example"):
                    link = test.invite("ben@lab.example")
                assert link.startswith(f"{service.url}/#join=")
                (row,) = test.invitations.to_dict("records")
                assert (row["email"], row["mail"], row["most_uses"]) == ("ben@lab.example", "", 1)
                with pytest.raises(cj.InvalidInput, match=r"An e-mail address is written as ana@lab\.example"):
                    test.invite("ben")

        await asyncio.to_thread(story)


async def test_python_says_nothing_of_mail_that_is_on_its_way(service: Service) -> None:
    def story() -> None:
        with cj.connect(service.url, service.admin.token) as admin, warnings.catch_warnings():
            warnings.simplefilter("error")
            test = admin.project("Test")
            link = test.invite("ben@lab.example", uses=2)
            assert test.invitations[["link", "mail", "most_uses"]].to_numpy().tolist() == [[link, "waits", 2]]
            assert link.startswith(f"{PUBLIC}/#join=")

    await asyncio.to_thread(story)


@pytest.mark.parametrize(
    "address",
    ["", "ben", "ben@", "@lab.example", "ben@lab.example, bo@lab.example", "ben@lab.example\nBcc: bo@lab.example",
     "Ben <ben@lab.example>", "bén@lab.example", "ben@lab..example", "a" * 65 + "@lab.example", "ben@-lab.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="An e-mail address is written as"):
        require_address(address)


def server_at(port: int, **more: Any) -> MailServer:
    values: dict[str, Any] = {"host": "127.0.0.1", "security": "none", "user": "", "password": ""}
    return MailServer(port=port, sender="catmaid@lab.example", public_url=PUBLIC, **{**values, **more})


def test_a_subject_adds_no_header() -> None:
    mail = composed(server_at(25), "ben@lab.example", "A project\r\nBcc: bo@lab.example\r\n\r\nBuy", "text")
    assert mail["Subject"] == "A project Bcc: bo@lab.example Buy"
    assert mail["Bcc"] is None
    assert "\nBcc:" not in mail.as_string()


async def test_it_logs_in_with_a_password_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{PASSWORD}\n")
    async with mail_server(needs_login=True) as smtp:
        given = settings_for(smtp, smtp_user=USER, smtp_password_file=secret)
        server = Settings(data_dir=tmp_path, **given).mail_server()
        assert PASSWORD not in repr(server)
        await mailing.send(server, composed(server, "ben@lab.example", "Hello", "text"))
        assert len(smtp.mails) == 1
        with pytest.raises(MailRefused, match="says: 535"):
            await mailing.send(
                server_at(smtp.port, user=USER, password="wrong"), composed(server, "ben@lab.example", "Hello", "text")
            )


async def test_where_tls_is_wanted_nothing_goes_without(smtp: MailServerStandIn) -> None:
    server = server_at(smtp.port, security="starttls")
    with pytest.raises(MailRefused, match=r"does not do on port .* what the settings say: .*STARTTLS"):
        await mailing.send(server, composed(server, "ben@lab.example", "Hello", "text"))
    assert smtp.mails == []


async def test_a_server_that_is_not_there_is_told(unused_tcp_port: int) -> None:
    server = server_at(unused_tcp_port)
    with pytest.raises(MailServerAway, match="does not answer on port"):
        await mailing.send(server, composed(server, "ben@lab.example", "Hello", "text"))


async def test_who_asks_and_who_decides_hear_of_each_other(
    service: Service, smtp: MailServerStandIn, tmp_path: Path
) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        await tx.execute("UPDATE app_user SET email = username || '@lab.example' WHERE username IN ('admin', 'tracer')")
    made = await service.admin.post(
        f"/{service.project_id}/invitations/", needs_approval="true", **{"permissions[0]": "can_fork"}
    )
    for _ in range(2):
        await service.tracer.post("/project-tokens/apply", token=made["token"])
    assert await titles(service) == ["tracer asks to join 'Test'"], "once"
    (asked,) = await service.admin.get(f"/{service.project_id}/project-tokens/requests")
    form = {"token_id": asked["token_id"], "user_id": asked["user_id"]}
    path = f"/{service.project_id}/project-tokens/refuse"
    assert (await service.admin.refused(path, **form, word="a" * 1001))[0] == 400
    await service.admin.post(path, **form, word="Not this year.\r\nBcc: bo@lab.example")
    told = await service.tracer.get("/messages/list")
    assert told["0"]["title"] == "You were not let into 'Test'"
    assert told["0"]["text"].startswith("Not this year.")
    await service.admin.post(f"/{service.project_id}/project-tokens/approve", **form, word="Welcome!")
    async with working(service.store.dsn, tmp_path, **settings_for(smtp)), asyncio.timeout(PATIENCE_S):
        while len(smtp.mails) < 3:
            await asyncio.sleep(0.05)
    sent = {str(mail["Subject"]): (recipients, mail) for recipients, mail in smtp.mails}
    assert {title: recipients for title, (recipients, _) in sent.items()} == {
        "tracer asks to join 'Test'": ["admin@lab.example"],
        "You were not let into 'Test'": ["tracer@lab.example"],
        "You are in 'Test'": ["tracer@lab.example"],
    }
    assert "Welcome!" in sent["You are in 'Test'"][1].get_content()
    assert all(mail["Bcc"] is None for _, mail in smtp.mails)


async def test_who_has_no_address_gets_a_message_alone(service: Service) -> None:
    made = await service.admin.post(
        f"/{service.project_id}/invitations/", needs_approval="true", **{"permissions[0]": "can_fork"}
    )
    await service.tracer.post("/project-tokens/apply", token=made["token"])
    assert await titles(service) == ["tracer asks to join 'Test'"]
    assert await service.admin.get(f"/{service.project_id}/jobs") == []
