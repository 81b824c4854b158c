"""Landmarks, groups of them, and who may change what."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest

from catmaid_server.domain.accounts import users
from tests.helpers.answers import is_error
from tests.helpers.service import Actor, Service
from tests.helpers.snapshots import as_of, newest_version, snapshot


@dataclass
class Marks:
    """A user who keeps landmarks."""

    service: Service
    actor: Actor

    async def send(self, method: str, path: str, **form: object) -> tuple[int, Any]:
        data = {k: str(v) for k, v in form.items()}
        said = {"params" if method == "GET" else "data": data}
        return await self.actor.request(method, f"/{self.service.project_id}/landmarks/{path}", **said)

    async def ask(self, method: str, path: str, **form: object) -> Any:
        status, body = await self.send(method, path, **form)
        assert status == 200, body
        return body

    async def landmark(self, name: str) -> int:
        return int((await self.ask("PUT", "", name=name))["id"])

    async def group(self, name: str, *members: int) -> int:
        group = int((await self.ask("PUT", "groups/", name=name))["id"])
        if members:
            await self.ask("POST", f"groups/{group}/", **listed("members", *members))
        return group

    async def location(self, landmark: int, x: float = 1, y: float = 2, z: float = 3) -> int:
        return int((await self.ask("PUT", f"{landmark}/locations/", x=x, y=y, z=z))["point_id"])

    async def points(self) -> set[int]:
        return {point["id"] for point in await self.actor.get(f"/{self.service.project_id}/points/")}

    async def rows(self, query: Any) -> list[tuple[Any, ...]]:
        async with self.service.store.reading() as connection:
            return await (await connection.execute(query)).fetchall()

    async def relation(self, name: str) -> int:
        found = dict(await self.rows("SELECT name, id FROM relation"))
        return int(found[name])


def listed(name: str, *values: object) -> dict[str, object]:
    return {f"{name}[{i}]": value for i, value in enumerate(values)}


@pytest.fixture
def mine(service: Service) -> Marks:
    return Marks(service, service.tracer)


@pytest.fixture
async def theirs(service: Service) -> Marks:
    """Somebody else who may annotate."""
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        user_id = await users.create_user(tx, "other")
        for permission in ("can_annotate", "can_annotate_with_token"):
            await users.grant(tx, service.project_id, permission, to="other")
        token = await users.issue_token(tx, user_id)
    return Marks(service, Actor(service.tracer.session, service.url, token))


async def test_landmarks_of_others_are_not_changed(mine: Marks, theirs: Marks) -> None:
    landmark, group = await mine.landmark("tip"), await mine.group("left")
    point = await mine.location(landmark)
    await mine.ask("PUT", f"groups/{group}/locations/{point}/")
    await mine.ask("POST", f"groups/{group}/", **listed("members", landmark))
    link = await mine.ask(
        "PUT", "groups/links/", group_1_id=group, group_2_id=group, relation_id=await mine.relation("close_to")
    )
    for method, path, form in (
        ("POST", f"{landmark}/", {"name": "stolen"}),
        ("POST", f"{landmark}/", {"group_ids": "none"}),
        ("DELETE", f"{landmark}/", {}),
        ("DELETE", "", listed("landmark_ids", landmark)),
        ("DELETE", f"{landmark}/locations/{point}/", {}),
        ("DELETE", f"{landmark}/groups/{group}/", {}),
        ("DELETE", f"groups/{group}/", {}),
        ("POST", f"groups/{group}/", {"members": "none"}),
        ("DELETE", f"groups/{group}/locations/{point}/", {}),
        ("DELETE", f"groups/links/{link['id']}/", {}),
        (
            "POST",
            "groups/import",
            {"data": json.dumps([["LEFT", [["new", 1, 2, 3]]]]), "reuse_existing_groups": "true"},
        ),
        (
            "POST",
            "groups/import",
            {"data": json.dumps([["new", [["Tip", 1, 2, 3]]]]), "reuse_existing_landmarks": "true"},
        ),
    ):
        status, body = await theirs.send(method, path, **form)
        assert (status, is_error(body, "PermissionError")) == (403, True), (method, path, form)
    assert [one["name"] for one in await mine.ask("GET", "")] == ["tip"]
    shown = await mine.ask("GET", "groups/", with_members="true", with_locations="true", with_links="true")
    assert [len(shown[0][part]) for part in ("members", "locations", "links")] == [1, 1, 1]


async def test_everybody_adds_to_landmarks_and_groups(mine: Marks, theirs: Marks) -> None:
    landmark, group = await mine.landmark("tip"), await mine.group("left")
    point = await theirs.location(landmark)
    await theirs.ask("PUT", f"groups/{group}/locations/{point}/")
    await theirs.ask("POST", f"groups/{group}/", name="port side", **listed("members", landmark))
    found = await mine.ask("GET", f"groups/{group}/", with_members="true", with_locations="true", with_names="true")
    assert (found["name"], found["members"], found["locations"]) == (
        "port side",
        [landmark],
        [{"id": point, "x": 1.0, "y": 2.0, "z": 3.0, "names": ["tip"]}],
    )
    assert (await mine.send("DELETE", f"{landmark}/locations/{point}/"))[0] == 403  # their link to my landmark
    await mine.ask("DELETE", f"{landmark}/")


async def test_bad_requests_change_nothing(mine: Marks) -> None:
    landmark, group = await mine.landmark("tip"), await mine.group("left")
    point = await mine.location(landmark)
    async with mine.service.store.reading() as connection:
        before = await snapshot(connection)
    far = 999999
    for method, path, form in (
        ("PUT", "", {"name": "tip"}),
        ("PUT", "", {}),
        ("PUT", "", {"name": " "}),
        ("PUT", "groups/", {"name": "left"}),
        ("PUT", "groups/", {}),
        ("POST", f"{landmark}/", {"name": "new", **listed("group_ids", far)}),
        ("POST", f"{landmark}/", {"group_ids": "x"}),
        ("POST", f"{far}/", {"name": "new"}),
        ("POST", f"groups/{group}/", {}),
        ("POST", f"groups/{group}/", {"name": "new", **listed("members", landmark, far)}),
        ("POST", f"groups/{group}/", listed("members", group)),
        ("DELETE", "", {}),
        ("DELETE", "", listed("landmark_ids", landmark, far)),
        ("DELETE", f"{far}/", {}),
        ("PUT", f"{landmark}/locations/", {"x": 1, "y": 2}),
        ("PUT", f"{landmark}/locations/", {"location_id": far}),
        ("PUT", f"{landmark}/locations/", {"location_id": point, "x": 1}),
        ("PUT", f"{far}/locations/", {"x": 1, "y": 2, "z": 3}),
        ("PUT", f"{landmark}/locations/", {"x": "nan"}),
        ("DELETE", f"{landmark}/locations/{far}/", {}),
        ("DELETE", f"{landmark}/groups/{far}/", {}),
        ("PUT", f"groups/{group}/locations/{far}/", {}),
        ("PUT", f"groups/{far}/locations/{point}/", {}),
        ("DELETE", f"groups/{group}/locations/{point}/", {}),
        ("PUT", "groups/links/", {"group_1_id": group, "group_2_id": group, "relation_id": far}),
        ("PUT", "groups/links/", {"group_1_id": group, "group_2_id": far, "relation_id": 1}),
        ("DELETE", f"groups/links/{far}/", {}),
        ("POST", "groups/import", {}),
        ("POST", "groups/import", {"data": "["}),
        ("POST", "groups/import", {"data": "7"}),
        ("POST", "groups/import", {"data": '[["new", []]]'}),
        ("POST", "groups/import", {"data": '[["new", [["a", 1]]]]'}),
        ("POST", "groups/import", {"data": '[["Left", [["a", 1, 2, 3]]]]'}),
        ("POST", "groups/import", {"data": '[["new", [["TIP", 1, 2, 3]]]]'}),
        ("POST", "groups/import", {"data": '[["new", [["a", 1, 2, 3]]]]', "create_non_existing_landmarks": "false"}),
        ("POST", "groups/import", {"data": '[["new", [["a", 1, 2, 3]]]]', "create_non_existing_groups": "false"}),
        ("POST", "groups/materialize", {"group_a_name": "a", "group_b_name": "b"}),
        ("POST", "groups/materialize", {"group_a_name": "a", "group_b_name": "left", **row("new")}),
        ("POST", "groups/materialize", {"group_a_name": "a", "group_b_name": "b", **row("tip")}),
        (
            "POST",
            "groups/materialize",
            {"group_a_name": "a", "group_b_name": "b", **row("new"), **listed("links[0]", "a", "is unknown", "b")},
        ),
    ):
        status, body = await mine.send(method, path, **form)
        assert 400 <= status < 500, (method, path, form, body)
        assert is_error(body), (method, path, form)
    async with mine.service.store.reading() as connection:
        after = await snapshot(connection)
    assert after == before
    for method, path in (
        ("POST", ""),
        ("GET", f"{landmark}/locations/"),
        ("GET", "groups/import"),
        ("PUT", f"groups/{group}/"),
    ):
        assert (await mine.send(method, path))[0] == 405, (method, path)


def row(name: str) -> dict[str, object]:
    return listed("landmarks[0]", name, 1, 2, 3, 4, 5, 6)


async def test_members_are_set_or_appended_from_both_sides(mine: Marks) -> None:
    tip, base = await mine.landmark("tip"), await mine.landmark("base")
    left, right = await mine.group("left", tip), await mine.group("right")

    async def members() -> list[list[int]]:
        return [group["members"] for group in await mine.ask("GET", "groups/", with_members="true")]

    await mine.ask("POST", f"groups/{left}/", **listed("members", base), append_members="true")
    assert await members() == [[tip, base], []]
    await mine.ask("POST", f"groups/{left}/", **listed("members", base))
    assert await members() == [[base], []]
    await mine.ask("POST", f"{base}/", **listed("group_ids", right), append_memberships="true")
    assert await members() == [[base], [base]]
    await mine.ask("POST", f"{base}/", **listed("group_ids", right))
    assert await members() == [[], [base]]
    await mine.ask("POST", f"{base}/", group_ids="none")
    assert await members() == [[], []]


async def test_a_point_lives_as_long_as_something_uses_it(mine: Marks) -> None:
    tip, top, left = await mine.landmark("tip"), await mine.landmark("top"), await mine.group("left")
    shared, shown, kept, own = [await mine.location(tip, x) for x in range(4)]
    await mine.ask("PUT", f"{top}/locations/", location_id=shared)
    await mine.ask("PUT", f"groups/{left}/locations/{shown}/")
    assert not (await mine.ask("DELETE", f"{tip}/locations/{shared}/"))["deleted_point"]
    assert (await mine.ask("DELETE", f"{tip}/locations/{own}/"))["deleted_point"]
    assert await mine.points() == {shared, shown, kept}
    unlinked = await mine.ask("DELETE", f"{tip}/groups/{left}/", keep_points="true")
    assert (unlinked["shared_point_ids"], unlinked["n_deleted_points"]) == ([shown], 0)
    again = await mine.location(tip, 9)
    await mine.ask("PUT", f"groups/{left}/locations/{again}/")
    assert (await mine.ask("DELETE", f"{tip}/groups/{left}/"))["n_deleted_points"] == again
    assert await mine.points() == {shared, shown, kept}
    await mine.ask("DELETE", "", **listed("landmark_ids", tip), keep_points="true")
    assert kept in await mine.points()
    await mine.ask("DELETE", "", **listed("landmark_ids", top))
    assert await mine.points() == {shown, kept}


async def test_a_point_that_is_left_by_all_at_once_is_gone(mine: Marks) -> None:
    marks = [await mine.landmark(f"mark {i}") for i in range(6)]
    point = await mine.location(marks[0])
    for mark in marks[1:]:
        await mine.ask("PUT", f"{mark}/locations/", location_id=point)
    gone = await asyncio.gather(*(mine.ask("DELETE", f"{mark}/locations/{point}/") for mark in marks))
    assert sum(one["deleted_point"] for one in gone) == 1
    assert await mine.points() == set()


async def test_what_hangs_on_a_group_goes_with_it_and_history_keeps_it(mine: Marks) -> None:
    tip = await mine.landmark("tip")
    left, right = await mine.group("left", tip), await mine.group("right", tip)
    await mine.ask("PUT", f"groups/{left}/locations/{await mine.location(tip)}/")
    await mine.ask(
        "PUT", "groups/links/", group_1_id=left, group_2_id=right, relation_id=await mine.relation("close_to")
    )
    async with mine.service.store.reading() as connection:
        version, before = await newest_version(connection), await snapshot(connection)
    await mine.ask("DELETE", f"groups/{left}/")
    await mine.ask("DELETE", f"{tip}/")
    left_over = await mine.ask("GET", "groups/", with_links="true", with_members="true")
    assert [(group["id"], group["links"], group["members"]) for group in left_over] == [(right, [], [])]
    async with mine.service.store.reading() as connection:
        assert await as_of(connection, version) == before
    for table in (
        "landmark",
        "landmark_group",
        "landmark_member",
        "landmark_group_link",
        "landmark_location",
        "landmark_group_location",
    ):
        assert before[table], table


async def test_links_are_followed_as_far_as_asked(mine: Marks) -> None:
    relation, other = await mine.relation("close_to"), await mine.relation("abutting")
    a, b, c, d = [await mine.group(name) for name in "abcd"]

    async def link(first: int, second: int, by: int) -> Any:
        return await mine.ask("PUT", "groups/links/", group_1_id=first, group_2_id=second, relation_id=by)

    made = await link(a, b, relation)
    assert (made["created"], made["relation_id"]) == (True, str(relation))
    assert await link(a, b, relation) == {**made, "created": False, "relation_id": relation}
    await link(b, c, relation)
    await link(a, d, other)
    path = f"groups/{a}/transitively-linked"
    assert await mine.ask("GET", path, relation_id=relation) == [b, c]
    assert await mine.ask("GET", path, relation_id=relation, max_depth=1) == [b]
    assert await mine.ask("GET", f"groups/{c}/transitively-linked", relation_id=relation) == []
    await link(c, a, relation)
    assert await mine.ask("GET", path, relation_id=relation) == [a, b, c]
    async with mine.service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        await tx.execute("INSERT INTO relation_detail (relation_id, isreciprocal) VALUES (%s, true)", (other,))
    assert await mine.ask("GET", f"groups/{d}/transitively-linked", relation_id=other) == [a]
    assert (await mine.send("GET", path))[0] == 400
    shown = {group["id"]: group for group in await mine.ask("GET", "groups/", with_links="true", with_relations="true")}
    assert [len(shown[group]["links"]) for group in (a, b, c, d)] == [3, 2, 2, 1]
    assert shown[d]["used_relations"] == sorted([[relation, "close_to"], [other, "abutting"]])


async def test_groups_are_made_of_a_list_or_of_pairs_of_places(mine: Marks) -> None:
    assert await mine.ask("POST", "groups/import", data="[]") == []
    await mine.landmark("Tip")
    data = json.dumps([["left", [["tip", 1, 2, 3], ["base", 4, 5, 6]]], ["LEFT", [["Base", 7, 8, 9]]]])
    imported = await mine.ask("POST", "groups/import", data=data, reuse_existing_landmarks="true")
    assert imported[0]["id"] == imported[1]["id"]
    assert imported[1]["members"] == [{"id": imported[0]["members"][1]["id"], "name": "Base", "x": 7, "y": 8, "z": 9}]
    assert [one["name"] for one in await mine.ask("GET", "")] == ["Tip", "base"]
    made = await mine.ask(
        "POST",
        "groups/materialize",
        group_a_name="a",
        group_b_name="b",
        reuse_existing_landmarks="true",
        **listed("landmarks[0]", "Tip", 1, 2, 3, 4, 5, 6),
        **listed("landmarks[1]", "new", 7, 8, 9, "1.5", 2, 3),
        **listed("links[0]", "b", "close_to", "a"),
    )
    assert (set(made["landmarks"]), made["created_landmarks"], list(made["links"].values())) == (
        {"Tip", "new"},
        1,
        ["close_to"],
    )
    b = await mine.ask("GET", f"groups/{made['group_b_id']}/", with_locations="true", with_names="true")
    assert [(place["x"], place["names"]) for place in b["locations"]] == [(4, ["Tip"]), (1.5, ["new"])]
    [link] = (await mine.ask("GET", "groups/", with_links="true"))[-1]["links"]
    assert (link["subject_id"], link["object_id"]) == (made["group_b_id"], made["group_a_id"])


async def test_two_who_use_a_new_name_at_once_make_one_landmark(mine: Marks, theirs: Marks) -> None:
    for path in ("", "groups/"):
        answers = await asyncio.gather(*(who.send("PUT", path, name="tip") for who in (mine, theirs) * 4))
        assert sorted(status for status, _ in answers) == [200] + [400] * 7


async def test_landmarks_are_of_one_project(mine: Marks, service: Service) -> None:
    tip, left = await mine.landmark("tip"), await mine.group("left")
    point = await mine.location(tip)
    elsewhere = await service.admin.post("/projects/", title="Elsewhere")
    base = f"/{elsewhere['id']}/landmarks/"
    for path in ("", "groups/"):
        assert await service.admin.get(base + path) == []
    for method, path in (
        ("GET", f"{tip}/"),
        ("DELETE", f"{tip}/"),
        ("GET", f"groups/{left}/"),
        ("DELETE", f"groups/{left}/"),
        ("PUT", f"groups/{left}/locations/{point}/"),
    ):
        assert (await service.admin.request(method, base + path))[0] == 404, (method, path)


async def test_landmarks_and_groups_change_side_by_side(mine: Marks, theirs: Marks) -> None:
    marks, left = [await mine.landmark(f"mark {i}") for i in range(6)], await mine.group("left")
    await asyncio.gather(
        *(
            request
            for mark in marks
            for request in (
                mine.ask("POST", f"{mark}/", **listed("group_ids", left)),
                theirs.ask("POST", f"groups/{left}/", append_members="true", **listed("members", mark)),
            )
        )
    )
    assert (await mine.ask("GET", f"groups/{left}/", with_members="true"))["members"] == marks
    assert await mine.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == [(0,)]
