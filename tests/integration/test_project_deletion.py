"""Deleting a project: everything in it goes, nothing else does, and the history stays."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from psycopg.sql import SQL, Identifier

from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import project_deletion, projects
from catmaid_server.domain.projects.project_deletion import Reference
from catmaid_server.domain.space import stacks
from catmaid_server.domain.space.stacks import NewStack
from tests.helpers.service import Actor, Service
from tests.integration.test_samplers import SETTINGS

NODES = 100_000


async def value(store: Store, query: Any, *values: object) -> Any:
    async with store.reading() as connection:
        row = await (await connection.execute(query, values or None)).fetchone()
        assert row is not None
        return row[0]


async def counts(store: Store) -> dict[str, int]:
    """Rows of every table that has rows of projects."""
    async with store.reading() as connection:
        rows = await (await connection.execute(project_deletion.sql.references)).fetchall()
        tables = project_deletion.deletion_order([Reference(*row) for row in rows])
        found = {}
        for table in tables:
            query = SQL("SELECT count(*) FROM {}").format(Identifier(table))
            row = await (await connection.execute(query)).fetchone()
            assert row is not None
            found[table] = row[0]
        return found


async def delete(actor: Actor, project_id: int, **query: str) -> tuple[int, Any]:
    return await actor.request("DELETE", f"/{project_id}/", params=query)


async def worked_in(service: Service, project_id: int, actor: Actor) -> None:
    """A little of everything in a project."""

    async def post(path: str, **form: object) -> Any:
        return await actor.post(f"/{project_id}/{path}", state='{"nocheck": true}', **form)

    first = await post("treenode/create", x=1, y=2, z=3)
    second = await post("treenode/create", x=2, y=2, z=3, parent_id=first["treenode_id"])
    connector = await post("connector/create", x=1, y=1, z=1)
    await post(
        "link/create",
        from_id=second["treenode_id"],
        to_id=connector["connector_id"],
        link_type="presynaptic_to",
    )
    skeleton_id = first["skeleton_id"]
    await post("annotations/add", **{"annotations[0]": "glia", "skeleton_ids[0]": skeleton_id})
    await post(f"label/treenode/{second['treenode_id']}/update", tags="soma")
    await post(f"node/{first['treenode_id']}/reviewed")
    sampler = await post("samplers/add", skeleton_id=skeleton_id, **SETTINGS)
    ends = {"start_node_id": first["treenode_id"], "end_node_ids[0]": second["treenode_id"], "domain_type_id": 1}
    domain = await post(f"samplers/{sampler['id']}/domains/add", **ends)
    pair = {"intervals[0][0]": first["treenode_id"], "intervals[0][1]": second["treenode_id"]}
    made = await post(f"samplers/domains/{domain['id']}/intervals/add-all", **pair)
    within = {"parent_interval_id": made["intervals"][0]["id"]}
    await post(f"samplers/{sampler['id']}/domains/add", **ends, **within)
    await post("textlabel/create", text="here")


async def test_everything_in_it_goes_and_nothing_else(service: Service) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
        other = await projects.create_project(tx, "Other", owner_id=admin.id)
    await worked_in(service, other, service.admin)
    before = await counts(service.store)
    stacks = await value(service.store, "SELECT count(*) FROM stack")
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        doomed = await projects.create_project(tx, "Doomed", owner_id=admin.id)
        await users.grant(tx, doomed, "can_browse", to="tracer")
    await worked_in(service, doomed, service.admin)
    token: Any = await service.admin.post(f"/{doomed}/project-tokens/", **{"default_permissions[0]": "can_annotate"})
    await service.tracer.post("/project-tokens/apply", token=token["token"])
    within = await counts(service.store)
    assert within["treenode"] == before["treenode"] + 2
    assert within["project_token_use"] == 1

    status, answer = await delete(service.admin, doomed)
    assert (status, answer) == (200, {"deleted_project_id": doomed, "neurons": 1, "treenodes": 2})
    assert await counts(service.store) == before
    assert await value(service.store, "SELECT count(*) FROM stack") == stacks
    assert (await service.admin.request("GET", f"/{doomed}/stacks"))[0] == 404
    assert (await service.tracer.request("GET", f"/{doomed}/stacks"))[0] == 403
    assert (await delete(service.admin, doomed))[0] == 404
    assert "Doomed" not in str(await service.admin.get("/projects/"))
    assert await value(service.store, "SELECT count(*) FROM derived_mismatches") == 0


async def test_a_workspace_goes_and_what_other_projects_linked_to_it(service: Service) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
        keeper = await projects.create_project(tx, "Keeper", owner_id=admin.id)
        stack = NewStack(title="Images", dimension=(100, 100, 10), resolution=(4, 4, 40), zoom_levels=1, mirrors=[])
        stack_id = await stacks.register_stack(tx, service.project_id, stack)
    before = await counts(service.store)
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        workspace = await projects.create_project(tx, "Workspace", owner_id=admin.id)
    path = f"/{workspace}/classification/{workspace}"
    assert await service.admin.post(f"{path}/setup/rebuild") == {"all_good": True}
    brain = (await service.admin.post(f"/{workspace}/ontology/classes/add", classname="brain"))["class_id"]
    classes, relations = [
        dict(await service.admin.get(f"/{workspace}/ontology/{what}")) for what in ("classes", "relations")
    ]
    await service.admin.post(
        f"/{workspace}/ontology/links/add",
        classaid=brain,
        classbid=classes["classification_root"],
        relid=relations["is_a"],
    )
    here = f"/{service.project_id}/classification/{workspace}"
    made: Any = await service.admin.post(f"{here}/new", ontology_id=brain)
    await service.admin.post(f"/{keeper}/classification/{workspace}/link", root_id=made["created_root_id"])
    await service.admin.post(
        f"{here}/stack/{stack_id}/linkroi/{made['created_root_id']}/",
        x_min=0, x_max=9, y_min=0, y_max=9, z=0, zoom_level=0, rotation_cw=0,
    )  # fmt: skip
    within = await counts(service.store)
    assert (within["class_instance"], within["region_link"]) == (3, 1)
    assert (await delete(service.admin, workspace))[0] == 200
    after = await counts(service.store)
    assert after == before | {"region": 1}
    assert len(await service.admin.get("/projects/")) == 2


async def test_the_common_workspace_is_not_deleted(service: Service) -> None:
    await service.admin.post(f"/{service.project_id}/classification/-1/setup/rebuild")
    status, refusal = await delete(service.admin, -1)
    assert status == 400
    assert "classifications of all projects" in refusal["error"]
    assert (await delete(service.admin, service.project_id))[0] == 200


async def test_the_history_stays(service: Service) -> None:
    await worked_in(service, service.project_id, service.tracer)
    version = await value(service.store, "SELECT max(id) FROM transaction_info")
    await delete(service.admin, service.project_id)
    gone = await value(
        service.store,
        "SELECT count(*) FROM treenode__with_history h JOIN transaction_info t ON t.id = h.ended_by"
        " WHERE h.project_id = %s AND t.label = 'projects.delete' AND t.project_id = h.project_id",
        service.project_id,
    )
    assert gone == 2
    assert await value(service.store, "SELECT title FROM project__history WHERE id = %s", service.project_id) == "Test"
    kept = await value(
        service.store,
        "SELECT count(*) FROM transaction_info WHERE project_id = %s AND id <= %s",
        service.project_id,
        version,
    )
    assert kept > 0


async def test_who_confirms_names_the_title(service: Service) -> None:
    await worked_in(service, service.project_id, service.tracer)
    status, refusal = await delete(service.admin, service.project_id, confirm="Tset")
    assert status == 400
    assert refusal["error"] == (
        f"Project {service.project_id} is called 'Test', and 'Tset' does not confirm that it is to be deleted. "
        "It has 1 neuron with 2 nodes, 1 connector, 1 annotation, 1 sampler."
    )
    assert await value(service.store, "SELECT count(*) FROM treenode") == 2
    assert (await delete(service.admin, service.project_id, confirm="Test"))[0] == 200


async def test_only_its_administrators_delete_it(service: Service) -> None:
    assert (await delete(service.visitor, service.project_id))[0] == 403
    assert (await delete(service.tracer, service.project_id))[0] == 403
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        await users.grant(tx, service.project_id, "can_administer", to="tracer")
        admin = await users.require_user(tx, "admin")
        other = await projects.create_project(tx, "Other", owner_id=admin.id)
    assert (await delete(service.tracer, other))[0] == 403
    assert (await delete(service.tracer, service.project_id))[0] == 200


async def test_what_comes_in_between_is_refused_and_nothing_is_half_deleted(service: Service) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
    await worked_in(service, service.project_id, service.tracer)
    before = await counts(service.store)

    async def broken(tx: Connection) -> None:
        await project_deletion.delete_project(tx, service.project_id)
        raise RuntimeError("the power fails")

    with pytest.raises(RuntimeError):
        async with service.store.writing(user_id=admin.id, project_id=None, label="projects.delete") as tx:
            await broken(tx)
    assert await counts(service.store) == before


async def test_a_write_that_began_before_is_deleted_and_a_later_one_is_refused(service: Service) -> None:
    path = f"/{service.project_id}/treenode/create"
    await service.tracer.post(path)
    async with service.store.writing(user_id=None, project_id=service.project_id, label="slow") as tx:
        await tx.execute(
            "INSERT INTO neuron (project_id, name, user_id) SELECT project_id, 'late', user_id FROM neuron LIMIT 1"
        )
        deleting = asyncio.create_task(delete(service.admin, service.project_id))
        await waiting(service.store)
        later = asyncio.create_task(service.tracer.request("POST", path))
        assert not deleting.done()
    status, answer = await deleting
    assert (status, answer["neurons"]) in ((200, 2), (200, 3))
    assert (await later)[0] in (200, 400, 403)
    assert await value(service.store, "SELECT count(*) FROM neuron") == 0
    assert (await service.tracer.request("POST", path))[0] == 403


async def waiting(store: Store) -> None:
    """Until some transaction waits for another."""
    while not await value(store, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"):
        await asyncio.sleep(0.01)


async def test_a_hundred_thousand_nodes(service: Service) -> None:
    node: Any = await service.tracer.post(f"/{service.project_id}/treenode/create")
    async with service.store.writing(user_id=None, project_id=service.project_id, label="set up") as tx:
        await tx.execute(
            "INSERT INTO treenode (id, project_id, skeleton_id, parent_id, x, y, z, user_id, editor_id)"
            " SELECT id + i, project_id, skeleton_id, id + i - 1, i, i, i, user_id, editor_id"
            "   FROM treenode, generate_series(1, %s) AS i WHERE id = %s",
            (NODES, node["treenode_id"]),
        )
    status, answer = await delete(service.admin, service.project_id)
    assert (status, answer["treenodes"]) == (200, NODES + 1)
    assert await value(service.store, "SELECT count(*) FROM treenode") == 0
    assert await value(service.store, "SELECT count(*) FROM treenode__history") == NODES + 1


def test_tables_are_deleted_after_those_that_refer_to_them() -> None:
    references = [
        Reference("treenode", "parent_id", "treenode", False),
        Reference("treenode", "project_id", "project", False),
        Reference("link", "treenode_id", "treenode", False),
        Reference("link", "stack_id", "stack", False),
    ]
    assert project_deletion.deletion_order(references) == ["link", "treenode", "project"]
    circle = [
        *references,
        Reference("domain", "interval_id", "interval", True),
        Reference("interval", "domain_id", "domain", True),
        Reference("domain", "project_id", "project", False),
    ]
    assert project_deletion.deletion_order(circle)[-1] == "project"
    with pytest.raises(AssertionError, match="in a circle: "):
        project_deletion.deletion_order([*references, Reference("project", "treenode_id", "treenode", False)])
