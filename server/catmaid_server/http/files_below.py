"""Files that are given as they are, out of one folder."""

from __future__ import annotations

from pathlib import Path


def file_below(folder: Path, name: str) -> Path | None:
    """A file of a folder or of one below it; None for what is none, or lies outside.

    folder : resolved.
    """
    try:
        path = (folder / name).resolve()
        is_here = path.is_relative_to(folder) and path.is_file()
    except (OSError, ValueError):  # too long a name, or one with a null character
        is_here = False
    return path if is_here else None
