"""Put other annotations in the place of some, and annotate neurons with their names."""

from __future__ import annotations

from collections.abc import Collection, Sequence

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
    tx: Connection, project_id: int, user: User, pairs: Sequence[tuple[str, str]], entity_ids: Collection[int]
) -> tuple[int, int]:
    """Let entities bear the second annotation of each pair instead of the first; both have to exist.

    Links of others that the user may not edit stay. Returns how many links were made, and how many are gone.
    """
    names = {name for pair in pairs for name in pair}
    known: dict[str, int] = dict(await fetch_all(tx, sql.known, project_id=project_id, names=sorted(names)))
    linked = unlinked = 0
    for old, new in pairs:
        if old in known and new in known and old != new:
            removed = await annotating.remove(tx, project_id, user, [known[old]], entity_ids)
            bearers = {target for _, _, target in removed.links}
            wanted = [(new, sorted(bearers))] if bearers else []
            done = await annotating.annotate_exactly(tx, project_id, user, wanted)
            unlinked += len(removed.links)
            linked += sum(len(annotated.added) for annotated in done)
    return linked, unlinked


async def add_names(tx: Connection, project_id: int, user: User, names: dict[int, str]) -> tuple[list[Annotated], int]:
    """Annotate neurons with their names (by neuron id), and these annotations as names.

    Returns what became of each, and how many annotations were marked as names.
    """
    await annotating.annotate(tx, project_id, user, [NAME], [])
    done = await annotating.annotate_exactly(
        tx, project_id, user, [(name, [neuron_id]) for neuron_id, name in names.items()]
    )
    targets = {annotated.annotation_id for annotated in done}
    marked = await annotating.annotate(tx, project_id, user, [NAME], targets)
    return done, sum(len(annotated.added) for annotated in marked)
