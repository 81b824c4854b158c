"""Ontologies: a project's classes and relations, and how classes hang on each other by relations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection

sql = load("ontology/ontology")

KNOWN_ROOTS = ("root", "classification_root")
"""Names of classes at which the trees of classes begin: that of tracing, and that of classifications."""


@dataclass(frozen=True)
class Concept:
    """A class or a relation."""

    id: int
    name: str


@dataclass(frozen=True)
class Restriction:
    """How many things may hang on one; `type` as in `ontology_edits.CARDINALITY_TYPES`."""

    id: int
    type: int
    value: int


@dataclass(frozen=True)
class LinkedClass:
    """A class that hangs on another by the link `link_id`."""

    link_id: int
    id: int
    name: str
    has_more_below: bool
    restrictions: tuple[Restriction, ...]


async def classes(connection: Connection, project_id: int) -> list[Concept]:
    """The classes of a project."""
    return [Concept(*row) for row in await fetch_all(connection, sql.classes, project_id=project_id)]


async def relations(connection: Connection, project_id: int) -> list[Concept]:
    """The relations of a project, those between treenodes and connectors among them."""
    return [Concept(*row) for row in await fetch_all(connection, sql.relations, project_id=project_id)]


async def sub_classes(connection: Connection, project_id: int, relation: str, of: str) -> list[Concept]:
    """Classes that have the relation of this name to the class named `of`."""
    rows = await fetch_all(connection, sql.sub_classes, project_id=project_id, relation=relation, of=of)
    return [Concept(*row) for row in rows]


async def named_classes(connection: Connection, project_id: int, names: Iterable[str]) -> list[tuple[Concept, bool]]:
    """Those of the named classes that there are, each with whether others hang on it."""
    rows = await fetch_all(connection, sql.named_classes, project_id=project_id, names=list(names))
    return [(Concept(class_id, name), has_more) for class_id, name, has_more in rows]


async def linked_classes(
    connection: Connection, project_id: int, class_b_id: int, relation_id: int
) -> list[LinkedClass]:
    """Classes that hang on one by a relation."""
    rows = await fetch_all(
        connection, sql.linked_classes, project_id=project_id, class_b_id=class_b_id, relation_id=relation_id
    )
    return [
        LinkedClass(link_id, class_id, name, has_more, tuple(Restriction(*r) for r in restrictions))
        for link_id, class_id, name, has_more, restrictions in rows
    ]


async def relations_below(connection: Connection, project_id: int, class_b_id: int) -> list[tuple[Concept, str]]:
    """Relations by which classes hang on one, each with the name of that class."""
    rows = await fetch_all(connection, sql.relations_below, project_id=project_id, class_b_id=class_b_id)
    return [(Concept(relation_id, name), class_name) for relation_id, name, class_name in rows]
