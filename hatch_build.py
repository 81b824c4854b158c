"""Build hook: the TypeScript front end becomes bundles in the `static` folders of both packages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_AT_LEAST = 18
STATIC = {"src": "catmaid_jupyter/static", "pages": "server/catmaid_server/http/openapi/static"}
"""Folder of entry points in `js`, and where their bundles go."""
HOW_TO_INSTALL = (
    "Install it (Debian, Ubuntu: `apt install nodejs npm`; conda: `conda install -c conda-forge nodejs`) "
    "and try again, or install a released wheel, which needs no Node.js."
)


class FrontEndHook(BuildHookInterface[Any]):
    """Build what is missing or older than its sources; take the bundles of a source distribution as they are."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Make sure that the bundles are there before files are collected."""
        root = Path(self.root)
        javascript = root / "js"
        bundles = [
            root / static / f"{entry.parent.name}.js"
            for sources, static in STATIC.items()
            for entry in javascript.glob(f"{sources}/*/index.ts")
        ]
        released = (root / "PKG-INFO").is_file()
        if bundles and all(bundle.is_file() for bundle in bundles) and (released or _current(bundles, javascript)):
            return
        npm = _npm()
        if not _installed(javascript):
            _run([npm, "ci"], javascript)
        _run([npm, "run", "build"], javascript)


def _current(bundles: list[Path], javascript: Path) -> bool:
    sources = [
        *(path for folder in STATIC for path in (javascript / folder).rglob("*") if path.is_file()),
        *(javascript / name for name in ("build.mjs", "worker-text.mjs", "package-lock.json", "tsconfig.json")),
    ]
    return max(path.stat().st_mtime for path in sources) <= min(path.stat().st_mtime for path in bundles)


def _installed(javascript: Path) -> bool:
    """Whether node_modules holds what the lock file says; npm leaves a copy of it there."""
    mark = javascript / "node_modules" / ".package-lock.json"
    return mark.is_file() and mark.stat().st_mtime >= (javascript / "package-lock.json").stat().st_mtime


def _npm() -> str:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        missing = "npm" if node is not None else "Node.js"
        raise RuntimeError(
            f"Building catmaid_jupyter from a source checkout needs Node.js {NODE_AT_LEAST} or newer with npm, "
            f"and {missing} is not on the PATH. {HOW_TO_INSTALL}"
        )
    said = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout
    number = re.match(r"v(\d+)\.", said)
    if number is None or int(number[1]) < NODE_AT_LEAST:
        raise RuntimeError(
            f"Building catmaid_jupyter needs Node.js {NODE_AT_LEAST} or newer; {node} is {said.strip()}. "
            f"{HOW_TO_INSTALL}"
        )
    return npm


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, check=False, capture_output=True, text=True, env={**os.environ, "CI": "1"}
    )
    if done.returncode != 0:
        said = f"{done.stdout}\n{done.stderr}".strip()
        raise RuntimeError(f"`{' '.join(command)}` failed in {folder}:\n{said}")
