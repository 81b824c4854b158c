"""Objects kept on disk, shared by all workers of a data folder.

Each object is one file: a line of JSON that describes it and says its length, then its bytes; a file that is shorter,
as a crash leaves it, is none. The least recently used ones go when there is no more room.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import time
import weakref
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import msgspec

_KEEP_SHARE: Final = 0.9
"""Of the limit, what is left after making room, so that room is not made each time."""
_POLL_S: Final = 0.01
_CLAIMED_BYTE_BITS: Final = 62
_NEW: Final = os.O_CREAT | os.O_EXCL | os.O_WRONLY


class KeptObject(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an object beside its bytes; `until` (seconds since 1970) it is taken to be current."""

    status: int
    until: float
    size: int = 0
    content_type: str = ""
    content_range: str = ""
    etag: str = ""


class DiskCache:
    """Objects by key in a folder, together never more than `limit` bytes.

    `find`, `put` and `put_all` block: call them in a thread. `has` takes some microseconds.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self.limit = limit
        self._counted = False
        self._lock = _OpenFile(folder / "lock")
        self._size = _OpenFile(folder / "size")
        self._claims = _OpenFile(folder / "claimed")

    def has(self, key: str) -> bool:
        """Whether there is an object."""
        return os.path.exists(self._path(key))  # noqa: PTH110  half as long as Path.exists

    def find(self, key: str) -> tuple[KeptObject, bytes] | None:
        """An object, which thereby becomes the most recently used one."""
        path = self._path(key)
        try:
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123
                content = file.read()
            os.utime(path)
            head, _, body = content.partition(b"\n")
            known = msgspec.json.decode(head, type=KeptObject)
        except (OSError, msgspec.DecodeError):
            return None
        return (known, body) if len(body) == known.size else None

    def put(self, key: str, known: KeptObject, body: bytes) -> None:
        """Keep an object, unless it alone would fill the folder or the disk is full."""
        self.put_all([(key, known, body)])

    def put_all(self, objects: Iterable[tuple[str, KeptObject, bytes]]) -> None:
        """Keep several objects; as `put`, in one go: what is done for each costs the other threads of Python, too."""
        contents = [
            (self._path(key), msgspec.json.encode(msgspec.structs.replace(known, size=len(body))) + b"\n" + body)
            for key, known, body in objects
        ]
        with contextlib.suppress(OSError), self._locked():
            try:
                self._write([entry for entry in contents if len(entry[1]) <= self.limit * _KEEP_SHARE])
            except OSError:
                self._counted = False
                raise

    def _write(self, contents: Sequence[tuple[str, bytes]]) -> None:
        """Count objects before they are written: after a crash the count is too high, never too low."""
        used, wanted = self._count(), sum(len(content) for _, content in contents)
        if used + wanted > self.limit and len(contents) > 1:
            for entry in contents:
                self._write([entry])
            return
        replaced = sum(map(_remove, (path for path, _ in contents))) if used + wanted > self.limit else 0
        if used - replaced + wanted > self.limit:
            used = self._make_room(int(self.limit * _KEEP_SHARE) - wanted)
            replaced = 0
        self._write_count(used + wanted)
        replaced += sum(_create(path, content) for path, content in contents)
        if replaced:
            self._write_count(used - replaced + wanted)

    @asynccontextmanager
    async def claim(self, key: str) -> AsyncIterator[None]:
        """Let one process at a time get this object; a claim ends with its process.

        Within a process it excludes nobody. Each key has a byte of a file, which its process locks.
        """
        byte = int.from_bytes(_digest(key)[:8], "big") >> (64 - _CLAIMED_BYTE_BITS)
        while True:
            claims = self._claims.descriptor()
            try:
                fcntl.lockf(claims, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
                break
            except (BlockingIOError, PermissionError):
                await asyncio.sleep(_POLL_S)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # it is another file by now, if somebody removed that one
                fcntl.lockf(claims, fcntl.LOCK_UN, 1, byte)

    def _path(self, key: str) -> str:
        digest = _digest(key).hex()
        return f"{self._folder}/{digest[:2]}/{digest[2:]}"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Alone with the folder among all processes."""
        lock = self._lock.descriptor()
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)

    def _count(self) -> int:
        """The bytes of all objects; counted anew by each process once, for what a crash left."""
        if self._counted:
            try:
                return int(os.pread(self._size.descriptor(), 32, 0))
            except (OSError, ValueError):
                pass
        self._counted = True
        used = sum(size for _, size, _ in self._objects())
        self._write_count(used)
        return used

    def _write_count(self, used: int) -> None:
        os.pwrite(self._size.descriptor(), b"%-20d" % used, 0)

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


class _OpenFile:
    """A file that stays open, and is made anew where somebody removed it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: tuple[int, weakref.finalize[[int], _OpenFile]] | None = None

    def descriptor(self) -> int:
        if self._open is not None:
            if os.fstat(self._open[0]).st_nlink:
                return self._open[0]
            self._open[1]()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600)
        self._open = descriptor, weakref.finalize(self, os.close, descriptor)
        return descriptor


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _create(path: str, content: bytes) -> int:
    """Write a file in place of another one, if there is one; how many bytes that had."""
    replaced = 0
    try:
        file = os.open(path, _NEW, 0o600)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
        file = os.open(path, _NEW, 0o600)
    except FileExistsError:
        replaced = _remove(path)
        file = os.open(path, _NEW, 0o600)
    try:
        written = 0
        while written < len(content):
            written += os.write(file, content[written:] if written else content)
    except OSError:
        _remove(path)
        raise
    finally:
        os.close(file)
    return replaced


def _remove(path: str) -> int:
    """Remove a file; how many bytes it had."""
    try:
        size = os.stat(path).st_size  # noqa: PTH116
        os.unlink(path)  # noqa: PTH108
    except OSError:
        return 0
    return size
