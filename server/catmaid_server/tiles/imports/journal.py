"""What an ingest has finished, one line of JSON for each section, so that it can go on after any end.

A line is written when the pixels of its section are on disk. The first line describes the volume; a torn last
line, as a kill leaves it, does not count.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from catmaid_server.domain.errors import InvalidInput

NAME: Final = "ingest.jsonl"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A section on disk: the fingerprint of its source and the CRC-32 of its pixels, or why it is black."""

    section: int
    fingerprint: str
    crc32: int = 0
    bad: str | None = None


class IngestJournal:
    """The journal of one ingest, locked while it is open."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / NAME).open("a+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise InvalidInput(f"Another import is writing to {folder}.") from None
        self.header, self.entries, length = _parse(folder / NAME)
        self._file.truncate(length)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def forget(self) -> None:
        """Empty the journal; what it described may then be removed."""
        self._file.truncate(0)
        os.fsync(self._file.fileno())
        self.entries.clear()
        self.header = None

    def begin(self, header: dict[str, Any]) -> None:
        """Start an empty journal for a volume with this description."""
        self.header = header
        self._append(header)

    def record(self, entry: JournalEntry) -> None:
        """Record a section whose pixels are on disk."""
        self.entries[entry.section] = entry
        self._append(
            {"section": entry.section, "source": entry.fingerprint, "crc32": entry.crc32}
            | ({} if entry.bad is None else {"bad": entry.bad})
        )

    def _append(self, value: dict[str, Any]) -> None:
        self._file.write(json.dumps(value, separators=(",", ":")).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def read(folder: Path) -> tuple[dict[str, Any] | None, dict[int, JournalEntry]]:
    """Header (None: there is no journal) and entries by section of a folder that nobody writes to."""
    if not (folder / NAME).exists():
        return None, {}
    header, entries, _ = _parse(folder / NAME)
    return header, entries


def revision(header: dict[str, Any], entries: dict[int, JournalEntry]) -> str:
    """A short name for exactly these pixels."""
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for section in sorted(entries):
        digest.update(f"{section}:{entries[section].crc32}:{entries[section].bad is not None};".encode())
    return digest.hexdigest()[:12]


def _parse(path: Path) -> tuple[dict[str, Any] | None, dict[int, JournalEntry], int]:
    """Header, entries, and the length in bytes up to which the file is whole."""
    header: dict[str, Any] | None = None
    entries: dict[int, JournalEntry] = {}
    length = 0
    for line in path.read_bytes().splitlines(keepends=True):
        try:
            value = json.loads(line)
        except ValueError:
            break
        if not line.endswith(b"\n"):
            break
        length += len(line)
        if header is None:
            header = value
        else:
            section = value["section"]
            entries[section] = JournalEntry(section, value["source"], value["crc32"], value.get("bad"))
    return header, entries, length
