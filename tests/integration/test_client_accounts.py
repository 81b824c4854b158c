"""Projects, members, groups and API tokens from Python."""

from __future__ import annotations

import asyncio
import pickle
import queue
import time
from collections.abc import AsyncIterator
from typing import Any

import pandas as pd
import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.client.frames import GROUPS, MEMBERS, TOKENS
from catmaid_server.domain.accounts import users
from tests.helpers.patience import PATIENCE_S
from tests.helpers.service import Service
from tests.integration.test_client import dtypes_are


@pytest.fixture
async def admin(service: Service) -> AsyncIterator[cj.Instance]:
    instance = await asyncio.to_thread(cj.connect, service.url, service.admin.token)
    yield instance
    await asyncio.to_thread(instance.close)


@pytest.fixture
async def tracer(service: Service) -> AsyncIterator[cj.Instance]:
    instance = await asyncio.to_thread(cj.connect, service.url, service.tracer.token)
    yield instance
    await asyncio.to_thread(instance.close)


async def test_a_project_is_made_renamed_and_deleted(admin: cj.Instance, tracer: cj.Instance) -> None:
    def story() -> None:
        project = admin.create_project("First", comment="to try")
        assert admin.projects.set_index("id").loc[project.id, "comment"] == "to try"
        project.rename("Second")
        assert project.title == "Second"
        assert admin.project("Second") is project
        with pytest.raises(cj.InvalidInput, match="needs a title"):
            project.rename(" ")
        with pytest.raises(cj.InvalidInput, match=r"The title is a text, not dict .*project\.rename_neurons"):
            project.rename({17: "PN 17"})  # type: ignore[arg-type]
        assert project.title == "Second"
        a = project.edit.create_treenode(0, 0, 0)
        project.edit.create_treenode(0, 0, 100, parent_id=a)
        ended: list[bool] = []
        project.on_change(lambda _: None, lambda up, _: ended.append(up))
        for wrong in (None, "", "First"):
            with pytest.raises(cj.InvalidInput, match=r"called 'Second'.*It has 1 neuron with 2 nodes, 0 connectors"):
                project.delete(confirm=wrong)
        with pytest.raises(cj.NotAllowed):
            tracer.known_project(project.id, "Second").delete(confirm="Second")
        with pytest.raises(cj.NotAllowed):
            tracer.create_project("Mine")
        project.delete(confirm="Second")
        assert project.id not in set(admin.projects["id"])
        with pytest.raises(cj.NotFound):
            admin.project("Second")
        with pytest.raises(cj.NotFound):
            _ = project.neurons

    await asyncio.to_thread(story)


async def test_members_are_granted_and_revoked(admin: cj.Instance, tracer: cj.Instance, service: Service) -> None:
    def story() -> None:
        project = admin.create_project("Course")
        assert dtypes_are(project.members, MEMBERS)
        assert project.members["name"].tolist() == ["admin"]
        mine = tracer.known_project(project.id, "Course")
        with pytest.raises(cj.NotAllowed):
            mine.edit.create_treenode(0, 0, 0)
        for permission in ("can_annotate", "can_annotate_with_token"):
            project.grant("tracer", permission)
        mine.edit.create_treenode(0, 0, 0)
        found = project.members.set_index("name")
        assert found.loc["tracer"].to_dict() == {
            "kind": "user",
            "permissions": ["can_annotate", "can_annotate_with_token"],
        }
        with pytest.raises(cj.NotAllowed):
            _ = mine.members
        with pytest.raises(cj.NotAllowed):
            mine.grant("tracer", "can_administer")
        project.grant("tracer", "can_administer")
        mine.grant("tracer", "can_import")
        with pytest.raises(cj.NotAllowed):
            tracer.project("Test").grant("tracer", "can_administer")
        project.revoke("tracer", "can_annotate_with_token")
        with pytest.raises(cj.NotAllowed):
            mine.edit.create_treenode(0, 0, 0)
        with pytest.raises(cj.NotFound, match="no user or group 'nobody'"):
            project.grant("nobody", "can_browse")
        with pytest.raises(cj.InvalidInput, match="Unknown permissions can_fly"):
            project.grant("tracer", "can_fly")

    await asyncio.to_thread(story)


async def test_who_may_not_see_a_project_any_more_is_told_and_follows_it_again_later(
    admin: cj.Instance, tracer: cj.Instance
) -> None:
    told: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def story() -> None:
        project = admin.create_project("Course")
        project.grant("tracer", "can_browse")
        mine = tracer.project("Course")
        mine.on_change(lambda change: told.put(change["label"]), lambda up, message: told.put((up, message)))
        while told.empty():
            project.edit.create_treenode(0, 0, 0)
            time.sleep(0.05)
        project.revoke("tracer", "can_browse")
        heard = told.get(timeout=PATIENCE_S)
        while heard == "treenodes.create":
            heard = told.get(timeout=PATIENCE_S)
        assert heard == (False, "You may not see this project any more.")
        project.edit.create_connector(0, 0, 0)
        project.grant("tracer", "can_browse")
        assert told.get(timeout=PATIENCE_S) == (True, "You may see this project again.")
        missed = {told.get(timeout=PATIENCE_S) for _ in range(3)}
        assert missed == {"permissions.update", "connectors.create"}
        project.delete(confirm="Course")
        assert told.get(timeout=PATIENCE_S)[0] is False

    await asyncio.to_thread(story)


async def test_groups(admin: cj.Instance, tracer: cj.Instance) -> None:
    def story() -> None:
        group_id = admin.create_group("students")
        assert dtypes_are(admin.groups, GROUPS)
        assert (admin.add_to_group("students", "tracer"), admin.add_to_group("students", "tracer")) == (True, False)
        row = tracer.groups.set_index("name").loc["students"]
        assert (row["id"], row["members"]) == (group_id, ["tracer"])
        project = admin.create_project("Course")
        project.grant("students", "can_browse")
        assert "Course" in set(tracer.projects["title"])
        assert project.members.iloc[-1].to_dict() == {
            "name": "students",
            "kind": "group",
            "permissions": ["can_browse"],
        }
        assert admin.remove_from_group("students", "tracer")
        assert "Course" not in set(tracer.projects["title"])
        with pytest.raises(cj.NotAllowed):
            tracer.create_group("mine")
        for wrong in (("nobodies", "tracer"), ("students", "nobody")):
            with pytest.raises(cj.NotFound):
                admin.add_to_group(*wrong)
        admin.delete_group("students")
        assert "students" not in set(project.members["name"])
        with pytest.raises(cj.NotFound):
            admin.delete_group("students")

    await asyncio.to_thread(story)


async def test_own_tokens(tracer: cj.Instance, service: Service) -> None:
    def story() -> None:
        assert dtypes_are(tracer.tokens(), TOKENS)
        token = tracer.create_token("notebook")
        short = tracer.create_token("course", days=3)
        listed = tracer.tokens().set_index("name")
        assert listed.loc["notebook", "ending"] == token[-4:]
        assert listed["expiry"].isna()["notebook"]
        assert (listed["expiry"].dropna() > pd.Timestamp.now(tz="UTC")).tolist() == [True]
        assert token not in listed.to_string()
        with cj.connect(service.url, short) as other:
            assert other.username == "tracer"
            assert short not in repr(other) + str(vars(other)) + repr(other.http)
            assert short.encode() not in pickle.dumps(other)
            with pytest.raises(cj.NotAllowed, match="valid longer"):
                other.create_token("for ever", days=100)
            other.create_token("as long")
            with pytest.raises(cj.NotFound) as refusal:
                other.revoke_token(token)
            assert token not in str(refusal.value)
            other.revoke_token("notebook")
        with pytest.raises(cj.NotAllowed):
            cj.connect(service.url, token)
        tracer.create_token("course")
        with pytest.raises(cj.InvalidInput, match="Several of your API tokens are called 'course'"):
            tracer.revoke_token("course")
        tracer.revoke_token(int(tracer.tokens()["id"].iloc[-1]))
        tracer.revoke_token("course")
        for wrong in ("", " "):
            with pytest.raises(cj.InvalidInput, match="needs a name"):
                tracer.create_token(wrong)
        with pytest.raises(cj.InvalidInput, match="1 to 3650 days"):
            tracer.create_token("x", days=0)
        assert tracer.tokens()["last_use"].notna().any()
        assert tracer.revoke_tokens() == 2
        with pytest.raises(cj.NotAllowed):
            tracer.tokens()

    await asyncio.to_thread(story)


async def test_servers_without_these_requests_say_so(tracer: cj.Instance, service: Service) -> None:
    def story() -> None:
        elsewhere = cj.Instance(tracer.http, version="2021.12.21", capabilities=frozenset(), username="tracer")
        for call in (elsewhere.tokens, lambda: elsewhere.create_token("x"), lambda: elsewhere.groups):
            with pytest.raises(cj.InvalidInput, match="only on its own pages"):
                call()
        project = elsewhere.known_project(service.project_id, "Test")
        for wrong in (None, "", "Tset"):
            with pytest.raises(cj.InvalidInput, match="give confirm='Test'"):
                project.delete(confirm=wrong)
        with pytest.raises(cj.NotAllowed):
            project.delete(confirm="Test")

    await asyncio.to_thread(story)
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        await users.grant(tx, service.project_id, "can_administer", to="tracer")

    def end() -> None:
        elsewhere = cj.Instance(tracer.http, version="2021.12.21", capabilities=frozenset(), username="tracer")
        elsewhere.known_project(service.project_id, "Test").delete(confirm="Test")
        assert tracer.projects.empty

    await asyncio.to_thread(end)
