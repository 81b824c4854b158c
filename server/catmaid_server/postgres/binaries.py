"""Find the PostgreSQL programs of this machine that come with PostGIS."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

OLDEST_MAJOR = 15

_HOW_TO_INSTALL = (
    "Install it with\n"
    "    sudo apt-get install postgresql{version} postgresql{version}-postgis{suffix}\n"
    "or, without administrator rights, with\n"
    "    conda install -c conda-forge postgresql{pinned} postgis\n"
    "or name the folder of its programs in CATMAID_POSTGRES_BIN."
)


class PostgresMissing(Exception):
    """No usable PostgreSQL with PostGIS is installed; the message says what to install."""


@dataclass(frozen=True)
class Installation:
    """The programs of one PostgreSQL version."""

    folder: Path
    major: int
    has_postgis: bool

    def program(self, name: str) -> str:
        """Path of a program such as `initdb`."""
        return str(self.folder / name)


def find_installation(major: int | None = None, folder: Path | None = None) -> Installation:
    """The newest PostgreSQL with PostGIS, or the one of version `major`.

    Parameters
    ----------
    major
        The version that made an existing data folder; only that one can open it.
    folder
        Look only here; default: the environment (conda, PATH), then where distributions install.

    Raises
    ------
    PostgresMissing
        If there is none, saying how to install one.
    """
    found = installations() if folder is None else tuple(filter(None, [_inspect(folder)]))
    usable = [i for i in found if i.has_postgis and i.major >= OLDEST_MAJOR and major in (None, i.major)]
    if usable:
        return usable[0] if folder is not None else max(usable, key=lambda i: i.major)
    raise PostgresMissing(_explain(found, major))


@cache
def installations() -> tuple[Installation, ...]:
    """Every PostgreSQL found, those of the active environment first."""
    seen: dict[Path, Installation] = {}
    for folder in _candidates():
        resolved = folder.resolve()
        if resolved not in seen and (installation := _inspect(resolved)) is not None:
            seen[resolved] = installation
    return tuple(seen.values())


def _candidates() -> Iterator[Path]:
    for prefix in (os.environ.get("CONDA_PREFIX"), sys.prefix):
        if prefix:
            yield Path(prefix) / "bin"
    if server := shutil.which("postgres"):
        yield Path(server).resolve().parent
    if config := shutil.which("pg_config"):
        yield Path(_output([config, "--bindir"]))
    for pattern in (
        "usr/lib/postgresql/*/bin",
        "usr/pgsql-*/bin",
        "opt/homebrew/opt/postgresql@*/bin",
        "usr/local/opt/postgresql@*/bin",
    ):
        yield from sorted(Path("/").glob(pattern), reverse=True)


def _inspect(folder: Path) -> Installation | None:
    if not all(os.access(folder / name, os.X_OK) for name in ("postgres", "initdb")):
        return None
    version = re.search(r"(\d+)", _output([str(folder / "postgres"), "--version"]))
    if version is None:
        return None
    major = int(version[1])
    return Installation(
        folder, major, any((s / "extension" / "postgis.control").is_file() for s in _share_folders(folder, major))
    )


def _share_folders(folder: Path, major: int) -> Iterator[Path]:
    if os.access(folder / "pg_config", os.X_OK) and (share := _output([str(folder / "pg_config"), "--sharedir"])):
        yield Path(share)
    yield folder.parent / "share"
    yield folder.parent / "share" / "postgresql"
    yield Path(f"/usr/share/postgresql/{major}")


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def _explain(found: tuple[Installation, ...], major: int | None) -> str:
    wanted = f"PostgreSQL {major}" if major is not None else f"PostgreSQL {OLDEST_MAJOR} or newer"
    why = f"No {wanted} with PostGIS was found"
    if major is not None:
        why = f"This data folder was made by PostgreSQL {major}, and no PostgreSQL {major} with PostGIS was found"
    if found:
        names = ", ".join(f"{i.major} in {i.folder}" + ("" if i.has_postgis else " without PostGIS") for i in found)
        why += f" (there is {names})"
    how = _HOW_TO_INSTALL.format(
        version=f"-{major}" if major is not None else "",
        suffix="-3" if major is not None else "",
        pinned=f"={major}" if major is not None else f">={OLDEST_MAJOR}",
    )
    return f"{why}. {how}"
