"""Objects kept on disk, shared by all workers of a data folder.

Each object is one file: a line of JSON that describes it, then its bytes. A file is written under another name and
then renamed, so that a crash leaves no half object. The least recently used ones go when there is no more room.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import msgspec

_KEEP_SHARE: Final = 0.9
"""Of the limit, what is left after making room, so that room is not made each time."""
_POLL_S: Final = 0.03


class KeptObject(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an object beside its bytes; `until` (seconds since 1970) it is taken to be current."""

    status: int
    until: float
    size: int = 0
    content_type: str = ""
    content_range: str = ""
    etag: str = ""


class DiskCache:
    """Objects by key in a folder, together never more than `limit` bytes. Functions block: call them in a thread."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self.limit = limit
        self._counted = False

    def find(self, key: str) -> tuple[KeptObject, bytes] | None:
        """An object, which thereby becomes the most recently used one."""
        path = self._path(key)
        try:
            content = path.read_bytes()
            os.utime(path)
            head, _, body = content.partition(b"\n")
            known = msgspec.json.decode(head, type=KeptObject)
        except (OSError, msgspec.DecodeError):
            return None
        return (known, body) if len(body) == known.size else None

    def put(self, key: str, known: KeptObject, body: bytes) -> None:
        """Keep an object, unless it alone would fill the folder or the disk is full."""
        content = msgspec.json.encode(msgspec.structs.replace(known, size=len(body))) + b"\n" + body
        if len(content) > self.limit * _KEEP_SHARE:
            return
        path = self._path(key)
        with contextlib.suppress(OSError), self._locked() as counted:
            used, old = counted, _size(path)
            if used - old + len(content) > self.limit:
                used = self._make_room(int(self.limit * _KEEP_SHARE) - len(content))
                old = _size(path)
            # Counted before it is written: after a crash the count is too high, never too low.
            self._write_count(used + len(content))
            path.parent.mkdir(exist_ok=True)
            part = path.with_suffix(".part")
            part.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            part.write_bytes(content)
            part.replace(path)
            self._write_count(used - old + len(content))

    @asynccontextmanager
    async def claim(self, key: str) -> AsyncIterator[None]:
        """Let one process at a time get this object; a claim ends with its process."""
        folder = self._folder / "claims"
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        path = folder / _digest(key)
        while True:
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _same_file(descriptor, path):
                    break
            except BlockingIOError:
                pass
            os.close(descriptor)
            await asyncio.sleep(_POLL_S)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
            os.close(descriptor)

    def _path(self, key: str) -> Path:
        digest = _digest(key)
        return self._folder / digest[:2] / digest[2:]

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """Alone with the folder among all processes; gives how many bytes there are."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self._count()

    def _count(self) -> int:
        """The bytes of all objects; counted anew by each process once, for what a crash left."""
        if self._counted:
            try:
                return int((self._folder / "size").read_text())
            except (OSError, ValueError):
                pass
        self._counted = True
        for part in self._folder.glob("??/*.part"):
            part.unlink(missing_ok=True)
        used = sum(size for _, size, _ in self._objects())
        self._write_count(used)
        return used

    def _write_count(self, used: int) -> None:
        (self._folder / "size").write_text(str(used))

    def _objects(self) -> list[tuple[float, int, Path]]:
        """When each was used last, its size and its file; the least recently used first."""
        found = []
        for path in self._folder.glob("??/*"):
            with contextlib.suppress(OSError):
                stat = path.stat()
                found.append((stat.st_mtime, stat.st_size, path))
        return sorted(found)

    def _make_room(self, wanted: int) -> int:
        """Remove the least recently used objects until no more than so many bytes are left; how many these are."""
        objects = self._objects()
        used = sum(size for _, size, _ in objects)
        for _, size, path in objects:
            if used <= wanted:
                break
            path.unlink(missing_ok=True)
            used -= size
        return used


def is_current(known: KeptObject) -> bool:
    """Whether an object need not be asked for again."""
    return known.until > time.time()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _same_file(descriptor: int, path: Path) -> bool:
    """Whether the path still leads to the open file: who had it before may have removed it."""
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except OSError:
        return False
