"""The archive of projects: readable, edited by nobody, out of the usual lists, until they are brought back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.widgets.tracing_layer.permission import lacking_permissions
from catmaid_server.db.store import ProjectArchived
from catmaid_server.routes import all_routes
from tests.helpers.service import Service
from tests.integration.test_project_browser import ask

LEFT_ALONE = {
    "datastores.keep_state", "groups.update_memberships", "permissions.update", "project_tokens.approve",
    "project_tokens.create", "project_tokens.invite", "project_tokens.refuse", "project_tokens.revoke",
    "project_tokens.withdraw", "projects.add_favorite", "projects.archive", "projects.delete", "projects.fork",
    "projects.remove_favorite", "projects.restore", "reviewer_whitelist.update",
}  # fmt: skip
"""What is done with an archived project by routes: who may enter it, what is a user's own, and its end."""


async def with_both(service: Service, story: Callable[[cj.Instance, cj.Instance], None]) -> None:
    """Run a story of the administrator and of who may annotate."""

    def run() -> None:
        with (
            cj.connect(service.url, service.admin.token) as admin,
            cj.connect(service.url, service.tracer.token) as ben,
        ):
            story(admin, ben)

    await asyncio.to_thread(run)


async def test_nobody_edits_what_is_archived(service: Service) -> None:
    def story(admin: cj.Instance, ben: cj.Instance) -> None:
        test, own = admin.project("Test"), ben.project("Test")
        root = own.edit.create_treenode(1, 2, 3, neuron_name="one")
        with pytest.raises(cj.NotAllowed, match="can_administer"):
            own.archive()
        test.archive()
        assert own.is_archived
        with pytest.raises(cj.InvalidInput, match="archived already"):
            test.archive()
        for project in (own, test):
            with pytest.raises(cj.NotAllowed, match="This project is archived: it can be read, and nobody edits it"):
                project.edit.create_treenode(4, 5, 6, parent_id=root)
            with pytest.raises(cj.NotAllowed, match="archived"):
                project.annotate(project.skeletons["id"].tolist(), "PN")
        with pytest.raises(cj.NotAllowed, match="archived"):
            test.rename("Other")
        assert own.neurons["nodes"].tolist() == [1], "it is read as before"

        assert ben.projects.empty
        assert ben.project("Test") is own, "its title is known"
        copy = test.fork("Copy")
        assert not copy.is_archived
        own.favor()
        test.grant("tracer", "can_fork")
        assert {"projects.archive", "projects.fork"} <= set(test.log()["label"])

        test.restore()
        assert not own.is_archived
        own.edit.create_treenode(4, 5, 6, parent_id=root)
        with pytest.raises(cj.InvalidInput, match="is not archived"):
            test.restore()
        test.archive()
        test.delete(confirm="Test")
        assert ben.projects.empty

    await with_both(service, story)


async def test_clients_see_that_it_is_not_edited(service: Service) -> None:
    def story(admin: cj.Instance, ben: cj.Instance) -> None:
        test = admin.project("Test")
        browser = admin.project_browser()
        assert ask(browser, "archive", project_id=test.id, archived=True).startswith("Test is archived")
        assert browser.table["archived"].notna().tolist() == [True]
        assert ben.run(lacking_permissions(ben.project("Test").place)) != []
        assert admin.run(lacking_permissions(test.place)) == ["archived"]
        assert ask(browser, "archive", project_id=test.id, archived=False) == "Test is back from the archive."
        assert ben.run(lacking_permissions(ben.project("Test").place)) == []

    await service.admin.post(f"/{service.project_id}/archive")
    permissions, _ = await service.tracer.get("/permissions")
    assert {name for name, ids in permissions.items() if ids} == {"can_browse"}
    for_all, _ = await service.admin.get("/permissions")
    assert service.project_id in for_all["can_administer"]
    assert service.project_id not in for_all["can_annotate"]
    assert await service.tracer.get("/projects/") == []
    (listed,) = await service.tracer.get("/projects/", archived=True)
    assert listed["archived"] is True
    status, _ = await service.admin.request("DELETE", f"/{service.project_id}/archive")
    assert status == 200
    await with_both(service, story)


async def test_the_store_lets_through_what_edits_nothing(service: Service) -> None:
    """Whatever route or command it is: the version itself is refused."""
    await service.admin.post(f"/{service.project_id}/archive")
    labels = {route.label for route in all_routes() if route.label is not None and "{project_id" in route.path}
    passed = set()
    for label in labels:
        try:
            async with service.store.writing(user_id=None, project_id=service.project_id, label=label):
                passed.add(label)
        except ProjectArchived:
            continue
    assert passed == LEFT_ALONE
