"""The tutorial notebooks: where they come from, and a copy of them to work in."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import catmaid_server
from catmaid_server.service.folder import ServiceError

FIRST = "01_first_steps.ipynb"
COURSE = "07_course.ipynb"


def copy_notebooks(folder: Path) -> list[Path]:
    """Copy the tutorials into a working folder, without touching those that are there; return all their paths.

    Raises `ServiceError` if this installation has none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    copies = []
    for source in sorted(_source().glob("[0-9]*.ipynb")):
        copy = folder / source.name
        if not copy.exists():
            shutil.copyfile(source, copy)
        copies.append(copy)
    return copies


def _source() -> Path:
    """The top of a checkout, or where an installation put them."""
    checkout = Path(catmaid_server.__file__).parents[2]
    # An editable installation has those of the day on which it was made: the checkout's are newer.
    for candidate in (checkout / "notebooks", Path(sys.prefix) / "share" / "catmaid-jupyter" / "notebooks"):
        if (candidate / FIRST).is_file():
            return candidate
    raise ServiceError("The tutorial notebooks are not part of this installation.")
