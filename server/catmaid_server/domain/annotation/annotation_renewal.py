"""Put other annotations in the place of some, and annotate neurons with their names."""

from __future__ import annotations

from collections.abc import Collection

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.annotation import annotating
from catmaid_server.domain.annotation.annotating import Annotated

sql = load("annotation/annotations")

NAME = "Name"
"""What marks an annotation as the name of a neuron."""


async def replace(
    tx: Connection,
    project_id: int,
    user: User,
    old: Collection[str],
    new: Collection[str],
    entity_ids: Collection[int],
) -> tuple[int, int]:
    """Take the annotations with the names `old` off entities, and put those with the names `new` on all of them.

    Links of others that the user may not edit stay; names that no annotation has are taken off nothing. Returns how
    many annotations are new or stood on one of the entities already, and how many are gone, being on nothing any more.
    Raises `InvalidInput` for an entity that does not exist.
    """
    known = await fetch_all(tx, sql.known, project_id=project_id, names=sorted(set(old)))
    removed = await annotating.remove(tx, project_id, user, [annotation_id for _, annotation_id in known], entity_ids)
    done = await annotating.annotate(tx, project_id, user, sorted(set(new)), entity_ids)
    linked = {annotated.annotation_id for annotated in done if annotated.created or annotated.present}
    return len(linked), len(removed.deleted_annotations)


async def add_names(tx: Connection, project_id: int, user: User, names: dict[int, str]) -> tuple[list[Annotated], int]:
    """Annotate neurons and annotations with their names (by id), and these annotations as names.

    Returns what became of each, and how many annotations were marked as names.
    """
    await annotating.annotate(tx, project_id, user, [NAME], [])
    done = await annotating.annotate_exactly(
        tx, project_id, user, [(name, [neuron_id]) for neuron_id, name in names.items()]
    )
    targets = {annotated.annotation_id for annotated in done}
    marked = await annotating.annotate(tx, project_id, user, [NAME], targets)
    return done, sum(len(annotated.added) for annotated in marked)
