"""Classifications of projects: graphs of things whose classes are an ontology, kept in a workspace.

A workspace is a project; that with the id `COMMON_WORKSPACE` is for all projects together. A graph of a workspace can
be linked to several projects, and one project to several graphs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.ontology import ontology_edits

sql = load("ontology/classification")

COMMON_WORKSPACE = -1
NEEDED_CLASSES = {
    "classification_root": "What the ontologies of classifications are",
    "classification_project": "Stands for a project that uses classifications",
}
NEEDED_RELATIONS = {
    "is_a": "A class is a kind of another class",
    "classified_by": "A project uses a classification",
    "linked_to": "A region of interest shows a part of a classification",
}


@dataclass(frozen=True)
class GraphLink:
    """A link of a project to the graph with this root."""

    id: int
    project_id: int
    root_id: int
    root_name: str
    class_id: int
    class_name: str


async def is_set_up(connection: Connection, workspace_id: int) -> bool:
    """Whether a workspace has the classes and relations that classifications need."""
    found = set(await fetch_all(connection, sql.names, workspace_id=workspace_id))
    needed = {("class", name) for name in NEEDED_CLASSES} | {("relation", name) for name in NEEDED_RELATIONS}
    return needed <= found


async def set_up(tx: Connection, user: User, workspace_id: int) -> None:
    """Give a workspace the classes and relations that it lacks; the common one is made if there is none."""
    if workspace_id == COMMON_WORKSPACE:
        await tx.execute(sql.ensure_common_workspace, {"id": workspace_id, "title": "Classifications of all projects"})
    found = set(await fetch_all(tx, sql.names, workspace_id=workspace_id))
    for name, description in NEEDED_CLASSES.items():
        if ("class", name) not in found:
            await ontology_edits.add_class(tx, user, workspace_id, name, description)
    for name, description in NEEDED_RELATIONS.items():
        if ("relation", name) not in found:
            await ontology_edits.add_relation(tx, user, workspace_id, name, description=description)


async def graph_links(
    connection: Connection,
    workspace_id: int,
    *,
    project_id: int | None = None,
    link_id: int | None = None,
    root_id: int | None = None,
) -> list[GraphLink]:
    """Links of projects to graphs of a workspace: all, or those of a project, of this id, or to one root."""
    rows = await fetch_all(
        connection, sql.graph_links, workspace_id=workspace_id, project_id=project_id, link_id=link_id, root_id=root_id
    )
    return [GraphLink(*row) for row in rows]


async def require_graph_link(
    connection: Connection, workspace_id: int, project_id: int, link_id: int | None
) -> GraphLink:
    """The link of a project with this id; with None its only one. `NotFound` if there is none, or not only one."""
    found = await graph_links(connection, workspace_id, project_id=project_id, link_id=link_id)
    if not found:
        which = "" if link_id is None else f" by the link {link_id}"
        raise NotFound(f"Project {project_id} has no classification of workspace {workspace_id}{which}.")
    if len(found) > 1:
        raise InvalidInput(
            f"Project {project_id} has several classifications; choose one of the links "
            f"{', '.join(str(link.id) for link in found)}."
        )
    return found[0]


async def create_graph(
    tx: Connection, user: User, workspace_id: int, project_id: int, ontology_id: int | None
) -> GraphLink:
    """Make a graph of an ontology and link it to a project.

    Raises `NotFound` if the workspace has no such ontology, `InvalidInput` if it is not set up.
    """
    known = await fetch_all(tx, sql.ontologies, workspace_id=workspace_id)
    if ontology_id not in {class_id for class_id, _ in known}:
        raise NotFound(
            f"There is no ontology {ontology_id} in workspace {workspace_id}: that is a class which is_a"
            " classification_root."
        )
    root_id: int = await fetch_value(
        tx, sql.create_thing, project_id=workspace_id, class_id=ontology_id, name="", user_id=user.id
    )
    return await link_graph(tx, user, workspace_id, project_id, root_id)


async def link_graph(tx: Connection, user: User, workspace_id: int, project_id: int, root_id: int | None) -> GraphLink:
    """Link a graph of a workspace to a project.

    Raises `NotFound` if there is no such graph, `InvalidInput` if it is linked already or the workspace not set up.
    """
    await tx.execute(sql.lock_workspace, {"workspace_id": workspace_id})
    await require_root(tx, workspace_id, root_id)
    if await graph_links(tx, workspace_id, project_id=project_id, root_id=root_id):
        raise InvalidInput(f"Project {project_id} uses classification {root_id} already.")
    link_id: int = await fetch_value(
        tx,
        sql.create_link,
        workspace_id=workspace_id,
        user_id=user.id,
        instance_b_id=root_id,
        relation_id=await _concept(tx, workspace_id, "classified_by"),
        instance_a_id=await _thing_of_project(tx, user, workspace_id, project_id),
    )
    return (await graph_links(tx, workspace_id, link_id=link_id))[0]


async def require_root(connection: Connection, workspace_id: int, root_id: int | None) -> int:
    """The id, if it is that of a graph's root in the workspace; else `NotFound`."""
    row = await fetch_one(connection, sql.root, id=root_id, workspace_id=workspace_id)
    known = {class_id for class_id, _ in await fetch_all(connection, sql.ontologies, workspace_id=workspace_id)}
    if row is None or row[1] not in known:
        raise NotFound(f"There is no classification {root_id} in workspace {workspace_id}.")
    found: int = row[0]
    return found


async def tags_of_graphs(connection: Connection, links: Collection[GraphLink]) -> dict[int, set[str]]:
    """The tags of each project of these links."""
    found: dict[int, set[str]] = {link.project_id: set() for link in links}
    for project_id, name in await fetch_all(connection, sql.tags_of_projects, project_ids=list(found)):
        found[project_id].add(name)
    return found


async def _thing_of_project(tx: Connection, user: User, workspace_id: int, project_id: int) -> int:
    """What stands for a project in a workspace; made if there is none."""
    found = await fetch_value(tx, sql.project_thing, workspace_id=workspace_id, project_id=project_id)
    if found is None:
        class_id = await _concept(tx, workspace_id, "classification_project")
        found = await fetch_value(
            tx, sql.create_thing, project_id=project_id, class_id=class_id, name="", user_id=user.id
        )
    thing: int = found
    return thing


async def _concept(connection: Connection, workspace_id: int, name: str) -> int:
    """Id of a class or relation of a workspace; `InvalidInput` if it lacks it."""
    found = await fetch_value(connection, sql.concept, workspace_id=workspace_id, name=name)
    if found is None:
        raise InvalidInput(f"Workspace {workspace_id} lacks {name!r}: set it up for classifications first.")
    concept: int = found
    return concept
