"""Exports: a project, or skeletons of it, as one file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec

from catmaid_server.jobs.running import JobOutcome, RunningJob
from catmaid_server.tiles.crops.threads import ended_in_thread
from catmaid_server.transfer.exporters.bulk import export_csv
from catmaid_server.transfer.exporters.catmaid import export_catmaid
from catmaid_server.transfer.exporters.request import ExportRequest
from catmaid_server.transfer.exporters.swc import export_swc

KIND: Final = "export"


async def work(job: RunningJob) -> JobOutcome:
    """Write an export into one file."""
    wish = msgspec.convert(job.arguments, ExportRequest)
    store, project_id = job.means.store, job.attempt.project_id
    folder = job.folder / "files"
    stem = f"project_{project_id}_{wish.format}"
    async with job.following("writes") as progress:
        if wish.format == "catmaid":
            path = job.folder / f"{stem}.json.gz"
            models = await export_catmaid(store, path, project=project_id, progress=progress)
            return JobOutcome(text=f"{sum(model.rows for model in models):,} rows", file=path)
        if wish.format == "csv":
            tables = await export_csv(store, project_id, folder, progress=progress)
            text = f"{len(tables)} tables with {sum(table.rows for table in tables):,} rows"
        else:
            ids = wish.skeleton_ids or None
            authors = wish.format == "eswc"
            paths = await export_swc(store, project_id, folder, skeleton_ids=ids, authors=authors, progress=progress)
            text = f"{len(paths):,} files"
    path = job.folder / f"{stem}.zip"
    await job.tell(0, None, "packs")
    await ended_in_thread(_pack, folder, path)
    return JobOutcome(text=text, file=path)


def _pack(folder: Path, path: Path) -> None:
    with ZipFile(path, "x", ZIP_DEFLATED, allowZip64=True) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    shutil.rmtree(folder)
