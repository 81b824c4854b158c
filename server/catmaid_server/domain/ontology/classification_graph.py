"""One classification: its things as a tree, what may be added to them, and changing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.ontology import classification
from catmaid_server.domain.ontology.class_tree import (
    ChildChoice,
    ChildLimit,
    ChildType,
    ClassLink,
    ClassPath,
    ClassTree,
    has_enough,
)
from catmaid_server.domain.projects import log
from catmaid_server.domain.space import regions

sql = load("ontology/classification")

EXACTLY_OF_EACH = 3
"""The only cardinality type that `autofill` can complete."""

_MOST_ADDED = 1000


@dataclass(frozen=True)
class ClassifiedThing:
    """A thing of a graph; the root has no link and no parent."""

    id: int
    name: str
    class_id: int
    link_id: int | None = None
    relation_id: int | None = None
    parent_id: int | None = None


@dataclass(frozen=True)
class ClassificationGraph:
    """The things of one classification, parents before their children; the first is the root."""

    things: tuple[ClassifiedThing, ...]

    @cached_property
    def by_id(self) -> Mapping[int, ClassifiedThing]:
        """Each thing once."""
        return {thing.id: thing for thing in reversed(self.things)}

    @cached_property
    def _children(self) -> Mapping[int, list[ClassifiedThing]]:
        found: dict[int, list[ClassifiedThing]] = defaultdict(list)
        for thing in dict.fromkeys(self.things):  # one below several parents comes with what is below it, once for each
            if thing.parent_id is not None:
                found[thing.parent_id].append(thing)
        return found

    def children(self, thing_id: int) -> list[ClassifiedThing]:
        """What hangs on a thing."""
        return self._children.get(thing_id, [])

    def kinds(self, thing_id: int) -> list[ChildType]:
        """Class and relation of what hangs on a thing."""
        return [ChildType(child.class_id, child.relation_id or 0) for child in self.children(thing_id)]

    def below(self, thing_id: int) -> list[int]:
        """The ids of a thing and of everything below it."""
        found: dict[int, None] = {}
        todo = [thing_id]
        while todo:
            one = todo.pop()
            if one not in found:
                found[one] = None
                todo.extend(child.id for child in self.children(one))
        return list(found)

    def has(self, path: ClassPath) -> bool:
        """Whether things hang on the root, one on the other, as the steps of a path have it."""
        root = self.things[0]
        if path[0].class_b_id != root.class_id:
            return False
        ends = {root.id}
        for step in path:
            ends = {
                child.id
                for end in ends
                for child in self.children(end)
                if (child.class_id, child.relation_id) == (step.class_a_id, step.relation_id)
            }
        return bool(ends)


async def class_tree(connection: Connection, workspace_id: int) -> ClassTree:
    """The classes of a workspace and how they are linked."""
    names = dict(await fetch_all(connection, sql.classes, workspace_id=workspace_id))
    rows = await fetch_all(connection, sql.class_links, workspace_id=workspace_id)
    return ClassTree(
        names,
        [
            ClassLink(
                link_id, relation_id, relation, class_a_id, class_b_id, tuple(ChildLimit(*limit) for limit in limits)
            )
            for link_id, relation_id, relation, class_a_id, class_b_id, limits in rows
        ],
    )


async def graph(connection: Connection, workspace_id: int, root_id: int) -> ClassificationGraph:
    """All things of the graph with this root."""
    return (await graphs(connection, workspace_id, [root_id]))[root_id]


async def graphs(
    connection: Connection, workspace_id: int, root_ids: Collection[int]
) -> dict[int, ClassificationGraph]:
    """All things of the graphs with these roots, by root."""
    found: dict[int, list[ClassifiedThing]] = {root_id: [] for root_id in root_ids}
    for root_id, *thing in await fetch_all(connection, sql.graphs, workspace_id=workspace_id, root_ids=list(root_ids)):
        found[root_id].append(ClassifiedThing(*thing))
    return {root_id: ClassificationGraph(tuple(things)) for root_id, things in found.items()}


async def graph_with(connection: Connection, workspace_id: int, project_id: int, thing_id: int) -> ClassificationGraph:
    """The graph that a project uses and that has this thing; `NotFound` if there is none."""
    links = await classification.graph_links(connection, workspace_id, project_id=project_id)
    for found in (await graphs(connection, workspace_id, {link.root_id for link in links})).values():
        if thing_id in found.by_id:
            return found
    raise NotFound(f"There is no {thing_id} in the classifications of project {project_id}.")


def choices(tree: ClassTree, found: ClassificationGraph, thing_id: int) -> list[ChildChoice]:
    """The classes of which things may be added below a thing of a graph."""
    return tree.choices(found.by_id[thing_id].class_id, found.kinds(thing_id))


async def create_thing(
    tx: Connection,
    user: User,
    workspace_id: int,
    project_id: int,
    *,
    parent_id: int,
    class_id: int,
    relation_id: int,
    name: str,
) -> int:
    """Hang a new thing on one of a graph that the project uses; its id.

    Raises `NotFound` if there is no such parent, `InvalidInput` if the ontology does not allow it, or no more of it.
    """
    await tx.execute(sql.lock_workspace, {"workspace_id": workspace_id})
    found = await graph_with(tx, workspace_id, project_id, parent_id)
    tree = await class_tree(tx, workspace_id)
    allowed = [
        choice
        for choice in choices(tree, found, parent_id)
        if (choice.class_id, choice.relation_id) == (class_id, relation_id)
    ]
    if not allowed:
        raise InvalidInput(
            f"By its ontology nothing of class {class_id} may hang on {parent_id} by the relation {relation_id}."
        )
    if all(choice.disabled for choice in allowed):
        raise InvalidInput(f"{parent_id} has as much of class {class_id} as it may have.")
    thing_id = await _hang(tx, user, workspace_id, parent_id, ChildType(class_id, relation_id), name)
    kind = tree.names[class_id]
    await log.add(tx, project_id, user.id, f"create_{kind}", None, f"Created {kind} with ID {thing_id}")
    return thing_id


async def remove_thing(tx: Connection, user: User, workspace_id: int, project_id: int, thing_id: int) -> None:
    """Delete a thing of a graph that the project uses, and all below it.

    Raises `NotFound` if there is no such thing, `InvalidInput` if it is a root: of that, the link is to be removed.
    """
    await tx.execute(sql.lock_workspace, {"workspace_id": workspace_id})
    found = await graph_with(tx, workspace_id, project_id, thing_id)
    if thing_id == found.things[0].id:
        raise InvalidInput(f"{thing_id} is the root of a classification: remove the classification instead.")
    ids = found.below(thing_id)
    await delete_things(tx, ids)
    for one in ids:
        await log.add(
            tx,
            project_id,
            user.id,
            "remove_element",
            None,
            f"Removed classification with ID {one} and name {found.by_id[one].name}",
        )


async def rename_thing(tx: Connection, workspace_id: int, project_id: int, thing_id: int, name: str) -> None:
    """Give a thing of a graph that the project uses a name; `NotFound` if there is no such thing."""
    await graph_with(tx, workspace_id, project_id, thing_id)
    await tx.execute(sql.rename_thing, {"id": thing_id, "name": name})


async def delete_things(tx: Connection, thing_ids: list[int]) -> None:
    """Delete things with their links, and regions that show nothing else."""
    await regions.forget_things(tx, thing_ids)
    await tx.execute(sql.delete_things, {"ids": thing_ids})


async def unlink_graph(tx: Connection, workspace_id: int, project_id: int, link_id: int) -> int:
    """Delete the link of a project to a graph, and the graph if no project uses it any more.

    Returns by how many links projects still use it. `NotFound` if the project has no such link.
    """
    await tx.execute(sql.lock_workspace, {"workspace_id": workspace_id})
    link = await classification.require_graph_link(tx, workspace_id, project_id, link_id)
    await tx.execute(sql.delete_link, {"id": link.id})
    left = len(await classification.graph_links(tx, workspace_id, root_id=link.root_id))
    if left == 0:
        found = await graph(tx, workspace_id, link.root_id)
        await delete_things(tx, list(found.by_id))
    return left


async def autofill(tx: Connection, user: User, workspace_id: int, root_id: int) -> list[str]:
    """Add to a graph what must be there: where exactly n of each sub-class are wanted. Names of the classes added.

    Raises `InvalidInput` if that is very much.
    """
    await tx.execute(sql.lock_workspace, {"workspace_id": workspace_id})
    tree = await class_tree(tx, workspace_id)
    found = await graph(tx, workspace_id, root_id)
    todo = [_Gap(thing.id, thing.class_id, found.kinds(thing.id)) for thing in found.by_id.values()]
    added: list[str] = []
    while todo:
        gap = todo.pop(0)
        for link_id, limit, child in _missing(tree, gap):
            while not has_enough(limit, child, gap.present):
                if len(added) == _MOST_ADDED:
                    raise InvalidInput(f"The ontology asks for more than {_MOST_ADDED} things at once.")
                new_id = await _hang(tx, user, workspace_id, gap.thing_id, child, "")
                gap.present.append(child)
                added.append(tree.names[child.class_id])
                todo.append(_Gap(new_id, child.class_id, [], gap.passed | {link_id}))
    return added


@dataclass(frozen=True)
class _Gap:
    """A thing to which something may be missing; `passed` are the links that led to it, which are not taken again."""

    thing_id: int
    class_id: int
    present: list[ChildType]
    passed: frozenset[int] = frozenset()


def _missing(tree: ClassTree, gap: _Gap) -> list[tuple[int, ChildLimit, ChildType]]:
    """What must be there below a thing: by which link, how often, and what."""
    return [
        (link.id, limit, ChildType(sub_class_id, link.relation_id))
        for link in tree.links_below(gap.class_id)
        if link.id not in gap.passed
        for limit in link.limits
        if limit.type == EXACTLY_OF_EACH
        for sub_class_id in tree.sub_classes(link.class_a_id)
    ]


async def _hang(tx: Connection, user: User, workspace_id: int, parent_id: int, child: ChildType, name: str) -> int:
    thing_id: int = await fetch_value(
        tx, sql.create_thing, project_id=workspace_id, class_id=child.class_id, name=name, user_id=user.id
    )
    await fetch_value(
        tx,
        sql.create_link,
        workspace_id=workspace_id,
        relation_id=child.relation_id,
        instance_a_id=thing_id,
        instance_b_id=parent_id,
        user_id=user.id,
    )
    return thing_id
