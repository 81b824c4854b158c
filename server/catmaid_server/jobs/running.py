"""A job while it runs: how far it is, what it notes, where its file goes, and what it gives at its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.jobs import attempts
from catmaid_server.domain.jobs.attempts import Attempt
from catmaid_server.domain.progress import Progress
from catmaid_server.service.settings import Settings
from catmaid_server.tiles.service import TileService

_TELL_EVERY_S: Final = 0.5
_MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True)
class JobMeans:
    """What all jobs of a worker share."""

    store: Store
    tiles: TileService
    settings: Settings

    @property
    def folder(self) -> Path:
        """Where files of jobs are, each attempt in a folder of its own."""
        return self.settings.folder / "jobs"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOutcome:
    """What a job gives.

    text : in a sentence, for the message to the user.
    result : as JSON.
    file : in the folder of the attempt; kept for some days.
    address : of the file below the service's, for the message; by default that of the job's file.
    write : writes the result into the project, within the transaction that ends the job: once, or not at all.
    label : of that transaction, such as `imports.swc`.
    is_told : whether the user gets a message that it is done; that it failed is always told.
    """

    text: str
    result: Any = None
    file: Path | None = None
    address: str = ""
    write: Callable[[Connection], Awaitable[Any]] | None = None
    label: str = "jobs.end"
    is_told: bool = True


class TryLater(Exception):
    """What a job needs is not there now, as a mail server that does not answer: another attempt begins later.

    reason : in a sentence.
    """

    def __init__(self, reason: str, pause_s: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.pause_s = pause_s

    @property
    def pause_in_words(self) -> str:
        """How long until then, such as `10 minutes`."""
        return f"{self.pause_s} seconds" if self.pause_s < _MINUTE_S else f"{round(self.pause_s / _MINUTE_S)} minutes"


class RunningJob:
    """One attempt at a job."""

    def __init__(self, attempt: Attempt, means: JobMeans) -> None:
        self.attempt = attempt
        self.means = means
        self._told_at = 0.0
        self._done = 0
        self._total: int | None = None
        self._note = ""

    @property
    def arguments(self) -> dict[str, Any]:
        """What was asked for."""
        return self.attempt.arguments

    @property
    def folder(self) -> Path:
        """A folder of this attempt alone; made when it is first asked for."""
        folder = self.means.folder / f"{self.attempt.id}-{self.attempt.attempt}"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder

    async def tell(self, done: int, total: int | None = None, note: str | None = None) -> None:
        """Say how far it is, at most twice a second; to be called often.

        Raises `JobCancelled` if somebody wants it to end, `Superseded` if another worker does it by now.
        """
        is_new = note is not None and note != self._note
        self._done, self._total = done, self._total if total is None else total
        self._note = self._note if note is None else note
        if is_new or time.monotonic() - self._told_at > _TELL_EVERY_S:
            self._told_at = time.monotonic()
            async with self.means.store.asking() as connection:
                await attempts.tell(connection, self.attempt, self._done, self._total, self._note)

    @asynccontextmanager
    async def following(self, note: str) -> AsyncIterator[Progress]:
        """What work calls with what is done and what there is; it is told from time to time."""
        latest = [0, 0]

        def show(done: int, total: int) -> None:
            latest[:] = done, total

        async def tell() -> None:
            while True:
                await asyncio.sleep(_TELL_EVERY_S)
                await self.tell(latest[0], latest[1], note)

        telling = asyncio.create_task(tell())
        try:
            yield show
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    async def log(self, text: str) -> None:
        """Write a line into the job's log."""
        async with self.means.store.asking() as connection:
            await attempts.note(connection, self.attempt.id, text)


Work = Callable[[RunningJob], Awaitable[JobOutcome]]
