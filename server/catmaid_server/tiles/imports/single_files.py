"""Volumes that are one file with one array: MRC and NRRD."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.space.stacks import Triple
from catmaid_server.tiles.metadata.found import nm_per

_NM_PER_ANGSTROM: Final = 0.1
_LARGEST_PACKED: Final = 2**29
"""Bytes of a compressed file's array, which is read as a whole."""
_PACKAGES: Final = "pip install 'catmaid-jupyter[volumes]'"


@dataclass(frozen=True, slots=True)
class FileVolume:
    """An array that is read in parts: `read(first, end)` gives the (z, y, x) values of these sections.

    shape: (z, y, x). chunk_depth: sections that come at no more cost than one. resolution: (x, y, z) nm, if it is said.
    """

    read: Callable[[int, int], NDArray[Any]]
    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    chunk_depth: int
    resolution: Triple | None = None
    notes: Sequence[str] = ()


def open_mrc(path: Path) -> FileVolume:
    """A volume of MRC (IMOD, RELION). Raises `InvalidInput` if it is none."""
    try:
        import mrcfile  # noqa: PLC0415  an extra
    except ImportError:
        raise InvalidInput(f"MRC files need mrcfile: {_PACKAGES}") from None
    try:
        with mrcfile.mmap(path, mode="r", permissive=True) as file:
            values = file.data
            size = file.voxel_size
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path} is no MRC file that can be read: {error}.") from error
    if values is None or values.dtype.kind not in "iuf" or values.ndim not in (2, 3):
        raise InvalidInput(f"{path} has no image of real numbers with two or three axes.")
    array = values[None] if values.ndim == 2 else values
    x, y, z = (float(size[axis]) * _NM_PER_ANGSTROM for axis in "xyz")
    resolution = (x, y, z) if min(x, y, z) > 0 else None
    return _of_array(array, resolution, [])


def open_nrrd(path: Path) -> FileVolume:
    """A volume of NRRD, or its header in a file of its own. Raises `InvalidInput` if it is none."""
    try:
        import nrrd  # noqa: PLC0415  an extra
    except ImportError:
        raise InvalidInput(f"NRRD files need pynrrd: {_PACKAGES}") from None
    try:
        with path.open("rb") as file:
            header = nrrd.read_header(file)
            begin = file.tell()
        if header["dimension"] not in (2, 3):
            raise InvalidInput(f"{path} has {header['dimension']} axes; a volume has two or three.")
        x, y, z = (*map(int, header["sizes"]), 1)[:3]
        if header["encoding"] == "raw" and "data file" not in header and "line skip" not in header:
            dtype = np.dtype(_NRRD_TYPES[header["type"]]).newbyteorder(">" if header.get("endian") == "big" else "<")
            array: NDArray[Any] = np.memmap(path, dtype, "r", offset=begin, shape=(z, y, x))
        else:
            if x * y * z * np.dtype(_NRRD_TYPES[header["type"]]).itemsize > _LARGEST_PACKED:
                raise InvalidInput(
                    f"{path} is compressed, so it would be in memory as a whole: more than {_LARGEST_PACKED >> 20} MB. "
                    "Write it with the encoding raw."
                )
            array = nrrd.read(str(path), index_order="C")[0].reshape(z, y, x)
    except (OSError, ValueError, KeyError, zlib.error, nrrd.NRRDError) as error:
        raise InvalidInput(f"{path} is no NRRD file that can be read: {error}.") from error
    return _of_array(array, _spacing(header), [])


_NRRD_TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("signed char", "int8", "int8_t"), "int8"),
    **dict.fromkeys(("uchar", "unsigned char", "uint8", "uint8_t"), "uint8"),
    **dict.fromkeys(("short", "short int", "signed short", "int16", "int16_t"), "int16"),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), "uint16"),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t"), "int32"),
    **dict.fromkeys(("uint", "unsigned int", "uint32", "uint32_t"), "uint32"),
    **dict.fromkeys(("ulonglong", "unsigned long long", "uint64", "uint64_t"), "uint64"),
    **dict.fromkeys(("longlong", "long long", "int64", "int64_t"), "int64"),
    "float": "float32",
    "double": "float64",
}


def _spacing(header: Mapping[str, Any]) -> Triple | None:
    """(x, y, z) nm, where the units are said."""
    directions, spacings = header.get("space directions"), header.get("spacings")
    units = header.get("space units") or header.get("units")
    if units is None:
        return None
    steps = np.linalg.norm(np.atleast_2d(directions), axis=1) if directions is not None else spacings
    factors = [nm_per(str(unit).strip('"')) for unit in units]
    if steps is None or len(steps) != 3 or len(factors) != 3 or None in factors:
        return None
    x, y, z = (float(step) * float(factor or 0) for step, factor in zip(steps, factors, strict=True))
    return (x, y, z) if min(x, y, z) > 0 else None


def _of_array(array: NDArray[Any], resolution: Triple | None, notes: Sequence[str]) -> FileVolume:
    z, y, x = array.shape
    # In the order of bytes of this machine, which the rest takes for granted.
    dtype = array.dtype.newbyteorder("=")
    return FileVolume(lambda first, end: np.array(array[first:end], dtype), (z, y, x), dtype, 1, resolution, notes)


READERS: Final[Mapping[str, Callable[[Path], FileVolume]]] = {
    **dict.fromkeys((".mrc", ".rec", ".st", ".map", ".mrcs"), open_mrc),
    **dict.fromkeys((".nrrd", ".nhdr"), open_nrrd),
}
"""By the ending of the file, in lower case."""
