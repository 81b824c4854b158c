"""Put annotations on neurons, volumes and other annotations, and take them off."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import editable_owners
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput

sql = load("annotation/annotations")

_COUNTER = re.compile(r"\{n(\d{0,9})\}")


@dataclass
class Annotated:
    """What became of one annotation: its id, what bears it now and did not before, and what bore it already."""

    name: str
    annotation_id: int
    created: bool
    added: list[int] = field(default_factory=list)
    present: list[int] = field(default_factory=list)


@dataclass
class Removed:
    """Links that are gone, as (link, annotation, target); how many were refused; how often each is still used."""

    links: list[tuple[int, int, int]]
    refused: int
    left_uses: dict[int, int]
    deleted_annotations: set[int]


async def annotate(
    tx: Connection,
    project_id: int,
    user: User,
    names: Sequence[str],
    entity_ids: Collection[int],
    meta_names: Sequence[str] = (),
) -> list[Annotated]:
    """Put annotations on entities, and meta-annotations on these annotations.

    `{n}` in a name counts up over the entities from 1, `{n5}` from 5. What somebody has annotated already stays as it
    is. Raises `InvalidInput` for an empty name or an entity that does not exist.
    """
    if not all(name.strip() for name in meta_names):
        raise InvalidInput("An annotation needs a name.")
    done = await annotate_exactly(
        tx,
        project_id,
        user,
        [(name, ids) for pattern in names for name, ids in _numbered(pattern, list(entity_ids))],
        entity_ids,
    )
    targets = [annotated.annotation_id for annotated in done]
    metas = [(name, targets) for name in meta_names]
    return done + await _annotate_all(tx, project_id, user, metas, dict.fromkeys(targets, "annotation"))


async def annotate_exactly(
    tx: Connection,
    project_id: int,
    user: User,
    wanted: Sequence[tuple[str, list[int]]],
    entity_ids: Collection[int] | None = None,
) -> list[Annotated]:
    """Put each annotation on its entities, as `annotate` does, but without counting.

    Raises `InvalidInput` also for one of `entity_ids` that does not exist, though nothing is put on it.
    """
    if not all(name.strip() for name, _ in wanted):
        raise InvalidInput("An annotation needs a name.")
    targets = {entity_id for _, ids in wanted for entity_id in ids} if entity_ids is None else entity_ids
    kinds: dict[int, str] = dict(await fetch_all(tx, sql.kinds, project_id=project_id, ids=list(targets)))
    for entity_id in targets:
        if entity_id not in kinds:
            raise InvalidInput(f"There is no neuron, annotation or volume {entity_id}.")
    await tx.execute(sql.lock_names, {"project_id": project_id})
    return await _annotate_all(tx, project_id, user, wanted, kinds)


def _numbered(pattern: str, entity_ids: list[int]) -> Iterator[tuple[str, list[int]]]:
    """One name for all entities or, where the pattern counts, one for each."""
    if _COUNTER.search(pattern) is None:
        yield pattern, entity_ids
        return
    for position, entity_id in enumerate(entity_ids):
        yield _counted(pattern, position), [entity_id]


def _counted(pattern: str, position: int) -> str:
    return _COUNTER.sub(lambda counter: str(int(counter[1] or 1) + position), pattern)


async def take_over(tx: Connection, neuron_id: int, successor_id: int) -> None:
    """Let another neuron bear the annotations of one that goes."""
    await tx.execute(sql.take_over, {"old_id": neuron_id, "new_id": successor_id})


async def _annotate_all(
    tx: Connection, project_id: int, user: User, wanted: Sequence[tuple[str, list[int]]], kinds: dict[int, str]
) -> list[Annotated]:
    known: dict[str, int] = dict(
        await fetch_all(tx, sql.known, project_id=project_id, names=[name for name, _ in wanted])
    )
    done: list[Annotated] = []
    for name, entity_ids in wanted:
        created = name not in known
        if created:
            known[name] = await fetch_value(tx, sql.create, project_id=project_id, name=name, user_id=user.id)
        annotated = Annotated(name, known[name], created)
        bearing = {
            entity for (entity,) in await fetch_all(tx, sql.annotated_with, annotation_id=known[name], ids=entity_ids)
        }
        annotated.added = [entity for entity in entity_ids if entity not in bearing]
        annotated.present = [entity for entity in entity_ids if entity in bearing]
        added: dict[str, Any] = {
            "project_id": project_id,
            "annotation_id": known[name],
            "user_id": user.id,
            "ids": annotated.added,
            "kinds": [kinds[entity] for entity in annotated.added],
        }
        await tx.execute(sql.link, added)
        if "volume" in added["kinds"]:
            await tx.execute(sql.link_volumes, added)
        done.append(annotated)
    return done


async def remove(
    tx: Connection, project_id: int, user: User, annotation_ids: Collection[int], entity_ids: Collection[int]
) -> Removed:
    """Take annotations off entities, as far as the user may; annotations that nobody uses any more are deleted."""
    values: dict[str, Any] = {
        "project_id": project_id,
        "annotation_ids": list(annotation_ids),
        "entity_ids": list(entity_ids),
    }
    found = [
        link
        for statement in (sql.lock_links, sql.lock_volume_links)
        for link in await fetch_all(tx, statement, **values)
    ]
    editable = await editable_owners(tx, user, {owner for *_, owner in found})
    removed = [(link, annotation, target) for link, annotation, target, owner in found if owner in editable]
    for statement in (sql.unlink, sql.unlink_volumes):
        await tx.execute(statement, {"link_ids": [link for link, *_ in removed]})
    uses = await _uses(tx, project_id, annotation_ids)
    touched = {annotation for _, annotation, _ in removed}
    unused = {annotation for annotation in touched if uses[annotation] == 0}
    await _delete_unused(tx, project_id, unused)
    return Removed(removed, len(found) - len(removed), uses, unused)


async def _uses(tx: Connection, project_id: int, annotation_ids: Collection[int]) -> dict[int, int]:
    return dict(await fetch_all(tx, sql.uses, project_id=project_id, annotation_ids=list(annotation_ids)))


async def _delete_unused(tx: Connection, project_id: int, unused: set[int]) -> None:
    """Delete annotations and the meta-annotations that this leaves unused."""
    while unused:
        metas = {meta for (meta,) in await fetch_all(tx, sql.unlink_metas, annotation_ids=list(unused))}
        await tx.execute(sql.delete, {"annotation_ids": list(unused)})
        uses = await _uses(tx, project_id, metas - unused)
        unused = {meta for meta, count in uses.items() if count == 0}
