"""What users keep for themselves or put on the image: settings, messages, trusted reviewers, text, clouds of points."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from tests.helpers.answers import is_error
from tests.helpers.arbors import Tracer
from tests.helpers.service import Actor, Service


@pytest.fixture
async def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


@pytest.fixture
async def admin(module_service: Service) -> Tracer:
    return Tracer.of(module_service, module_service.admin)


@pytest.fixture(scope="module")
async def store(module_service: Service) -> str:
    await module_service.admin.post("/client/datastores/", name="settings")
    return "/client/datastores/settings/"


@pytest.fixture(scope="module")
async def stack_id(module_service: Service) -> int:
    async with module_service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        cursor = await tx.execute(
            "WITH made AS (INSERT INTO stack (title, dimension_x, dimension_y, dimension_z, resolution_x,"
            " resolution_y, resolution_z) VALUES ('images', 9, 9, 9, 4, 4, 40) RETURNING id)"
            " INSERT INTO project_stack (project_id, stack_id, translation_z) SELECT %s, id, 20 FROM made"
            " RETURNING stack_id",
            (module_service.project_id,),
        )
        row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def put(actor: Actor, path: str, **form: object) -> tuple[int, Any]:
    return await actor.request("PUT", path, data={name: str(value) for name, value in form.items()})


class TestSettings:
    """Client datastores."""

    async def test_one_sees_ones_own_and_everybodys(
        self, module_service: Service, store: str, tracer: Tracer, admin: Tracer
    ) -> None:
        project = {"project_id": module_service.project_id}
        await put(tracer.actor, store, key="a", value='{"of": "tracer"}')
        await put(admin.actor, store, key="a", value='{"of": "admin"}')
        await put(admin.actor, store, key="a", value='{"of": "all"}', ignore_user="true")
        await put(admin.actor, store, key="a", value='{"of": "all here"}', ignore_user="true", **project)
        await put(tracer.actor, store, key="a", value='{"of": "tracer here"}', **project)

        async def seen(actor: Actor, **query: object) -> set[str]:
            found: Any = await actor.get(store, **query)
            return {datum["value"]["of"] for datum in found}

        assert await seen(tracer.actor) == {"tracer", "all"}
        assert await seen(tracer.actor, **project) == {"tracer", "all", "tracer here", "all here"}
        assert await seen(admin.actor, **project) == {"admin", "all", "all here"}
        assert await seen(tracer.actor, key="b") == set()

    async def test_a_value_is_replaced(self, store: str, tracer: Tracer) -> None:
        status, made = await put(tracer.actor, store, key="once", value='{"n": 1}')
        assert (status, made["value"]) == (200, {"n": 1})
        assert (await put(tracer.actor, store, key="once", value='{"n": 2}'))[0] == 204
        found: Any = await tracer.actor.get(store, key="once")
        assert [datum["value"] for datum in found] == [{"n": 2}]

    async def test_one_deletes_ones_own(self, module_service: Service, tracer: Tracer, admin: Tracer) -> None:
        store, project = "/client/datastores/given-up/", {"project_id": module_service.project_id}
        await admin.actor.post("/client/datastores/", name="given-up")
        for writer, form in ((tracer, {}), (tracer, project), (admin, {}), (admin, {"ignore_user": "true"})):
            for key in "ab":
                await put(writer.actor, store, key=key, value="{}", **form)

        async def deleted(actor: Actor, **query: object) -> tuple[int, Any]:
            return await actor.request("DELETE", store, params={name: str(value) for name, value in query.items()})

        assert await deleted(tracer.actor) == (200, {"n_deleted": 2})
        assert (await deleted(tracer.actor, ignore_user="true"))[0] == 403
        assert await deleted(tracer.actor, **project) == (200, {"n_deleted": 2})
        assert await deleted(admin.actor, ignore_user="true") == (200, {"n_deleted": 2})
        left: Any = await admin.actor.get(store, **project)
        assert [datum["user"] is not None for datum in left] == [True, True]

    async def test_one_value_comes_of_many_writers(self, store: str, tracer: Tracer) -> None:
        statuses = [
            status
            for status, _ in await asyncio.gather(
                *(put(tracer.actor, store, key="race", value=json.dumps({"n": n})) for n in range(8))
            )
        ]
        assert set(statuses) <= {200, 204, 400}
        assert len(await tracer.actor.get(store, key="race")) == 1

    @pytest.mark.parametrize("form", [
        {"key": "", "value": "{}"}, {"key": "k", "value": ""}, {"key": "k", "value": "[]"}, {"key": "k", "value": "{"},
        {"key": "k", "value": '{"a": "\\u0000"}'}, {"key": "\x00", "value": "{}"}, {"key": "k", "value": "[" * 90_000},
        {"key": "k", "value": "{}", "project_id": "x"},
    ], ids=str)  # fmt: skip
    async def test_what_is_no_setting_is_refused(self, store: str, tracer: Tracer, form: dict[str, str]) -> None:
        status, body = await put(tracer.actor, store, **form)
        assert (status, is_error(body)) == (400, True), body

    async def test_another_projects_settings_are_not_ours(self, store: str, tracer: Tracer, admin: Tracer) -> None:
        made: Any = await admin.actor.post("/projects/", title="Not the tracer's")
        await put(admin.actor, store, key="secret", value='{"of": "hidden"}', ignore_user="true", project_id=made["id"])
        for project_id in (made["id"], 999_999):
            for status, body in (
                await tracer.actor.request("GET", f"{store}?project_id={project_id}"),
                await put(tracer.actor, store, key="k", value="{}", project_id=project_id),
            ):
                assert (status, is_error(body, "PermissionError")) == (403, True)


class TestMessages:
    """Messages to users."""

    async def write(self, tracer: Tracer, *, to: str, action: str = "") -> int:
        async with tracer.store.writing(user_id=None, project_id=None, label="set up") as tx:
            user = await users.require_user(tx, to)
            cursor = await tx.execute(
                "INSERT INTO message (user_id, title, text, action) VALUES (%s, 'a title',"
                " '<script>alert(1)</script>', %s) RETURNING id",
                (user.id, action),
            )
            row = await cursor.fetchone()
        assert row is not None
        return int(row[0])

    async def unread(self, tracer: Tracer) -> set[int]:
        found: Any = await tracer.actor.get("/messages/list")
        return {message["id"] for message in found.values() if "title" in message}

    async def test_a_message_is_read_by_whom_it_is_for(self, tracer: Tracer, admin: Tracer) -> None:
        message = await self.write(tracer, to="tracer")
        assert message in await self.unread(tracer)
        assert message not in await self.unread(admin)
        status, _ = await admin.actor.request("POST", f"/messages/{message}/mark_read")
        assert status == 404
        answer = await tracer.actor.request("POST", f"/messages/{message}/mark_read")
        assert answer == (200, {"success": True})
        assert message not in await self.unread(tracer)

    @pytest.mark.parametrize(("action", "status"), [
        ("/downloads/1", 302), ("https://elsewhere.example/", 302), ("javascript:alert(1)", 200), ("", 200),
    ])  # fmt: skip
    async def test_one_is_led_to_what_it_is_about(self, tracer: Tracer, action: str, status: int) -> None:
        """Other addresses than those of pages lead nowhere."""
        message = await self.write(tracer, to="tracer", action=action)
        got, _ = await tracer.actor.request("POST", f"/messages/{message}/mark_read", allow_redirects=False)
        assert got == status


class TestTrust:
    """The reviewers that a user trusts."""

    async def test_the_list_is_ones_own_and_replaced_whole(self, tracer: Tracer, admin: Tracer) -> None:
        ids = dict(await tracer.rows("SELECT username, id FROM app_user"))
        path = "user/reviewer-whitelist"
        await tracer.post(path, **{str(ids["admin"]): "2020-01-01T00:00:00Z", str(ids["tracer"]): "2021-01-01"})
        assert {row["reviewer_id"] for row in await tracer.get(path)} == {ids["admin"], ids["tracer"]}
        assert await admin.get(path) == []
        await tracer.post(path, **{str(ids["admin"]): "2022-01-01T00:00:00Z"})
        assert await tracer.get(path) == [{"reviewer_id": ids["admin"], "accept_after": "2022-01-01T00:00:00Z"}]
        await tracer.post(path)
        assert await tracer.get(path) == []

    @pytest.mark.parametrize("form", [
        {"somebody": "2020-01-01"}, {"1": "yesterday"}, {"999999": "2020-01-01"}, {"99999999999": "2020-01-01"},
        {"1": "\x00"}, {"-1": "2020-01-01"}, {"1": "0001-01-01T00:00:00+23:59"},
    ], ids=str)  # fmt: skip
    async def test_who_is_nobody_is_refused(self, tracer: Tracer, form: dict[str, str]) -> None:
        status, body = await tracer.refused("user/reviewer-whitelist", **form)
        assert (status, is_error(body)) == (400, True), body
        assert await tracer.get("user/reviewer-whitelist") == []


class TestText:
    """Text on the image."""

    async def seen(self, tracer: Tracer, stack_id: int, z: float, **view: float) -> set[str]:
        found = await tracer.get(
            "textlabel/all",
            **{"sid": stack_id, "left": -100, "top": -100, "width": 200, "height": 200, "scale": 1, "z": z} | view,
        )
        return {label["text"] for label in found.values()}

    async def test_text_is_seen_in_its_section_and_place(self, tracer: Tracer, stack_id: int) -> None:
        await tracer.post("textlabel/create", text="here", x=50, y=50, z=60)
        assert await self.seen(tracer, stack_id, z=80) == {"here"}
        assert await self.seen(tracer, stack_id, z=81) == set()
        assert await self.seen(tracer, stack_id, z=39) == set()
        assert await self.seen(tracer, stack_id, z=60, left=51) == set()

    async def test_what_shrinks_with_the_image_is_left_out_when_unreadable(self, tracer: Tracer, stack_id: int) -> None:
        for text, scaling in (("shrinks", "true"), ("stays", "false")):
            await tracer.post("textlabel/create", text=text, z=1000, font_size=10, scaling=scaling)
        assert await self.seen(tracer, stack_id, z=1000) == {"shrinks", "stays"}
        assert await self.seen(tracer, stack_id, z=1000, scale=0.1) == {"stays"}
        assert await self.seen(tracer, stack_id, z=1000, scale=1, resolution=5) == {"stays"}

    async def test_colours_are_answered_as_bytes(self, tracer: Tracer, stack_id: int) -> None:
        await tracer.post("textlabel/create", r=0.5, g=1, b=0, a=0.25, z=5000, scaling=1)
        found = await tracer.get("textlabel/all", sid=stack_id, z=5000, width=10, height=10)
        assert [(label["colour"], label["scaling"]) for label in found.values()] == [
            ({"r": 127, "g": 255, "b": 0, "a": 0.25}, 1)
        ]

    async def test_a_change_leaves_the_rest(self, tracer: Tracer) -> None:
        made = await tracer.post("textlabel/create", text="before", r=0.25, x=5)
        await tracer.post("textlabel/update", tid=made["tid"], text="after", g=0.75)
        assert await tracer.rows("SELECT text, color[1:2], x FROM text_label WHERE id = %s", made["tid"]) == [
            ("after", [0.25, 0.75], 5)
        ]

    @pytest.mark.parametrize("form", [{"x": "nan"}, {"text": "\x00"}, {"font_size": "big"}, {"tid": 10**12}], ids=str)
    async def test_what_is_no_text_is_refused(self, tracer: Tracer, form: dict[str, object]) -> None:
        made = await tracer.post("textlabel/create")
        status, body = await tracer.refused("textlabel/update", **{"tid": made["tid"]} | form)
        assert (status, is_error(body)) == (400, True), body


class TestClouds:
    """Clouds of points."""

    async def test_points_keep_their_order(self, tracer: Tracer) -> None:
        points = [[3, 0, 0], [1, 0, 0], [2, 0.5, -7]]
        path = f"/{tracer.project_id}/pointclouds/"
        _, made = await put(tracer.actor, path, name="somata", description="d", points=json.dumps(points))
        described: Any = await tracer.actor.get(f"{path}{made['id']}/", with_points="true")
        assert [list(point[1:]) for point in described["points"]] == points
        assert (described["name"], described["description"]) == ("somata", "d")
        status, _ = await tracer.actor.request("DELETE", f"{path}{made['id']}/")
        assert status == 200
        assert not await tracer.rows("SELECT id FROM cloud_point WHERE point_cloud_id = %s", made["id"])

    @pytest.mark.parametrize("form", [
        {"name": "", "points": "[[1, 2, 3]]"}, {"name": "x"}, {"name": "x", "points": "[]"},
        {"name": "x", "points": "[[1, 2]]"}, {"name": "x", "points": '[["a", 2, 3]]'},
        {"name": "x", "points": "[[1e999, 2, 3]]"}, {"name": "x", "points": "[" * 9000},
    ], ids=str)  # fmt: skip
    async def test_what_is_no_cloud_is_refused(self, tracer: Tracer, form: dict[str, str]) -> None:
        before = await tracer.rows("SELECT count(*) FROM point_cloud")
        status, body = await put(tracer.actor, f"/{tracer.project_id}/pointclouds/", **form)
        assert (status, is_error(body)) == (400, True), body
        assert await tracer.rows("SELECT count(*) FROM point_cloud") == before


class TestFavourites:
    """The projects that a user likes best."""

    async def test_a_favourite_is_ones_own(self, tracer: Tracer, admin: Tracer) -> None:
        path = f"/{tracer.project_id}/favorite"
        assert [await tracer.actor.post(path), await tracer.actor.post(path)] == [{"new": True}, {"new": False}]

        async def favourites(of: Tracer) -> set[int]:
            found: Any = await of.actor.get("/projects/")
            return {project["id"] for project in found if project.get("favorite")}

        assert await favourites(tracer) == {tracer.project_id}
        assert await favourites(admin) == set()
        await tracer.actor.request("DELETE", path)
        assert await favourites(tracer) == set()

    async def test_a_favourite_is_no_permission(self, module_service: Service, tracer: Tracer) -> None:
        async with module_service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            owner = await users.require_user(tx, "admin")
            hidden = await projects.create_project(tx, "Liked by nobody", owner_id=owner.id)
        status, _ = await tracer.actor.request("POST", f"/{hidden}/favorite")
        assert status == 403
