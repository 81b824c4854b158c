"""Write projects in the form of CATMAID's export files, which `importers.catmaid` and CATMAID itself read."""

from __future__ import annotations

import asyncio
import gzip
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, LiteralString

from psycopg.types.json import Jsonb

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.progress import Progress, silent
from catmaid_server.domain.projects import projects

sql = load("transfer/catmaid_export")
site = load("transfer/catmaid_export_site")
graph = load("transfer/catmaid_export_graph")
tracing = load("transfer/catmaid_export_tracing")
exporting = load("transfer/exporting")

MODELS = (
    (site, ("user", "project", "stack", "stackmirror", "projectstack", "brokenslice", "interpolatablesection",
            "stackgroup", "stackgrouprelation", "stackstackgroup")),
    (graph, ("class", "relation", "classclass", "cardinalityrestriction", "classinstance",
             "classinstanceclassinstance")),
    (tracing, ("treenode", "connector", "treenodeconnector", "treenodeclassinstance", "connectorclassinstance",
               "review", "log", "textlabel", "textlabellocation")),
    (graph, ("volume", "volumeclassinstance", "point", "pointclassinstance", "pointcloud", "pointcloudpoint",
             "pointset", "regionofinterest", "regionofinterestclassinstance")),
    (site, ("reviewerwhitelist",)),
    (tracing, ("suppressedvirtualtreenode",)),
    (site, ("deeplink",)),
    (tracing, ("sampler", "samplerdomain", "samplerdomainend", "samplerinterval", "samplerconnector")),
)  # fmt: skip
"""Queries of rows, named after models, in the order of the file: what rows refer to comes before them, except parents
of treenodes and of sampler domains."""

_QUERIES = {model: getattr(queries, model) for queries, models in MODELS for model in models}

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

    All rows show the projects at one time. Equal contents give equal bytes: exporting what was imported from an export
    with its ids changes nothing. Owners are written by name, without passwords; history and permissions are not
    written. An existing file is replaced once the new one is complete. `progress` counts models.

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
            for done, (model, query) in enumerate(_QUERIES.items()):
                progress(done, len(_QUERIES))
                rows = await _write(connection, query, values, file, first=not any(e.rows for e in exported))
                exported.append(ExportedModel(f"{'auth' if model == 'user' else 'catmaid'}.{model}", rows))
            file.write(b"\n]\n")
    unfinished.replace(path)
    progress(len(_QUERIES), len(_QUERIES))
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


async def _write(
    connection: Connection, query: LiteralString, values: dict[str, Any], file: BinaryIO, *, first: bool
) -> int:
    """Write the rows of a query; `first` if no row is before them in the file. Returns their number."""
    separator = b"\n" if first else b",\n"
    written = 0
    async with connection.cursor() as cursor, cursor.copy(query, values) as copy:
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
