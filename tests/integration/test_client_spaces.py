"""Spaces in Python: forks, invitations and favourites, of an administrator and somebody who is invited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.client.frames import PROJECTS
from catmaid_jupyter.client.spaces.invitations import INVITATIONS, JOIN_REQUESTS
from catmaid_server.domain.accounts import users
from tests.helpers.service import Service
from tests.integration.test_client import dtypes_are


async def with_two(service: Service, story: Callable[[cj.Instance, cj.Instance], None]) -> None:
    """Run a story of the administrator, and of `mia`, who was granted nothing."""
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        token = await users.issue_token(tx, await users.create_user(tx, "mia"))

    def run() -> None:
        with cj.connect(service.url, service.admin.token) as admin, cj.connect(service.url, token) as mia:
            story(admin, mia)

    await asyncio.to_thread(run)


async def test_who_has_the_link_gets_in_until_it_is_withdrawn(service: Service) -> None:
    def story(admin: cj.Instance, mia: cj.Instance) -> None:
        test = admin.project("Test")
        link = test.invite(name="Course")
        assert mia.projects.empty
        own = mia.join(link)
        assert own is not None
        assert own.title == "Test"
        assert mia.projects["favorite"].tolist() == [True]
        own.edit.create_treenode(1, 2, 3)
        own.favor(False)
        assert mia.projects["favorite"].tolist() == [False]
        assert dtypes_are(mia.projects, PROJECTS)
        with pytest.raises(cj.NotAllowed):
            _ = own.invitations
        with pytest.raises(cj.NotAllowed):
            own.invite()

        found = test.invitations
        assert dtypes_are(found, INVITATIONS)
        assert found[["name", "is_open", "link"]].to_numpy().tolist() == [["Course", True, link]]
        with pytest.raises(cj.NotAllowed):
            own.withdraw_invitation(found["id"].iloc[0])
        test.withdraw_invitation(found["id"].iloc[0])
        assert test.invitations["is_open"].tolist() == [False]
        with pytest.raises(cj.NotFound, match="This invitation into 'Test' was withdrawn"):
            mia.join(link)
        with pytest.raises(cj.NotFound):
            test.withdraw_invitation(999)
        assert own.id in mia.projects["id"].tolist(), "who is in stays"

        waiting = test.invite(approval=True, permissions=["can_browse"])
        assert mia.join(waiting) is not None, "who is in already needs no approval"

    await with_two(service, story)


async def test_invitations_that_are_none_are_told(service: Service) -> None:
    def story(admin: cj.Instance, mia: cj.Instance) -> None:
        link = admin.project("Test").invite(approval=True)
        assert mia.join(link) is None
        assert mia.projects.empty
        for bad in ("", "a secret", f"{service.url}/#join=x"):
            with pytest.raises(cj.InvalidInput, match="An invitation is a link") as error:
                mia.join(bad)
            assert "secret" not in error.value.message
        with pytest.raises(cj.InvalidInput, match=r"This invitation is for https://elsewhere\.example"):
            mia.join(link.replace(service.url, "https://elsewhere.example"))

    await with_two(service, story)


async def test_who_needs_approval_waits_for_it(service: Service) -> None:
    def story(admin: cj.Instance, mia: cj.Instance) -> None:
        test = admin.project("Test")
        assert dtypes_are(test.join_requests, JOIN_REQUESTS)
        assert test.join_requests.empty
        link = test.invite(name="Course", approval=True)
        other = test.invite(name="Look", permissions=["can_browse"], approval=True)
        assert mia.join(link) is None
        assert mia.join(other) is None
        found = test.join_requests
        assert dtypes_are(found, JOIN_REQUESTS)
        assert found[["user", "invitation"]].to_numpy().tolist() == [["mia", "Course"], ["mia", "Look"]]
        assert found["permissions"].tolist() == [["can_browse", "can_annotate"], ["can_browse"]]
        with pytest.raises(cj.NotFound, match=r"'ben' waits for no approval here\. There waits: 'mia'"):
            test.approve_join("ben")
        test.grant("mia", "can_browse")
        test.refuse_join("mia")
        assert test.join_requests.empty
        own = mia.project("Test")
        assert own.title == "Test", "what was granted otherwise stays"
        assert mia.join(link) is not None
        assert test.join_requests.empty, "who was refused does not ask again"
        with pytest.raises(cj.NotAllowed):
            own.edit.create_treenode(1, 2, 3)
        with pytest.raises(cj.NotAllowed):
            _ = own.join_requests

        with cj.connect(service.url, service.tracer.token) as tracer:
            tracer.join(test.invite(permissions=["can_fork"], approval=True))
            assert "can_fork" not in test.members.query("name == 'tracer'")["permissions"].iloc[0]
            test.approve_join("tracer")
            assert "can_fork" in test.members.query("name == 'tracer'")["permissions"].iloc[0]
            assert test.join_requests.empty

    await with_two(service, story)


async def test_a_fork_has_stacks_and_the_neurons_that_one_wants(service: Service) -> None:
    def story(admin: cj.Instance, mia: cj.Instance) -> None:
        test = admin.project("Test")
        root = test.edit.create_treenode(1, 2, 3, neuron_name="wanted")
        test.edit.create_treenode(1, 2, 50, parent_id=root)
        test.edit.create_treenode(9, 9, 9, neuron_name="other")
        test.grant("mia", "can_browse")
        own = mia.project("Test")
        with pytest.raises(cj.NotAllowed):
            own.fork("Mia's")
        test.grant("mia", "can_fork")
        test.grant("mia", "can_annotate_with_token")
        with pytest.raises(cj.NotFound):
            own.fork("Mia's", neurons=[999_999])
        assert mia.projects["title"].tolist() == ["Test"], "nothing is made"
        mine = own.fork("Mia's", neurons=own.search(name="wanted"))
        assert mine.neurons[["name", "nodes"]].to_numpy().tolist() == [["wanted", 2]]
        assert mine.origins()["source_project_id"].tolist() == [own.id]
        mine.edit.create_treenode(7, 7, 7)
        assert mia.projects.set_index("title")["favorite"].to_dict() == {"Mia's": True, "Test": False}
        with cj.connect(service.url, service.tracer.token) as other, pytest.raises(cj.NotFound):
            other.project("Mia's")
        mine.delete(confirm="Mia's")
        assert mia.projects["title"].tolist() == ["Test"]

    await with_two(service, story)
