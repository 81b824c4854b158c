"""Objects on their way to the disk: who waits for one gets it before it is written."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Final

from catmaid_server.tiles.gateway.disk_cache import DiskCache, KeptObject

_MOST_BYTES: Final = 64 * 1024**2
"""Waiting to be written; beyond that, who has more waits, too."""

Found = tuple[KeptObject, bytes]


class DiskWrites:
    """Writes objects one batch after the other in a thread: all that came while the last one was written."""

    def __init__(self, disk: DiskCache) -> None:
        self._disk = disk
        self._waiting: dict[str, tuple[KeptObject, bytes, AsyncExitStack]] = {}
        self._written: dict[str, tuple[KeptObject, bytes, AsyncExitStack]] = {}
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None

    def find(self, key: str) -> Found | None:
        """An object that is not written yet."""
        entry = self._waiting.get(key) or self._written.get(key)
        return None if entry is None else entry[:2]

    async def put(self, key: str, known: KeptObject, body: bytes, afterwards: AsyncExitStack) -> None:
        """Have an object written; `afterwards` is closed then."""
        if self._bytes > _MOST_BYTES and self._task is not None:
            await asyncio.shield(self._task)
        self._waiting[key] = known, body, afterwards
        self._bytes += len(body)
        if self._task is None:
            self._task = asyncio.create_task(self._write())

    async def close(self) -> None:
        """Wait until all is written."""
        if self._task is not None:
            await self._task

    async def _write(self) -> None:
        try:
            while self._waiting:
                self._written, self._waiting = self._waiting, {}
                objects = [(key, known, body) for key, (known, body, _) in self._written.items()]
                try:
                    await asyncio.to_thread(self._disk.put_all, objects)
                finally:
                    for _, body, afterwards in self._written.values():
                        self._bytes -= len(body)
                        await afterwards.aclose()
                    self._written = {}
        finally:
            self._task = None
