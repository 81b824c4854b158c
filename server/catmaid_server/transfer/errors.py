"""Errors of files that cannot be imported."""

from __future__ import annotations

from pathlib import Path

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.transfer.file_names import readable_name


class BadFile(InvalidInput):
    """A file cannot be imported; the message names the file, the line and what would be right."""

    def __init__(self, path: Path, reason: str, *, line: int | None = None) -> None:
        name = readable_name(path)
        super().__init__(f"{name if line is None else f'{name}, line {line}'}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason if line is None else f"line {line}: {reason}"
