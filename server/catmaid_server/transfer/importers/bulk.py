"""Import whole tables with their ids kept: one transaction, one version."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.progress import Progress, silent
from catmaid_server.domain.projects import projects
from catmaid_server.domain.skeletons import packed_skeletons
from catmaid_server.transfer import indexes
from catmaid_server.transfer.importers import bulk_ids
from catmaid_server.transfer.importers.bulk_ids import CONCEPTS, LARGEST_KEPT, LINKS, LOCATIONS, NODE_LABELS
from catmaid_server.transfer.importers.bulk_rows import insert_all
from catmaid_server.transfer.importers.bulk_tables import BulkTables, read_bulk
from catmaid_server.transfer.steps import Steps
from catmaid_server.transfer.target import TargetProject
from catmaid_wire.distinct import distinct

sql = load("transfer/importing")


@dataclass(frozen=True)
class BulkSummary:
    """What a bulk import made, and how long its steps took."""

    project_id: int
    neurons: int
    treenodes: int
    connectors: int
    links: int
    annotations: int
    seconds: dict[str, float] = field(default_factory=dict)
    """By step, in order."""
    new_ids: tuple[str, ...] = ()
    """What got new ids, as its own are too large to be kept."""

    def __str__(self) -> str:
        return (
            f"{self.neurons} neurons, {self.treenodes} treenodes, {self.connectors} connectors, "
            f"{self.links} links and {self.annotations} annotations imported in "
            f"{sum(self.seconds.values()):.1f} s."
            + "".join(f"\n  {what} got new ids, as ids above {LARGEST_KEPT} are not kept" for what in self.new_ids)
        )


async def import_bulk(
    store: Store,
    folder: Path,
    *,
    user: str,
    project: str | None = None,
    project_id: int = 1,
    progress: Progress = silent,
) -> BulkSummary:
    """Import a folder of tables (see `bulk_tables`) with their ids: all rows, or none.

    Ids are kept, unless one of treenodes and connectors, or one of all else, is above `LARGEST_KEPT`: then these
    are only matched, and all of them are new.

    An import with more treenodes than there are already drops indexes and foreign keys and makes them again, all in its
    transaction; nobody can read treenodes and connectors meanwhile. A smaller one disturbs nobody.

    Parameters
    ----------
    store, folder
        Where to, and where from.
    user
        Name of the user who imports, and who will own the project if it is new.
    project
        Title; a project of a new title is made. If None, the project `project_id`, or a new one with that id and
        the folder's name.
    project_id
        Id for a new project, if it is free.
    progress
        Counts rows, and rows that are indexed again a second time.

    Raises
    ------
    BadFile
        If the tables are not valid; names file and line.
    InvalidInput
        If an id is taken here, or a user id has no name. `NotFound` if there is no user `user`.
    """
    steps = Steps(progress)
    with steps.timed("read and check"):
        tables = await asyncio.to_thread(read_bulk, folder)
    rows = sum(len(t) for t in tables.tables())
    steps.expect(rows)
    with steps.timed("users and project"):
        target = await _target(store, tables, user=user, project=project, project_id=project_id, folder=folder)
    async with store.writing(
        user_id=target.user_id,
        project_id=target.project_id,
        label="projects.import",
        note=f"{folder.name}: {rows} rows",
    ) as tx:
        await _write(tx, target, tables, steps, rows)
    async with store.reading() as connection:
        with steps.timed("vacuum and analyze"):
            await connection.execute(sql.vacuum)
    with steps.timed("pack for drawing"):
        await packed_skeletons.keep_project(store, target.project_id)
    steps.finish()
    return _summary(target, tables, steps)


def _summary(target: TargetProject, tables: BulkTables, steps: Steps) -> BulkSummary:
    return BulkSummary(
        target.project_id,
        len(distinct(tables.neurons.ids("neuron_id"))),
        len(tables.treenodes),
        len(tables.connectors),
        len(tables.links),
        len(distinct(tables.annotations.ids("annotation_id"))),
        steps.seconds,
        tuple(space.title for space in bulk_ids.spaces_with_new_ids(tables)),
    )


async def _write(tx: Connection, target: TargetProject, tables: BulkTables, steps: Steps, rows: int) -> None:
    """Insert all tables; `rows` is the number of their rows."""
    user_ids = await _users_here(tx, tables)
    relations = await projects.link_relation_ids(tx, target.project_id)
    tables = await bulk_ids.with_new_ids(tx, tables)
    aside = await indexes.set_aside(tx, len(tables.treenodes), steps)
    await insert_all(tx, target, tables, user_ids, relations, steps)
    if aside:
        await indexes.restore(tx, rows, steps)
    await _advance_sequences(tx, tables)


async def _target(
    store: Store, tables: BulkTables, *, user: str, project: str | None, project_id: int, folder: Path
) -> TargetProject:
    """Find the project, or make it once it is sure that the ids are free."""
    async with store.reading() as connection:
        owner = await users.require_user(connection, user)
        await _require_free_ids(connection, tables)
        by_id = await projects.find_project(connection, project_id)
        found = by_id if project is None else await projects.find_project(connection, project)
    if found is None:
        async with store.writing(user_id=owner.id, project_id=None, label="projects.create") as tx:
            found = await projects.create_project(
                tx, project or _title_of(folder), owner_id=owner.id, project_id=project_id if by_id is None else None
            )
            await tx.execute(sql.advance_account_sequences)
    return TargetProject(found, owner.id)


def _title_of(folder: Path) -> str:
    return folder.resolve().name


async def _users_here(tx: Connection, tables: BulkTables) -> dict[int, int]:
    """Id here of each user id in the tables: of the user of that name, who is made if new."""
    here: dict[int, int] = {}
    for user_id, username in tables.users.items():
        found = await users.find_user(tx, username)
        if found is not None:
            here[user_id] = found.id
        else:
            free = user_id <= LARGEST_KEPT and await users.user_by_id(tx, user_id) is None
            here[user_id] = await users.create_user(tx, username, user_id=user_id if free else None)
    for table in tables.tables():
        for user_id in distinct(table.ids("user_id")).tolist():
            if user_id in here:
                continue
            if tables.users or user_id > LARGEST_KEPT or await users.user_by_id(tx, user_id) is None:
                row = int(np.argmax(table.ids("user_id") == user_id))
                table.refuse_row(row, f"there is no user {user_id}; a file users.csv (id,username) should name all")
            here[user_id] = user_id
    await tx.execute(sql.advance_account_sequences)
    return here


async def _require_free_ids(connection: Connection, tables: BulkTables) -> None:
    neurons, annotations, labels = tables.neurons, tables.annotations, tables.labels
    for space, query, what, used in (
        (LOCATIONS, sql.taken_locations, "treenode or connector",
         [tables.treenodes.ids("id"), tables.connectors.ids("id")]),
        (CONCEPTS, sql.taken_entities, "neuron, skeleton, annotation or label",
         [neurons.ids("neuron_id"), neurons.ids("skeleton_id"), annotations.ids("annotation_id"),
          labels.ids("label_id")]),
        (CONCEPTS, sql.taken_entity_links, "link",
         [neurons.ids("model_of_link_id"), annotations.ids("link_id"), tables.meta_annotations.ids("link_id")]),
        (LINKS, sql.taken_links, "link", [tables.links.ids("id")]),
        (NODE_LABELS, sql.taken_node_labels, "label of a node", [labels.ids("link_id")]),
    ):  # fmt: skip
        ids = _set_ids(used)
        if not len(ids) or not bulk_ids.keeps_ids(tables, space):
            continue
        cursor = await connection.execute(query, {"lowest": int(ids.min()), "highest": int(ids.max())})
        taken = np.intersect1d(ids, np.array([row[0] for row in await cursor.fetchall()], np.int64))
        if len(taken):
            raise InvalidInput(
                f"{len(taken)} ids are taken here, the first by {what} {taken[0]}. Ids are kept, so "
                "these tables can only go where none of them is used."
            )


def _set_ids(columns: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    ids = np.concatenate(columns)
    return ids[ids >= 0]


async def _advance_sequences(tx: Connection, tables: BulkTables) -> None:
    locations = _set_ids([tables.treenodes.ids("id"), tables.connectors.ids("id")])
    concepts = _set_ids(
        [tables.neurons.ids(c) for c in ("neuron_id", "skeleton_id", "model_of_link_id")]
        + [tables.annotations.ids(c) for c in ("annotation_id", "link_id")]
        + [tables.labels.ids("label_id"), tables.meta_annotations.ids("link_id")]
    )
    await tx.execute(
        sql.advance_sequences,
        {"location_id": int(locations.max(initial=1)), "concept_id": int(concepts.max(initial=1))},
    )
