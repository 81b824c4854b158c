"""The built front-end modules of this installation."""

from __future__ import annotations

from pathlib import Path

STATIC = Path(__file__).parent.parent / "static"


def bundle(entry: str) -> Path:
    """Locate a built front-end module; `ImportError` if this installation has none."""
    path = STATIC / f"{entry}.js"
    if not path.is_file():
        raise ImportError(
            f"catmaid_jupyter's front end is not built: {path} is missing. "
            "In a source checkout run `npm ci && npm run build` in js/ (needs Node.js 18 or newer), "
            "or install again with `pip install .`; a released wheel has it built in."
        )
    return path
