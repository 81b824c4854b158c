"""The versions that one's own edits wrote, to know them among the changes of a project."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_written: ContextVar[list[int] | None] = ContextVar("written_versions", default=None)


@contextmanager
def written_versions() -> Iterator[list[int]]:
    """A list that gets the versions of all edits that are answered within the block, also in tasks begun there."""
    versions: list[int] = []
    token = _written.set(versions)
    try:
        yield versions
    finally:
        _written.reset(token)


def note_written(version: int | None) -> None:
    """Add the version of an answer to the list of the block in which it came, if there are both."""
    versions = _written.get()
    if version is not None and versions is not None:
        versions.append(version)
