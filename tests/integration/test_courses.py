"""Courses over HTTP: who sees what, how work goes from hand to hand, and what stays hidden from students."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from catmaid_server.domain.accounts import users
from catmaid_server.domain.courses.initials import new_initials
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.classroom import HIDDEN, Classroom, open_classroom
from tests.helpers.service import Service


@pytest.fixture
async def classroom(service: Service) -> Classroom:
    return await open_classroom(service)


async def test_work_goes_from_hand_to_hand(classroom: Classroom) -> None:
    ana, trainer = classroom.ana, classroom.trainer
    root = await classroom.begun(ana)
    assert await classroom.begun(ana) == root, "who began already goes on"
    node = await ana.node(root, 10, 20, 80)
    await ana.post(classroom.of_seed("status"), status="on hold")
    await ana.post(classroom.of_seed("status"), status="done")
    (found,) = (await classroom.board())["assignments"]
    assert (found["neuron"], found["nodes"], found["cable_length"], found["status"]) == ("AB 1", 2, 50.0, "done")
    judged = {"user_id": classroom.user_ids["ana"]}
    await trainer.post(
        classroom.of_seed("review"), **judged, status="given back", comment="The dendrite goes on at the left."
    )
    own = await ana.get(classroom.path("mine"))
    assert [one["status"] for one in own["assignments"]] == ["given back"]
    await ana.post(classroom.of_seed("messages"), text="Is this the soma?", treenode_id=node)
    await ana.post(classroom.of_seed("status"), status="done")
    await trainer.post(classroom.of_seed("review"), **judged, status="accepted")
    own = await ana.get(classroom.path("mine"))
    assert [(one["author"], one["text"], one["treenode_id"]) for one in own["messages"]] == [
        ("admin", "The dendrite goes on at the left.", None),
        ("ana", "Is this the soma?", node),
    ]
    assert [one["status"] for one in own["assignments"]] == ["accepted"]
    inbox: Any = await ana.actor.get("/messages/list")
    titles = [one["title"] for one in inbox.values() if one["id"] > 0]
    assert titles == ["AB 1 (EM 2027) is accepted", "AB 1 (EM 2027) is given back"]
    asked: Any = await trainer.actor.get("/messages/list")
    assert "ana about AB 1 (EM 2027)" in [one.get("title") for one in asked.values()]


async def test_what_is_sent_twice_is_said_once(classroom: Classroom) -> None:
    """Two clicks on a button send a judgement twice; another comment is said besides."""
    ana, trainer = classroom.ana, classroom.trainer
    await classroom.begun(ana)
    await ana.post(classroom.of_seed("status"), status="done")
    given_back = {"user_id": classroom.user_ids["ana"], "status": "given back"}
    same = [trainer.post(classroom.of_seed("review"), **given_back, comment="A branch is missing.") for _ in range(3)]
    await asyncio.gather(*same)
    await trainer.post(classroom.of_seed("review"), **given_back)
    assert [one["text"] for one in (await classroom.board())["messages"]] == ["A branch is missing."]
    await trainer.post(classroom.of_seed("review"), **given_back, comment="Two are.")
    assert [one["text"] for one in (await classroom.board())["messages"]] == ["A branch is missing.", "Two are."]
    inbox: Any = await ana.actor.get("/messages/list")
    assert [one["text"] for one in inbox.values() if one["id"] > 0] == ["Two are.", "A branch is missing."]
    await ana.post(classroom.of_seed("status"), status="done")
    (handed_in,) = (await classroom.board())["assignments"]
    await ana.post(classroom.of_seed("status"), status="done")
    assert (await classroom.board())["assignments"] == [handed_in]


async def test_steps_that_make_no_sense_are_refused(classroom: Classroom) -> None:
    ana, trainer = classroom.ana, classroom.trainer
    judged = {"user_id": classroom.user_ids["ana"], "status": "accepted"}
    _, told = await ana.refused(classroom.of_seed("status"), status="done")
    assert told["error"] == "This neuron was not begun yet."
    root = await classroom.begun(ana)
    _, told = await trainer.refused(classroom.of_seed("review"), **judged)
    assert told["error"] == "This neuron is 'working': it cannot become 'accepted' from that."
    await ana.post("treenode/delete", treenode_id=root, state=UNCHECKED)
    _, told = await ana.refused(classroom.of_seed("status"), status="done")
    assert "first node of this neuron was deleted" in str(told["error"])
    assert [one["skeleton_id"] for one in (await classroom.board())["assignments"]] == [None]
    again = await classroom.begun(ana)
    assert again != root
    await ana.post(classroom.of_seed("status"), status="done")
    await trainer.post(classroom.of_seed("review"), **judged)
    _, told = await ana.refused(classroom.of_seed("status"), status="working")
    assert "'accepted'" in str(told["error"])
    for text in ("", " ", "x" * 5001):
        assert (await ana.refused(classroom.of_seed("messages"), text=text))[0] == 400
    assert (await ana.refused(classroom.of_seed("messages"), text="Here?", treenode_id=999_999))[0] == 400


async def test_a_neuron_is_known_by_its_first_node(classroom: Classroom) -> None:
    """Joined to another skeleton, it is that one."""
    root = await classroom.begun(classroom.ana)
    other = await classroom.ana.node(x=500)
    await classroom.ana.post("skeleton/join", from_id=other, to_id=root, state=UNCHECKED)
    (found,) = (await classroom.board())["assignments"]
    assert found["nodes"] == 2
    assert found["treenode_id"] == root


async def test_students_see_their_own_work_and_no_gold(classroom: Classroom) -> None:
    await classroom.begun(classroom.ana)
    await classroom.begun(classroom.ben)
    await classroom.ana.post(classroom.of_seed("messages"), text="a secret of ana")
    for student in (classroom.ana, classroom.ben):
        own = await student.get(classroom.path("mine"))
        text = json.dumps(own)
        assert len(own["assignments"]) == 1
        assert str(HIDDEN) not in text
        assert "gold" not in text
        assert ("a secret of ana" in text) == (student is classroom.ana)
        assert [one["teaches"] for one in await student.get("courses/")] == [False]
    board = json.dumps(await classroom.board())
    assert str(HIDDEN) in board


@pytest.mark.parametrize("who", ["ana", "other"])
async def test_only_trainers_teach(classroom: Classroom, who: str) -> None:
    actor: Tracer = getattr(classroom, who)
    ben = classroom.user_ids["ben"]
    await classroom.begun(classroom.ben)
    attempts: dict[str, dict[str, Any]] = {
        classroom.path("groups/remove"): {"group": "EM group"},
        classroom.of_seed("review"): {"user_id": ben, "status": "given back"},
        classroom.of_seed("messages"): {"user_id": ben, "text": "from ana"},
        classroom.path("students"): {"usernames[0]": "other"},
        classroom.path("students/remove"): {"user_id": ben},
        classroom.path("seeds"): {"level": 1, "x": 0, "y": 0, "z": 0, "name_pattern": "x"},
        classroom.path(): {"instructions": "Do nothing."},
        "courses/": {"name": "mine"},
    }
    for path, form in attempts.items():
        assert (await actor.refused(path, **form))[0] == 403, path
    status, _ = await actor.actor.request("GET", f"/{actor.project_id}/{classroom.path('board')}")
    assert status == 403
    status, _ = await actor.actor.request(
        "DELETE", f"/{actor.project_id}/{classroom.path(f'seeds/{classroom.seed_id}')}"
    )
    assert status == 403


async def test_who_is_not_in_the_class_sees_nothing(classroom: Classroom) -> None:
    other = classroom.other
    assert await other.get("courses/") == []
    status, told = await other.actor.request("GET", f"/{other.project_id}/{classroom.path('mine')}")
    assert status == 404
    assert "EM 2027" not in json.dumps(told)
    attempts: dict[str, dict[str, str]] = {"begin": {}, "status": {"status": "working"}, "messages": {"text": "hello"}}
    for below, form in attempts.items():
        assert (await other.refused(classroom.of_seed(below), **form))[0] == 404, below


async def test_two_clicks_begin_one_neuron(classroom: Classroom) -> None:
    roots = await asyncio.gather(*(classroom.begun(classroom.ana) for _ in range(4)))
    assert len(set(roots)) == 1


async def test_students_come_from_groups_that_may_work_here(classroom: Classroom, service: Service) -> None:
    trainer = classroom.trainer
    await made_group(service, "EM group", "other", "admin")
    status, told = await trainer.refused(classroom.path("students"), group="EM group")
    assert (status, "was granted anything in this project" in str(told["error"])) == (404, True)
    await granted(service, "EM group")
    await trainer.post(classroom.path("students"), group="EM group")
    board = await classroom.board()
    assert board["groups"] == ["EM group"]
    found = {one["username"]: one["initials"] for one in board["students"]}
    assert found == {"ana": "AB", "ben": "BE", "other": "OT"}, "the trainer is in the group, and does not learn"


async def test_a_course_follows_its_group(classroom: Classroom, service: Service) -> None:
    """Who comes and goes there does so here; what was noted of somebody's work is there again when they come back."""
    trainer, other = classroom.trainer, classroom.other
    await made_group(service, "EM group")
    await granted(service, "EM group")
    await trainer.post(classroom.path("students"), group="EM group")
    assert await other.get("courses/") == []

    await member(service, "other", "EM group")
    assert [one["name"] for one in await other.get("courses/")] == ["EM 2027"], "the first reading of a new member"
    await other.post(classroom.of_seed("messages"), text="I am new.")
    board = await classroom.board()
    assert [one["username"] for one in board["students"]] == ["ana", "ben", "other"]

    await member(service, "other", "EM group", is_in=False)
    assert await other.get("courses/") == []
    assert (await other.refused(classroom.of_seed("messages"), text="Am I?"))[0] == 404
    board = await classroom.board()
    assert ([one["username"] for one in board["students"]], board["messages"]) == (["ana", "ben"], [])
    status, told = await trainer.refused(classroom.path("students"), **{"usernames[0]": "ben", "initials[0]": "OT"})
    assert (status, told["error"]) == (400, "'ben' and 'other' cannot both have the initials 'OT'.")

    await member(service, "other", "EM group")
    assert [one["text"] for one in (await classroom.board())["messages"]] == ["I am new."]


async def test_a_trainer_decides_beside_the_group(classroom: Classroom, service: Service) -> None:
    trainer, other = classroom.trainer, classroom.other
    await made_group(service, "EM group", "other", "ben")
    await granted(service, "EM group")
    await trainer.post(classroom.path("students"), group="EM group")

    async def learners() -> list[str]:
        return [one["username"] for one in (await classroom.board())["students"]]

    await trainer.post(classroom.path("students/remove"), user_id=classroom.user_ids["other"])
    assert await learners() == ["ana", "ben"], "who was taken out does not come in again by the group"
    await trainer.post(classroom.path("students"), group="EM group")
    assert await other.get("courses/") == []
    await trainer.post(classroom.path("students"), **{"usernames[0]": "other"})
    await member(service, "other", "EM group", is_in=False)
    await member(service, "ben", "EM group", is_in=False)
    assert await learners() == ["ana", "ben", "other"], "those who were named stay"

    await made_group(service, "Another", "tracer")
    await granted(service, "Another")
    await trainer.post(classroom.path("students"), group="Another")
    await trainer.post(classroom.path("groups/remove"), group="Another")
    await member(service, "tracer", "Another", is_in=False)
    board = await classroom.board()
    assert (board["groups"], "tracer" in await learners()) == (["EM group"], True)
    assert (await trainer.refused(classroom.path("groups/remove"), group="Another"))[0] == 404


async def made_group(service: Service, name: str, *members: str) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        await tx.execute("INSERT INTO user_group (name) VALUES (%(name)s)", {"name": name})
    for username in members:
        await member(service, username, name)


async def member(service: Service, username: str, group: str, *, is_in: bool = True) -> None:
    """Let a user be in a group, or not."""
    change = (
        "INSERT INTO group_member (user_id, group_id) SELECT u.id, g.id FROM app_user u, user_group g"
        " WHERE u.username = %(user)s AND g.name = %(group)s"
        if is_in
        else "DELETE FROM group_member m USING app_user u, user_group g"
        " WHERE u.username = %(user)s AND g.name = %(group)s AND m.user_id = u.id AND m.group_id = g.id"
    )
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        await tx.execute(change, {"user": username, "group": group})


async def granted(service: Service, group: str) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        await users.grant(tx, service.project_id, "can_browse", to=group)


async def test_bad_students_and_seeds_are_told(classroom: Classroom) -> None:
    trainer = classroom.trainer
    _, told = await trainer.refused(classroom.path("students"), **{"usernames[0]": "nobody"})
    assert "There is no user 'nobody'" in str(told["error"])
    _, told = await trainer.refused(classroom.path("students"), **{"usernames[0]": "other", "initials[0]": "AB"})
    assert told["error"] == "'other' and 'ana' cannot both have the initials 'AB'."
    _, told = await trainer.refused(classroom.path("students"), **{"usernames[0]": "Other"})
    assert str(told["error"]).endswith("Did you mean 'other'?")
    both = {"usernames[0]": "ben", "initials[0]": "AB", "usernames[1]": "ana", "initials[1]": "BE"}
    _, told = await trainer.refused(classroom.path("students"), **both)
    assert told["error"] == "'AB' are still the initials of 'ana': give 'ana' the new ones in a call before."
    many = {"usernames[0]": "ben", "initials[0]": "AB10", "usernames[1]": "ana", "initials[1]": "AB2"}
    await trainer.post(classroom.path("students"), **many)
    assert [one["initials"] for one in (await classroom.board())["students"]] == ["AB2", "AB10"]
    good = {"level": 1, "x": 0, "y": 0, "z": 0, "name_pattern": "x"}
    for bad in ({"level": 0}, {"name_pattern": " "}, {"x": "nan"}, {"due": "soon"}, {"gold_skeleton_id": 1}):
        assert (await trainer.refused(classroom.path("seeds"), **good | bad))[0] == 400, bad
    assert (await trainer.refused(classroom.path("seeds"), **good, gold_project_id=999, gold_skeleton_id=1))[0] in (
        400,
        403,
    )
    changed = await trainer.post(
        classroom.path("seeds"), level=1, x=1, y=2, z=3, name_pattern="{initials} {level}", task="Else"
    )
    assert changed["id"] == classroom.seed_id
    (seed,) = (await classroom.board())["seeds"]
    assert (seed["task"], seed["x"], seed["gold_skeleton_id"]) == ("Else", 1.0, None)


async def test_undo_leaves_what_was_handed_in(classroom: Classroom) -> None:
    """Tracing alone is taken back; a deleted project takes its courses along."""
    ana = classroom.ana
    root = await classroom.begun(ana)
    await ana.node(root, 10, 20, 80)
    await ana.post(classroom.of_seed("status"), status="done")
    await ana.post("versions/undo")
    assert await classroom.status("ana") == "done"
    (found,) = (await classroom.board())["assignments"]
    assert found["nodes"] == 1
    status, _ = await classroom.trainer.actor.request("DELETE", f"/{ana.project_id}/?confirm=Test")
    assert status == 200


def test_initials_are_made_of_names() -> None:
    assert [new_initials(name, ()) for name in ("Ana Belo", "ana", "a", "Ana Maria de Belo", "!")] == [
        "AB", "AN", "A", "AMDB", "X",
    ]  # fmt: skip
    assert new_initials("Ana Belo", {"AB", "AB2"}) == "AB3"
