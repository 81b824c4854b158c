"""What workers do by the clock: remove old files, forget old jobs, refresh statistics, close accounts, take backups."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog

from catmaid_server.db.queries import load
from catmaid_server.domain.accounts import inactivity
from catmaid_server.domain.accounts.inactivity import InactiveMember
from catmaid_server.domain.projects import messages
from catmaid_server.jobs.files import remove_old_files
from catmaid_server.jobs.running import JobMeans
from catmaid_server.operations.backups import back_up
from catmaid_server.service.settings import Settings

sql = load("jobs/upkeep")
log = structlog.get_logger("catmaid.jobs")

FORGET_JOBS_DAYS: Final = 90
_BACKUP: Final = re.compile(r"catmaid-\d{8}-\d{6}\.backup")


async def tidy(means: JobMeans) -> None:
    """Remove files of old jobs, and forget jobs that are older still."""
    removed = await remove_old_files(means.store, means.folder, means.settings.job_days)
    async with means.store.asking() as connection:
        await connection.execute(sql.forget_jobs, {"days": FORGET_JOBS_DAYS})
        await connection.execute(sql.queues_old)
    if removed:
        log.info("files of old jobs removed", jobs=removed)


async def refresh_statistics(means: JobMeans) -> None:
    """Let the planner of the database know what is in the tables."""
    async with means.store.reading() as connection:
        await connection.execute(sql.statistics)


async def close_inactive(means: JobMeans) -> list[InactiveMember]:
    """Close accounts whose users did nothing for longer than a group allows, and have the groups' contacts told."""
    async with means.store.reading() as connection:
        found = [one for one in await inactivity.inactive_members(connection) if one.is_active and not one.told]
    closed: set[int] = set()
    for member in found:
        if member.user_id in closed:
            continue
        async with means.store.writing(user_id=None, project_id=None, label="users.deactivate_inactive") as tx:
            await inactivity.close(tx, member)
            for contact in await inactivity.to_be_told(tx, member.group_id):
                await messages.send_message(tx, contact, title=f"{member.username} is inactive", text=_told(member))
        if member.closes:
            closed.add(member.user_id)
            log.info("account closed for inactivity", user=member.username, group=member.group, days=member.days)
    return found


def _told(member: InactiveMember) -> str:
    done = "The account was closed." if member.closes else "The account stays open."
    return (
        f"{member.username}, of group {member.group!r}, did nothing since {member.last_activity:%Y-%m-%d}, "
        f"for more than {member.days} days. {done}"
    )


async def take_backup(means: JobMeans) -> Path | None:
    """A backup in the folder of the settings, and only as many as they keep; None if they name no folder."""
    folder = means.settings.backup_folder
    if folder is None:
        return None
    return await asyncio.to_thread(_backed_up, means.settings, folder.expanduser().absolute())


def _backed_up(settings: Settings, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = folder / f"catmaid-{datetime.now(UTC):%Y%m%d-%H%M%S}.backup"
    back_up(settings, made)
    kept = sorted(path for path in folder.iterdir() if _BACKUP.fullmatch(path.name))
    for path in kept[: -settings.backups_kept]:
        path.unlink()
    log.info("backup taken", path=str(made), size=made.stat().st_size)
    return made
