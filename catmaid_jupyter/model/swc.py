"""SWC text of a node table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def write_swc(path: Path, nodes: pd.DataFrame, *, title: str = "") -> Path:
    """Write nodes as SWC: id, type 0, x, y, z, radius, parent (-1 at roots), lengths in nm.

    path : file to write; replaced if it exists.
    nodes : columns id, parent_id, x, y, z, radius; parents before their children. Radii below 0 become 0.
    title : a comment for the first line.
    """
    lines = [f"# {' '.join(title.split())}", "# id type x y z radius parent; nm"]
    columns = (nodes[name].tolist() for name in ("id", "x", "y", "z", "radius", "parent_id"))
    for node_id, x, y, z, radius, parent_id in zip(*columns, strict=True):
        lines.append(f"{node_id} 0 {x!r} {y!r} {z!r} {max(radius, 0.0)!r} {parent_id}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
