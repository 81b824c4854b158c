"""What a DVID server says of its data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catmaid_server.tiles.metadata.found import nm_per
from catmaid_server.tiles.metadata.reader import SourceReader

Triples = tuple[tuple[int, int, int], tuple[float, float, float]]


async def find_dvid(reader: SourceReader) -> Triples | None:
    """Size and resolution (nm) of the data `<api>/node/<UUID>/<name>`; None if it does not say."""
    info = await reader.json("info")
    extended: dict[str, Any] = (info or {}).get("Extended") or {}
    try:
        x, y, z = (int(value) + 1 for value in extended["MaxPoint"])
        rx, ry, rz = _in_nm(extended["VoxelSize"], extended["VoxelUnits"])
    except (KeyError, TypeError, ValueError):
        return None
    return (x, y, z), (rx, ry, rz)


def _in_nm(sizes: Sequence[float], units: Sequence[str]) -> list[float]:
    factors = [nm_per(unit) for unit in units]
    if None in factors:
        raise ValueError("a unit is unknown")
    return [float(size) * (factor or 1) for size, factor in zip(sizes, factors, strict=True)]
