"""How large a voxel is, as OME-TIFF and ImageJ's TIFF files say it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import tifffile

from catmaid_server.domain.space.stacks import Triple
from catmaid_server.tiles.metadata.found import nm_per

_LARGEST_XML: Final = 16 * 2**20
_OME_UNIT: Final = "\N{MICRO SIGN}m"
"""Of sizes without a unit in OME-XML."""


def voxel_size(path: Path) -> Triple | None:
    """(x, y, z) in nm; None unless the file says all three."""
    try:
        with tifffile.TiffFile(path) as file:
            if file.is_ome:
                return _of_ome(file.ome_metadata or "")
            if file.is_imagej:
                return _of_imagej(file.imagej_metadata or {}, file.pages.first.tags)
    except Exception:  # files that cannot be read are reported where they are read as images
        return None
    return None


def _of_ome(text: str) -> Triple | None:
    # Entities could make a small file endless.
    if len(text) > _LARGEST_XML or "<!ENTITY" in text:
        return None
    pixels = next((item for item in ET.fromstring(text).iter() if item.tag.endswith("}Pixels")), None)  # noqa: S314
    if pixels is None:
        return None
    sizes = [pixels.get(f"PhysicalSize{axis}") for axis in "XYZ"]
    units = [nm_per(pixels.get(f"PhysicalSize{axis}Unit", _OME_UNIT)) for axis in "XYZ"]
    return _triple([float(size or 0) * (unit or 0) for size, unit in zip(sizes, units, strict=True)])


def _of_imagej(described: dict[str, Any], tags: Any) -> Triple | None:
    unit = nm_per(str(described.get("unit", "")).replace("\\u00B5", "\N{MICRO SIGN}"))
    if unit is None or "spacing" not in described:
        return None
    x, y = (tags[name].value for name in ("XResolution", "YResolution"))
    # Pixels for each unit, as a fraction.
    return _triple([unit * x[1] / x[0], unit * y[1] / y[0], unit * float(described["spacing"])])


def _triple(sizes: list[float]) -> Triple | None:
    x, y, z = (round(size, 6) for size in sizes)
    return (x, y, z) if min(x, y, z) > 0 else None
