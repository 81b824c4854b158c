"""Write a project as CSV tables with ids, in the form that `importers.bulk` reads."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.progress import Progress, silent
from catmaid_server.domain.projects import projects

sql = load("transfer/exporting")

TABLES = ("neurons", "treenodes", "connectors", "links", "annotations", "meta_annotations", "labels", "users")
_ROWS_AT_ONCE = 1 << 15


@dataclass(frozen=True)
class ExportedTable:
    """One file, and its rows without the header."""

    path: Path
    rows: int


async def export_csv(
    store: Store, project: str | int, folder: Path, *, compress: bool = False, progress: Progress = silent
) -> list[ExportedTable]:
    """Write every table of a project to `<table>.csv`, or with `compress` to `<table>.csv.gz`, in `folder`.

    All tables show the project at one moment. Equal contents give equal bytes: exporting what was imported from
    an export changes nothing. Ids, names, places and owners are kept; times, reviews and history are not. A file
    that is there is replaced once its successor is whole.

    Raises `NotFound` if there is no such project.
    """
    exported: list[ExportedTable] = []
    async with store.reading() as connection, connection.transaction():
        await connection.execute(sql.one_snapshot)
        project_id = await projects.require_project(connection, project)
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        for done, table in enumerate(TABLES):
            progress(done, len(TABLES))
            path = folder / (f"{table}.csv.gz" if compress else f"{table}.csv")
            exported.append(await _write(connection, table, project_id, path))
    progress(len(TABLES), len(TABLES))
    return exported


async def _write(connection: Connection, table: str, project_id: int, path: Path) -> ExportedTable:
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("wb") as raw:
        if path.suffix == ".gz":
            # no name and no time in it, so that equal tables give equal files
            with gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed:
                rows = await _copy_to(connection, table, project_id, packed)
        else:
            rows = await _copy_to(connection, table, project_id, raw)
    unfinished.replace(path)
    return ExportedTable(path, rows)


async def _copy_to(connection: Connection, table: str, project_id: int, file: BinaryIO | gzip.GzipFile) -> int:
    async with connection.cursor() as cursor:
        async with cursor.copy(getattr(sql, table), {"project_id": project_id}) as copy:
            # rows come one by one; handing each to a thread would take longer than all the rest
            lot: list[bytes | bytearray | memoryview] = []
            async for row in copy:
                lot.append(row)
                if len(lot) == _ROWS_AT_ONCE:
                    await asyncio.to_thread(file.writelines, lot)
                    lot = []
            await asyncio.to_thread(file.writelines, lot)
        return cursor.rowcount
