"""The files that jobs made: kept for some days, then removed."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from pathlib import Path
from typing import Final

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Store

sql = load("jobs/upkeep")

_ATTEMPT: Final = re.compile(r"(\d+)-(\d+)")
_NEW_S: Final = 3600.0
"""Folders that were just made may be of jobs that began after they were listed."""


async def remove_old_files(store: Store, folder: Path, days: float) -> int:
    """Remove the files of jobs that ended so many days ago, and what killed workers left; how many jobs' there were."""
    async with store.asking() as connection:
        old = await fetch_all(connection, sql.old_files, days=days)
        for _, file in old:
            shutil.rmtree((folder / file).parent, ignore_errors=True)
        if old:
            await connection.execute(sql.forget_files, {"job_ids": [job_id for job_id, _ in old]})
        kept = await fetch_all(connection, sql.kept_files)
    named = {file.split("/")[0] for _, file, _ in kept if file} | {f"{job}-{n}" for job, _, n in kept if n}
    await asyncio.to_thread(_remove_left, folder, named)
    return len(old)


def _remove_left(folder: Path, kept: set[str]) -> None:
    """Remove the folders of attempts that are not among those to be kept."""
    for path in folder.iterdir() if folder.is_dir() else ():
        is_left = _ATTEMPT.fullmatch(path.name) is not None and path.name not in kept
        if is_left and path.stat().st_mtime < time.time() - _NEW_S:
            shutil.rmtree(path, ignore_errors=True)
