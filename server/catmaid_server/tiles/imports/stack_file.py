"""`stack.json`, which describes a folder of tile files."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Final

from catmaid_server.domain.errors import InvalidInput

NAME: Final = "stack.json"


def stack_file(folder: Path) -> dict[str, Any]:
    """What `stack.json` in the folder or the one above says, by the names of `import_tiles`; nothing if it is missing.

    Raises `InvalidInput` if it has a key whose value is of the wrong kind.
    """
    for path in (folder / NAME, folder.parent / NAME):
        if path.is_file():
            break
    else:
        return {}
    try:
        return _known(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"{path} is not a description of a stack: {error}.") from error


def _known(described: Any) -> dict[str, Any]:
    if not isinstance(described, dict):
        raise TypeError("it is not an object")
    known: dict[str, Any] = {}
    for name, key in (("title", "title"), ("file_extension", "file_extension")):
        if key in described:
            known[name] = _text(key, described[key])
    if "tile_source_type" in described:
        known["tile_source_type"] = _count("tile_source_type", described["tile_source_type"])
    if "dimension_xyz" in described:
        known["dimension"] = tuple(_count("dimension_xyz", value) for value in _three(described, "dimension_xyz"))
    if "resolution_nm_xyz" in described:
        known["resolution"] = tuple(
            _number("resolution_nm_xyz", value, above_0=True) for value in _three(described, "resolution_nm_xyz")
        )
    if "translation_nm_xyz" in described:
        known["translation"] = tuple(
            _number("translation_nm_xyz", value) for value in _three(described, "translation_nm_xyz")
        )
    if "tile_width" in described or "tile_height" in described:
        width = described.get("tile_width", described.get("tile_height"))
        height = described.get("tile_height", width)
        known["tile_size"] = (_count("tile_width", width), _count("tile_height", height))
    if "zoom_levels" in described:
        known["zoom_levels"] = _levels(described["zoom_levels"])
    return known


def _three(described: dict[str, Any], key: str) -> list[Any]:
    values = described[key]
    if not isinstance(values, list) or len(values) != 3:
        raise TypeError(f"{key} is {json.dumps(values)}, not [x, y, z]")
    return values


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise TypeError(f"{key} is {json.dumps(value)}, not a text")
    return value


def _count(key: str, value: Any) -> int:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not is_number or value != int(value) or value < 1:
        raise TypeError(f"{key} has {json.dumps(value)}, not a whole number above 0")
    return int(value)


def _number(key: str, value: Any, *, above_0: bool = False) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not is_number or (above_0 and value <= 0):
        raise TypeError(f"{key} has {json.dumps(value)}, not a number{' above 0' if above_0 else ''}")
    return float(value)


def _levels(value: Any) -> int:
    """The number of zoom levels, given as such or as the list of them."""
    if not isinstance(value, list):
        return _count("zoom_levels", value)
    if value != list(range(len(value))) or not value:
        raise TypeError(f"zoom_levels is {json.dumps(value)}, not [0, 1, ...] without a gap")
    return len(value)
