"""The processes that do jobs, kept running beside those that answer requests."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import Final

import structlog

from catmaid_server.service.settings import Settings

log = structlog.get_logger("catmaid.service")

_HEALTHY_S: Final = 10.0
_LONGEST_PAUSE_S: Final = 30.0
_GRACE_S: Final = 5.0


class JobWorkers:
    """As many processes as the settings say; one that dies is replaced, and its jobs are begun anew.

    What they print goes to the file `output`.
    """

    def __init__(self, settings: Settings, dsn: str, output: Path) -> None:
        self._settings = settings
        self._dsn = dsn
        self._output = output
        self._running: set[Process] = set()
        self._keepers: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start them, and keep them running."""
        self._keepers = [asyncio.create_task(self._keep()) for _ in range(self._settings.job_workers)]

    async def renew(self) -> None:
        """Replace them by processes of the code that is installed now; what they do is begun anew there."""
        await self.stop()
        self.start()

    async def stop(self) -> None:
        """End them; what they do is left to the next ones."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        running = list(self._running)
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        try:
            await asyncio.wait_for(
                asyncio.gather(*(process.wait() for process in running)), self._settings.shutdown_s + _GRACE_S
            )
        except TimeoutError:
            for process in running:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
        self._running.clear()

    async def _keep(self) -> None:
        pause_s = 0.0
        while True:
            began = time.monotonic()
            try:
                process = await self._spawn()
            except OSError as error:
                log.error("worker of jobs did not start", reason=str(error))  # noqa: TRY400 -- no news in a trace
            else:
                code = await process.wait()
                self._running.discard(process)
                log.error("worker of jobs died", code=code)
            is_healthy = time.monotonic() - began > _HEALTHY_S
            pause_s = 0.25 if is_healthy else min(max(2 * pause_s, 0.25), _LONGEST_PAUSE_S)
            await asyncio.sleep(pause_s)

    async def _spawn(self) -> Process:
        with self._output.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "catmaid_server.jobs",
                stdin=PIPE,
                stdout=DEVNULL,
                stderr=output,
                env={**os.environ, **self._settings.as_environment()},
                start_new_session=True,
            )
        self._running.add(process)
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(f"{self._dsn}\n".encode())
            await process.stdin.drain()
        return process
