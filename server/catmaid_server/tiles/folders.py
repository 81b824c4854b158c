"""Which paths of this machine people may show as images."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from catmaid_server.domain.errors import NotAllowed


def parsed_folders(text: str) -> tuple[Path, ...]:
    """Folders from a setting, with colons between (on Windows semicolons)."""
    return tuple(Path(part).expanduser().absolute() for part in text.split(os.pathsep) if part.strip())


def require_in_folders(path: Path, folders: Sequence[Path]) -> None:
    """Raise `NotAllowed` if a path, followed to its end, is in none of the folders."""
    real = path.resolve()
    if not any(real.is_relative_to(folder.resolve()) for folder in folders):
        raise NotAllowed(
            f"This service shows no images of {path}. Whoever runs it can allow that: add the folder to the setting "
            "CATMAID_IMAGE_FOLDERS, or register the stack with `catmaid-jupyter stack add` on its machine."
        )
