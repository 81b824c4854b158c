"""Names of files as text that can be printed and stored."""

from __future__ import annotations

import os
from pathlib import Path


def readable_path(path: Path) -> str:
    """A path as text; bytes that are not UTF-8 are read as Latin-1, and control characters become `?`."""
    encoded = os.fsencode(path)
    try:
        text = encoded.decode()
    except UnicodeDecodeError:
        text = encoded.decode("latin-1")
    return "".join(character if character.isprintable() else "?" for character in text)


def readable_name(path: Path) -> str:
    """The last part of a path, as `readable_path`."""
    return readable_path(Path(path.name))


def readable_stem(path: Path) -> str:
    """The name without its ending (and without `.gz`), as `readable_path`."""
    whole = Path(path.stem) if path.suffix.lower() == ".gz" else path
    return readable_path(Path(whole.stem))
