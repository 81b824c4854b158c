"""Change ontologies. What people traced is never lost by it: classes and relations that tracings use stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.users import User

sql = load("ontology")

CARDINALITY_TYPES = {
    0: "Exactly n instances of any sub-type",
    1: "Maximum of n instances of any sub-type",
    2: "Minimum of n instances of any sub-type",
    3: "Exactly n instances of each sub-type",
    4: "Maximum n instances of each sub-type",
    5: "Minimum n instances of each sub-type",
}


@dataclass(frozen=True)
class Removed:
    """Ids of what is gone, and of what stayed because it is in use."""

    deleted: list[int]
    kept: list[int]


async def add_class(
    tx: Connection, user: User, project_id: int, name: str | None, description: str | None = None
) -> int | None:
    """Make a class; its id, None if there is one of this name. `InvalidInput` without a name."""
    created: int | None = await fetch_value(tx, sql.create_class, project_id=project_id, user_id=user.id,
                                            name=_trimmed(name, "class"), description=description)
    return created


async def add_relation(
    tx: Connection, user: User, project_id: int, name: str | None, *, uri: str = "", description: str | None = None,
    isreciprocal: bool = False,
) -> int | None:
    """Make a relation; its id, None if there is one of this name. `InvalidInput` without a name."""
    created: int | None = await fetch_value(
        tx, sql.create_relation, project_id=project_id, user_id=user.id, name=_trimmed(name, "relation"), uri=uri,
        description=description, isreciprocal=isreciprocal)
    return created


async def rename_class(tx: Connection, project_id: int, class_id: int | None, name: str | None) -> None:
    """Give a class another name, which no class of the project may have; `NotFound` if there is no such class."""
    wanted = _trimmed(name, "class")
    await require_class(tx, project_id, class_id)
    if wanted in {known for _, known in await fetch_all(tx, sql.classes, project_id=project_id)}:
        raise InvalidInput(f"There is already a class named {wanted!r}.")
    if class_id in await _used_by_tracings(tx, sql.used_classes, project_id):
        raise InvalidInput(f"Class {class_id} is that of traced data and keeps its name.")
    await tx.execute(sql.rename_class, {"id": class_id, "name": wanted})


async def rename_relation(tx: Connection, project_id: int, relation_id: int | None, name: str | None) -> None:
    """Give a relation another name, which none of the project may have; `NotFound` if there is no such relation."""
    wanted = _trimmed(name, "relation")
    await require_relation(tx, project_id, relation_id)
    if wanted in {known for _, known in await fetch_all(tx, sql.relations, project_id=project_id)}:
        raise InvalidInput(f"There is already a relation named {wanted!r}.")
    if relation_id in await _used_by_tracings(tx, sql.used_relations, project_id):
        raise InvalidInput(f"Relation {relation_id} links what was traced and keeps its name.")
    await tx.execute(sql.rename_relation, {"id": relation_id, "name": wanted})


async def remove_class(tx: Connection, project_id: int, class_id: int | None, *, force: bool) -> None:
    """Delete a class; with `force` together with its links and the things of this class.

    Raises `NotFound` if there is no such class, `InvalidInput` if it is in use: without `force` at all, with it by
    what people traced.
    """
    found = await require_class(tx, project_id, class_id)
    used = dict(await fetch_all(tx, sql.used_classes, project_id=project_id))
    _require_removable(f"class {found}", used.get(found), force=force)
    await _delete_classes(tx, [found])


async def remove_relation(tx: Connection, project_id: int, relation_id: int | None, *, force: bool) -> None:
    """Delete a relation; with `force` together with the links of this relation. Raises as `remove_class` does."""
    found = await require_relation(tx, project_id, relation_id)
    used = dict(await fetch_all(tx, sql.used_relations, project_id=project_id))
    _require_removable(f"relation {found}", used.get(found), force=force)
    await _delete_relations(tx, [found])


async def remove_all_classes(tx: Connection, project_id: int, *, force: bool) -> Removed:
    """Delete the classes that are not in use; with `force` all but those of what people traced."""
    known = [class_id for class_id, _ in await fetch_all(tx, sql.classes, project_id=project_id)]
    removed = _divided(known, dict(await fetch_all(tx, sql.used_classes, project_id=project_id)), force=force)
    await _delete_classes(tx, removed.deleted)
    return removed


async def remove_all_relations(tx: Connection, project_id: int, *, force: bool) -> Removed:
    """Delete the relations that are not in use; with `force` all but those that link what was traced."""
    known = [relation_id for relation_id, _ in await fetch_all(tx, sql.relations, project_id=project_id)]
    removed = _divided(known, dict(await fetch_all(tx, sql.used_relations, project_id=project_id)), force=force)
    await _delete_relations(tx, removed.deleted)
    return removed


async def add_link(
    tx: Connection, user: User, project_id: int, *, class_a_id: int | None, class_b_id: int | None,
    relation_id: int | None,
) -> int:
    """Hang class a on class b by a relation; the id of the link. `NotFound` if one of the three is not here."""
    link_id: int = await fetch_value(
        tx, sql.create_link, project_id=project_id, user_id=user.id,
        class_a_id=await require_class(tx, project_id, class_a_id),
        class_b_id=await require_class(tx, project_id, class_b_id),
        relation_id=await require_relation(tx, project_id, relation_id))
    return link_id


async def remove_link(tx: Connection, project_id: int, link_id: int | None) -> None:
    """Delete a link between classes with its restrictions; `NotFound` if there is none."""
    if await fetch_value(tx, sql.delete_link, id=link_id, project_id=project_id) is None:
        raise NotFound(f"There is no link {link_id} between classes of project {project_id}.")


async def remove_own_links(
    tx: Connection, user: User, project_id: int, *, class_b_id: int | None = None, relation_id: int | None = None
) -> list[int]:
    """Delete the links between classes that the user made: those of one relation to class b, or all. Their ids."""
    rows = await fetch_all(tx, sql.delete_own_links, project_id=project_id, user_id=user.id, class_b_id=class_b_id,
                           relation_id=relation_id)
    return sorted(link_id for (link_id,) in rows)


async def restrict_link(
    tx: Connection, user: User, project_id: int, link_id: int | None, *, cardinality_type: int, value: int
) -> int:
    """Say how many things may hang on one by a link between classes; the id of the restriction.

    Raises `NotFound` if there is no such link, `InvalidInput` if type or value are none.
    """
    if cardinality_type not in CARDINALITY_TYPES:
        raise InvalidInput(f"There is no cardinality type {cardinality_type}; "
                           f"known are {', '.join(map(str, CARDINALITY_TYPES))}.")
    if value < 0:
        raise InvalidInput("A cardinality restriction needs a number from 0 on.")
    if await fetch_value(tx, sql.link, id=link_id, project_id=project_id) is None:
        raise NotFound(f"There is no link {link_id} between classes of project {project_id}.")
    restriction_id: int = await fetch_value(tx, sql.create_restriction, project_id=project_id, user_id=user.id,
                                            class_link_id=link_id, type=cardinality_type, value=value)
    return restriction_id


async def remove_restriction(tx: Connection, project_id: int, restriction_id: int | None) -> None:
    """Delete a restriction; `NotFound` if there is none."""
    if await fetch_value(tx, sql.delete_restriction, id=restriction_id, project_id=project_id) is None:
        raise NotFound(f"There is no restriction {restriction_id} in project {project_id}.")


async def require_class(connection: Connection, project_id: int, class_id: int | None) -> int:
    """The id, if it is that of a class of the project; else `NotFound`."""
    row = await fetch_one(connection, sql.class_of_project, id=class_id, project_id=project_id)
    if row is None:
        raise NotFound(f"There is no class {class_id} in project {project_id}.")
    found: int = row[0]
    return found


async def require_relation(connection: Connection, project_id: int, relation_id: int | None) -> int:
    """The id, if it is that of a relation of the project; else `NotFound`."""
    row = await fetch_one(connection, sql.relation_of_project, id=relation_id, project_id=project_id)
    if row is None:
        raise NotFound(f"There is no relation {relation_id} in project {project_id}.")
    found: int = row[0]
    return found


def _trimmed(name: str | None, what: str) -> str:
    trimmed = (name or "").strip()
    if not trimmed:
        raise InvalidInput(f"A {what} needs a name.")
    return trimmed


async def _used_by_tracings(tx: Connection, query: LiteralString, project_id: int) -> set[int]:
    return {found for found, by_tracings in await fetch_all(tx, query, project_id=project_id) if by_tracings}


def _require_removable(what: str, used_by_tracings: bool | None, *, force: bool) -> None:
    """`used_by_tracings` is None for what is not used at all."""
    if used_by_tracings:
        raise InvalidInput(f"The {what} cannot be removed: what was traced depends on it.")
    if used_by_tracings is not None and not force:
        raise InvalidInput(f"The {what} is in use; with `force` what refers to it is deleted, too.")


def _divided(known: list[int], used: dict[int, bool], *, force: bool) -> Removed:
    kept = {one for one, by_tracings in used.items() if by_tracings or not force}
    return Removed([one for one in known if one not in kept], [one for one in known if one in kept])


async def _delete_classes(tx: Connection, ids: list[int]) -> None:
    for statement in (sql.delete_links_of_classes, sql.delete_instances_of_classes, sql.delete_classes):
        await tx.execute(statement, {"ids": ids})


async def _delete_relations(tx: Connection, ids: list[int]) -> None:
    for statement in (sql.delete_class_links_by_relations, sql.delete_instance_links_by_relations,
                      sql.delete_region_links_by_relations, sql.delete_relations):
        await tx.execute(statement, {"ids": ids})
