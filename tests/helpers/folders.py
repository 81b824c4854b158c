"""Folders that tests read."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def shared_folder() -> Path | None:
    """Real data and recorded answers, where they lie beside the repository."""
    for candidate in (os.environ.get("CATMAID_SHARED"), str(REPOSITORY.parent / "shared")):
        if candidate and (Path(candidate) / "data" / "expected.json").is_file():
            return Path(candidate)
    return None
