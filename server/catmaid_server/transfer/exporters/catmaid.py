"""Write projects in the form of CATMAID's export files, which `importers.catmaid` and CATMAID itself read."""

from __future__ import annotations

import asyncio
import gzip
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

from psycopg.types.json import Jsonb

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.projects import projects
from catmaid_server.transfer.progress import Progress, silent

sql = load("transfer/catmaid_export")
exporting = load("transfer/exporting")

MODELS = (
    "user", "project", "stack", "stackmirror", "projectstack", "brokenslice", "interpolatablesection", "stackgroup",
    "stackgrouprelation", "stackstackgroup", "class", "relation", "classclass", "cardinalityrestriction",
    "classinstance", "classinstanceclassinstance", "treenode", "connector", "treenodeconnector",
    "treenodeclassinstance", "connectorclassinstance", "review", "log", "textlabel", "textlabellocation", "volume",
    "volumeclassinstance", "point", "pointclassinstance", "pointcloud", "pointcloudpoint", "pointset",
    "regionofinterest", "regionofinterestclassinstance", "reviewerwhitelist", "suppressedvirtualtreenode", "deeplink",
    "sampler", "samplerdomain", "samplerdomainend", "samplerinterval", "samplerconnector",
)  # fmt: skip
"""Queries, in the order of the file: what rows refer to comes before, but for parents of treenodes and of domains."""

CLASSES = ("annotation", "label", "landmark", "landmarkgroup", "neuron", "skeleton", "volume")
RELATIONS = ("annotated_with", "labeled_as", "model_of", "part_of")
_ROWS_AT_ONCE = 1 << 13


@dataclass(frozen=True)
class ExportedModel:
    """One kind of rows, and how many there are."""

    model: str
    rows: int


async def export_catmaid(
    store: Store, path: Path, *, project: str | int | None = None, progress: Progress = silent
) -> list[ExportedModel]:
    """Write a project, or all, to a JSON file in the form of CATMAID's `catmaid_export_data`; `.gz` is gzipped.

    All rows show one moment. Equal contents give equal bytes: exporting what was imported from an export with its ids
    changes nothing. Who owns what is told by name, without passwords; history and permissions are not told. A file
    that is there is replaced once its successor is whole. `progress` counts kinds of rows.

    Raises `NotFound` if there is no such project.
    """
    exported: list[ExportedModel] = []
    unfinished = path.with_name(f".{path.name}.part")
    async with store.reading() as connection, connection.transaction():
        await connection.execute(exporting.one_snapshot)
        project_id = None if project is None else await projects.require_project(connection, project)
        values = await _values(connection, project_id)
        with ExitStack() as stack:
            file: Any = stack.enter_context(unfinished.open("wb"))
            if path.suffix == ".gz":
                # no name and no time in it, so that equal rows give equal files
                file = stack.enter_context(gzip.GzipFile("", "wb", compresslevel=6, fileobj=file, mtime=0))
            file.write(b"[")
            for done, model in enumerate(MODELS):
                progress(done, len(MODELS))
                rows = await _write(connection, model, values, file, first=not any(e.rows for e in exported))
                exported.append(ExportedModel(f"{'auth' if model == 'user' else 'catmaid'}.{model}", rows))
            file.write(b"\n]\n")
    unfinished.replace(path)
    progress(len(MODELS), len(MODELS))
    return exported


async def _values(connection: Connection, project_id: int | None) -> dict[str, Any]:
    """Parameters of the queries: the projects, and ids for the classes and relations that CATMAID has rows for.

    What a project lacks gets ids above those of the projects' rows.
    """
    cursor = await connection.execute(sql.projects, {"project_id": project_id})
    ids = [row[0] for row in await cursor.fetchall()]
    cursor = await connection.execute(sql.relations, {"projects": ids})
    relations = {(owner, name): relation_id for owner, name, relation_id in await cursor.fetchall()}
    cursor = await connection.execute(sql.classes, {"projects": ids})
    classes = {(owner, name): class_id for owner, name, class_id in await cursor.fetchall()}
    cursor = await connection.execute(sql.highest_concept, {"projects": ids})
    row = await cursor.fetchone()
    assert row is not None
    free = count(row[0] + 1)
    relations |= {(i, name): next(free) for i in ids for name in RELATIONS if (i, name) not in relations}
    classes |= {(i, name): next(free) for i in ids for name in CLASSES if (i, name) not in classes}
    return {
        "projects": ids,
        "owner_id": await _owner(connection),
        "relations": _records(relations),
        "classes": _records(classes),
    }


def _records(ids: dict[tuple[int, str], int]) -> Jsonb:
    return Jsonb([{"project_id": project_id, "name": name, "id": row_id} for (project_id, name), row_id in ids.items()])


async def _owner(connection: Connection) -> int:
    """Whose the classes are, which nobody made here."""
    cursor = await connection.execute(sql.owner)
    row = await cursor.fetchone()
    assert row is not None
    owner_id: int = row[0]
    return owner_id


async def _write(connection: Connection, model: str, values: dict[str, Any], file: BinaryIO, *, first: bool) -> int:
    separator = b"\n" if first else b",\n"
    written = 0
    async with connection.cursor() as cursor, cursor.copy(getattr(sql, model), values) as copy:
        lot: list[bytes] = []
        async for (text,) in copy.rows():
            lot += [separator, text.encode()]
            separator = b",\n"
            written += 1
            if len(lot) >= _ROWS_AT_ONCE:
                await asyncio.to_thread(file.writelines, lot)
                lot = []
        await asyncio.to_thread(file.writelines, lot)
    return written
