"""Change ontologies. What people traced is never lost by it: classes and relations that tracings use stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("ontology/ontology")

CARDINALITY_TYPES = {
    0: "Exactly n instances of any sub-type",
    1: "Maximum of n instances of any sub-type",
    2: "Minimum of n instances of any sub-type",
    3: "Exactly n instances of each sub-type",
    4: "Maximum n instances of each sub-type",
    5: "Minimum n instances of each sub-type",
}


@dataclass(frozen=True)
class ConceptKind:
    """Classes or relations: what they are called, and the queries that find and change them."""

    noun: str
    known: LiteralString
    one: LiteralString
    used: LiteralString
    rename: LiteralString
    delete: tuple[LiteralString, ...]
    """Of what refers to them first."""


CLASS = ConceptKind(
    "class",
    sql.classes,
    sql.class_of_project,
    sql.used_classes,
    sql.rename_class,
    (sql.delete_links_of_classes, sql.delete_instances_of_classes, sql.delete_classes),
)
RELATION = ConceptKind(
    "relation",
    sql.relations,
    sql.relation_of_project,
    sql.used_relations,
    sql.rename_relation,
    (
        sql.delete_class_links_by_relations,
        sql.delete_instance_links_by_relations,
        sql.delete_region_links_by_relations,
        sql.delete_relations,
    ),
)


@dataclass(frozen=True)
class RemovedConcepts:
    """Ids of what is gone, and of what stayed because it is in use."""

    deleted: list[int]
    kept: list[int]


async def add_class(
    tx: Connection, user: User, project_id: int, name: str | None, description: str | None = None
) -> int | None:
    """Make a class; its id, None if there is one of this name. `InvalidInput` without a name."""
    created: int | None = await fetch_value(
        tx,
        sql.create_class,
        project_id=project_id,
        user_id=user.id,
        name=_trimmed(name, "class"),
        description=description,
    )
    return created


async def add_relation(
    tx: Connection,
    user: User,
    project_id: int,
    name: str | None,
    *,
    uri: str = "",
    description: str | None = None,
    isreciprocal: bool = False,
) -> int | None:
    """Make a relation; its id, None if there is one of this name. `InvalidInput` without a name."""
    created: int | None = await fetch_value(
        tx,
        sql.create_relation,
        project_id=project_id,
        user_id=user.id,
        name=_trimmed(name, "relation"),
        uri=uri,
        description=description,
        isreciprocal=isreciprocal,
    )
    return created


async def rename(tx: Connection, kind: ConceptKind, project_id: int, concept_id: int | None, name: str | None) -> None:
    """Give a class or relation another name, which none of the project may have; `NotFound` if there is no such."""
    wanted = _trimmed(name, kind.noun)
    found = await require(tx, kind, project_id, concept_id)
    if wanted in {known for _, known in await fetch_all(tx, kind.known, project_id=project_id)}:
        raise InvalidInput(f"There is already a {kind.noun} named {wanted!r}.")
    if (await _uses(tx, kind, project_id)).get(found):
        raise InvalidInput(f"The {kind.noun} {found} keeps its name: what was traced depends on it.")
    await tx.execute(kind.rename, {"id": found, "name": wanted})


async def remove(tx: Connection, kind: ConceptKind, project_id: int, concept_id: int | None, *, force: bool) -> None:
    """Delete a class or relation; with `force` together with its links and, of a class, the things.

    Raises `NotFound` if there is none, `InvalidInput` if it is in use: without `force` at all, with it by what people
    traced.
    """
    found = await require(tx, kind, project_id, concept_id)
    by_tracings = (await _uses(tx, kind, project_id)).get(found)
    if by_tracings:
        raise InvalidInput(f"The {kind.noun} {found} cannot be removed: what was traced depends on it.")
    if by_tracings is not None and not force:
        raise InvalidInput(f"The {kind.noun} {found} is in use; with `force` what refers to it is deleted, too.")
    await _delete(tx, kind, [found])


async def remove_all(tx: Connection, kind: ConceptKind, project_id: int, *, force: bool) -> RemovedConcepts:
    """Delete the classes or relations that are not in use; with `force` all that nothing traced depends on."""
    known = [concept_id for concept_id, _ in await fetch_all(tx, kind.known, project_id=project_id)]
    kept = {used for used, by_tracings in (await _uses(tx, kind, project_id)).items() if by_tracings or not force}
    removed = RemovedConcepts([one for one in known if one not in kept], [one for one in known if one in kept])
    await _delete(tx, kind, removed.deleted)
    return removed


async def add_link(
    tx: Connection,
    user: User,
    project_id: int,
    *,
    class_a_id: int | None,
    class_b_id: int | None,
    relation_id: int | None,
) -> int:
    """Hang class a on class b by a relation; the id of the link. `NotFound` if one of the three is not here."""
    link_id: int = await fetch_value(
        tx,
        sql.create_link,
        project_id=project_id,
        user_id=user.id,
        class_a_id=await require(tx, CLASS, project_id, class_a_id),
        class_b_id=await require(tx, CLASS, project_id, class_b_id),
        relation_id=await require(tx, RELATION, project_id, relation_id),
    )
    return link_id


async def remove_link(tx: Connection, project_id: int, link_id: int | None) -> None:
    """Delete a link between classes with its restrictions; `NotFound` if there is none."""
    if await fetch_value(tx, sql.delete_link, id=link_id, project_id=project_id) is None:
        raise NotFound(f"There is no link {link_id} between classes of project {project_id}.")


async def remove_own_links(
    tx: Connection, user: User, project_id: int, *, class_b_id: int | None = None, relation_id: int | None = None
) -> list[int]:
    """Delete the links between classes that the user made: those of one relation to class b, or all. Their ids."""
    rows = await fetch_all(
        tx, sql.delete_own_links, project_id=project_id, user_id=user.id, class_b_id=class_b_id, relation_id=relation_id
    )
    return sorted(link_id for (link_id,) in rows)


async def restrict_link(
    tx: Connection, user: User, project_id: int, link_id: int | None, *, cardinality_type: int, value: int
) -> int:
    """Say how many things may hang on one by a link between classes; the id of the restriction.

    Raises `NotFound` if there is no such link, `InvalidInput` if type or value are none.
    """
    if cardinality_type not in CARDINALITY_TYPES:
        raise InvalidInput(
            f"There is no cardinality type {cardinality_type}; known are {', '.join(map(str, CARDINALITY_TYPES))}."
        )
    if value < 0:
        raise InvalidInput("A cardinality restriction needs a number from 0 on.")
    if await fetch_value(tx, sql.link, id=link_id, project_id=project_id) is None:
        raise NotFound(f"There is no link {link_id} between classes of project {project_id}.")
    restriction_id: int = await fetch_value(
        tx,
        sql.create_restriction,
        project_id=project_id,
        user_id=user.id,
        class_link_id=link_id,
        type=cardinality_type,
        value=value,
    )
    return restriction_id


async def remove_restriction(tx: Connection, project_id: int, restriction_id: int | None) -> None:
    """Delete a restriction; `NotFound` if there is none."""
    if await fetch_value(tx, sql.delete_restriction, id=restriction_id, project_id=project_id) is None:
        raise NotFound(f"There is no restriction {restriction_id} in project {project_id}.")


async def require(connection: Connection, kind: ConceptKind, project_id: int, concept_id: int | None) -> int:
    """The id, if it is that of a class or relation of the project; else `NotFound`."""
    found: int | None = await fetch_value(connection, kind.one, id=concept_id, project_id=project_id)
    if found is None:
        raise NotFound(f"There is no {kind.noun} {concept_id} in project {project_id}.")
    return found


def _trimmed(name: str | None, what: str) -> str:
    trimmed = (name or "").strip()
    if not trimmed:
        raise InvalidInput(f"A {what} needs a name.")
    return trimmed


async def _uses(tx: Connection, kind: ConceptKind, project_id: int) -> dict[int, bool]:
    """Which classes or relations anything refers to, and whether what was traced does."""
    return dict(await fetch_all(tx, kind.used, project_id=project_id))


async def _delete(tx: Connection, kind: ConceptKind, ids: list[int]) -> None:
    for statement in kind.delete:
        await tx.execute(statement, {"ids": ids})
