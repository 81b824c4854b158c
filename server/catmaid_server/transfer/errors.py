"""Errors of files that cannot be imported."""

from __future__ import annotations

from pathlib import Path

from catmaid_server.domain.errors import InvalidInput


class BadFile(InvalidInput):
    """A file cannot be imported; the message names the file, the line and what would be right."""

    def __init__(self, path: Path, reason: str, *, line: int | None = None) -> None:
        where = path.name if line is None else f"{path.name}, line {line}"
        super().__init__(f"{where}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason if line is None else f"line {line}: {reason}"
