"""Ontologies: the trees of classes, as clients show them, and lists of classes and relations."""

from __future__ import annotations

from dataclasses import asdict
from typing import NotRequired, TypedDict

import msgspec

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.ontology import ontology, ontology_edits
from catmaid_server.domain.ontology.ontology import KNOWN_ROOTS, LinkedClass
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class NamedClass(TypedDict):
    """A class."""

    id: int
    name: str


class RowState(TypedDict):
    """How a tree shows what has more below."""

    opened: bool


class OntologyRow(TypedDict):
    """One row of a tree; `state` is there if there is more below."""

    id: int | str
    text: str
    type: str
    name: NotRequired[str]
    cname: NotRequired[str]
    ccid: NotRequired[int]
    restrictions: NotRequired[str]
    classbname: NotRequired[str]
    classbid: NotRequired[int]
    state: NotRequired[RowState]


class ListPart(msgspec.Struct):
    """Which part of a list to give."""

    parentid: int = 0
    """0 for the one row that stands for the list, anything else for the list itself."""


class ListClasses(msgspec.Struct):
    """Which part of the list of classes to give."""

    parentid: int = 0
    """0 for the one row that stands for the list, anything else for the list itself."""
    roots: int = 0
    """1 to list the classes at which trees begin, too."""


class OntologyPart(msgspec.Struct):
    """Which rows of the tree to give: levels of classes and of relations alternate."""

    parentid: int = 0
    """What to open: a relation or a class; 0 for the beginning of the trees."""
    parenttype: str = "relation"
    """What `parentid` is: `relation`, `class` or `root`."""
    classbid: int = 0
    """If a relation is opened: the class above it."""
    rootclass: str | None = None
    """Name of the class at which the tree begins; without it, all that are known."""


_MORE_BELOW: RowState = {"opened": False}


@routes.any("/ontology/knownroots", needs=Permission.NONE)
async def known_roots(call: Call, form: NoParameters) -> dict[str, tuple[str, ...]]:
    """Name the classes at which trees of classes begin."""
    return {"knownroots": KNOWN_ROOTS}


@routes.any("/{project_id}/ontology/roots/", needs=Permission.BROWSE)
async def ontology_roots(call: Call, form: NoParameters) -> dict[str, list[NamedClass]]:
    """List the ontologies for classifications."""
    async with call.reading() as connection:
        found = await ontology.sub_classes(connection, call.project_id, "is_a", "classification_root")
    return {"root_classes": [{"id": concept.id, "name": concept.name} for concept in found]}


@routes.any("/{project_id}/ontology/relations", needs=Permission.BROWSE)
async def relation_ids(call: Call, form: NoParameters) -> dict[str, int]:
    """Give the ids of relations by name."""
    async with call.reading() as connection:
        return {concept.name: concept.id for concept in await ontology.relations(connection, call.project_id)}


@routes.any("/{project_id}/ontology/classes", needs=Permission.BROWSE)
async def class_ids(call: Call, form: NoParameters) -> dict[str, int]:
    """Give the ids of classes by name."""
    async with call.reading() as connection:
        return {concept.name: concept.id for concept in await ontology.classes(connection, call.project_id)}


@routes.any("/{project_id}/ontology/relations/list", needs=Permission.BROWSE)
async def list_relations(call: Call, form: ListPart) -> list[OntologyRow]:
    """List relations as rows of a tree."""
    async with call.reading() as connection:
        found = await ontology.relations(connection, call.project_id)
    return _listed("relations", "relation", found, whole=form.parentid != 0)


@routes.any("/{project_id}/ontology/classes/list", needs=Permission.BROWSE)
async def list_classes(call: Call, form: ListClasses) -> list[OntologyRow]:
    """List classes as rows of a tree."""
    async with call.reading() as connection:
        found = await ontology.classes(connection, call.project_id)
    shown = [concept for concept in found if form.roots or concept.name not in KNOWN_ROOTS]
    return _listed("classes", "class", shown, whole=form.parentid != 0)


@routes.any("/{project_id}/ontology/list", needs=Permission.BROWSE)
async def expand_ontology(call: Call, form: OntologyPart) -> list[OntologyRow] | dict[str, str]:
    """Give the rows below one row of the tree of classes and relations."""
    if form.parenttype in ("class", "root"):
        return await _relations_below(call, form.parentid)
    if form.parenttype != "relation":
        raise InvalidInput(f"Unknown parent type {form.parenttype!r}; it is relation, class or root.")
    if form.parentid == 0:
        return await _roots(call, form.rootclass)
    async with call.reading() as connection:
        found = await ontology.linked_classes(connection, call.project_id, form.classbid, form.parentid)
    return [_linked_class(linked) for linked in found]


@routes.any("/{project_id}/ontology/restrictions/{restriction}/types", needs=Permission.BROWSE)
async def restriction_types(call: Call, form: NoParameters) -> dict[str, dict[int, str]]:
    """Name the types of a kind of restriction, of which there is one: `cardinality`."""
    kind = call.path["restriction"]
    if kind != "cardinality":
        raise InvalidInput(f"Unknown restriction {kind!r}; known is cardinality.")
    return {"types": ontology_edits.CARDINALITY_TYPES}


async def _roots(call: Call, name: str | None) -> list[OntologyRow] | dict[str, str]:
    async with call.reading() as connection:
        found = await ontology.named_classes(connection, call.project_id, KNOWN_ROOTS if name is None else (name,))
    if not found:
        if name is not None:
            raise InvalidInput(f"There is no class {name!r} in project {call.project_id}.")
        return {"warning": f"An ontology begins at a class named {' or '.join(KNOWN_ROOTS)}: add one of them."}
    return [
        _with_state({"id": root.id, "text": _text(root), "type": "root", "cname": root.name}, has_more)
        for root, has_more in found
    ]


async def _relations_below(call: Call, class_id: int) -> list[OntologyRow]:
    async with call.reading() as connection:
        found = await ontology.relations_below(connection, call.project_id, class_id)
    return [
        {
            "id": relation.id,
            "text": _text(relation),
            "type": "relation",
            "name": relation.name,
            "classbname": class_name,
            "classbid": class_id,
        }
        for relation, class_name in found
    ]


def _linked_class(linked: LinkedClass) -> OntologyRow:
    restrictions = [asdict(restriction) for restriction in linked.restrictions]
    mark = "*" if restrictions else ""
    node: OntologyRow = {
        "id": linked.id,
        "text": f"{linked.name} ({linked.id}){mark}",
        "type": "class",
        "restrictions": msgspec.json.encode({"cardinality": restrictions} if restrictions else {}).decode(),
        "cname": linked.name,
        "ccid": linked.link_id,
    }
    return _with_state(node, linked.has_more_below)


def _listed(heading: str, kind: str, concepts: list[ontology.Concept], *, whole: bool) -> list[OntologyRow]:
    if whole:
        return [{"id": concept.id, "text": _text(concept), "type": kind, "name": concept.name} for concept in concepts]
    return [_with_state({"id": heading, "text": heading.capitalize(), "type": "root"}, bool(concepts))]


def _with_state(node: OntologyRow, has_more: bool) -> OntologyRow:
    return {**node, "state": _MORE_BELOW} if has_more else node


def _text(concept: ontology.Concept) -> str:
    return f"{concept.name} ({concept.id})"
