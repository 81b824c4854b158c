"""Groups of neurons: an ontology of a project in which neurons and groups are part of groups, up to a root."""

from __future__ import annotations

from dataclasses import dataclass

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("annotation/groups")


@dataclass(frozen=True)
class Thing:
    """A skeleton, neuron, group or root."""

    id: int
    class_name: str
    name: str


@dataclass(frozen=True)
class Membership:
    """`child` is part of, or a model of, `parent`."""

    relation: str
    parent: Thing
    child: Thing


async def ancestry(connection: Connection, project_id: int, skeleton_id: int) -> list[Thing]:
    """The neuron of a skeleton, the group it is part of, what that is part of, and so on.

    Raises `NotFound` if there is no such skeleton, `InvalidInput` if anything is part of several things.
    """
    neuron = await fetch_one(connection, sql.neuron_of_skeleton, project_id=project_id, skeleton_id=skeleton_id)
    if neuron is None:
        raise NotFound(f"There is no skeleton {skeleton_id} in project {project_id}.")
    neuron_id, name = neuron
    rows = await fetch_all(connection, sql.ancestors, project_id=project_id, neuron_id=neuron_id)
    if len({depth for *_, depth in rows}) < len(rows):
        raise InvalidInput(f"Skeleton {skeleton_id} has no one ancestry: something is part of several things.")
    above = [Thing(thing_id, class_name, thing) for thing_id, thing, class_name, _ in rows]
    return [Thing(neuron_id, "neuron", name), *above]


async def edges(connection: Connection, project_id: int) -> list[Membership]:
    """How roots, groups, neurons and skeletons hang on each other."""
    return [
        Membership(relation, Thing(*ends[:3]), Thing(*ends[3:]))
        for relation, *ends in await fetch_all(connection, sql.edges, project_id=project_id)
    ]
