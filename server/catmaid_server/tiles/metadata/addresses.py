"""Addresses of images as people write them: paths, URLs, and the templates of CATMAID's tile source types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from yarl import URL

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.sources.opening import is_url
from catmaid_wire import tile_layouts

FORMATS: Final = ("precomputed", "zarr", "n5", "hdf5", "tiles")

_SCHEME: Final = re.compile(r"(precomputed|zarr2|zarr3|zarr|n5|hdf5)://")
_SLICING: Final = re.compile(r"/(\d+(?:_\d+)+)/?$")
_SCALE: Final = "%SCALE_DATASET%"
_FORMAT_OF_TYPE: Final = {3: "hdf5", 11: "n5", 13: "precomputed", 14: "precomputed"}
_TYPE_OF_FORMAT: Final = {"n5": 11, "precomputed": 14, "hdf5": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageAddress:
    """Where images are, and what the address says of them.

    location: a URL with http, or an absolute path. format: one of `FORMATS`; None if it has to be found out.
    slicing: which axes of an array are x, y and z. level_path: the path of a level below the location, with
    `%SCALE_DATASET%`. tile_source_type and file_extension: where it has tiles.
    """

    location: str
    format: str | None = None
    slicing: tuple[int, ...] | None = None
    level_path: str | None = None
    tile_source_type: int | None = None
    file_extension: str | None = None

    @property
    def is_remote(self) -> bool:
        """Whether it is on another server."""
        return is_url(self.location)

    @property
    def title(self) -> str:
        """What people may call the images."""
        name = URL(self.location).path if self.is_remote else self.location
        last = name.rstrip("/").rpartition("/")[2]
        return re.sub(r"\.(ome\.zarr|zarr|n5|precomputed|h5|hdf5?)$", "", last) or (URL(self.location).host or "images")


def parsed_address(text: str, tile_source_type: int | None = None) -> ImageAddress:
    """What an address says. Raises `InvalidInput` if it is none."""
    text = text.strip()
    if not text:
        raise InvalidInput("Say where the images are: an address with https://, or the path of a folder or file.")
    if tile_source_type is not None and not 1 <= tile_source_type <= 14:
        raise InvalidInput(f"Tile source types are 1 to 14; {tile_source_type} is none.")
    scheme = _SCHEME.match(text)
    named = None if scheme is None else scheme[1].rstrip("23")
    location = _http(text if scheme is None else text[scheme.end() :])
    found = _FORMAT_OF_TYPE.get(tile_source_type or 0) if not (tile_source_type == 3 and is_url(location)) else None
    if found is not None or named is not None:
        return _volume(location, named or found or "", tile_source_type)
    if tile_source_type is not None or "%AXIS_0%" in location:
        return ImageAddress(location=location, format="tiles", tile_source_type=tile_source_type or 10)
    return _recognized(location)


def _recognized(location: str) -> ImageAddress:
    """What an address is that neither its scheme nor a type says."""
    if "{" in location:
        return _template(location)
    if _SCALE in location:
        return _volume(location, "n5" if ".n5" in location else "precomputed", None)
    if location.lower().endswith((".h5", ".hdf5", ".hdf")):
        return ImageAddress(location=location, format="hdf5", tile_source_type=3)
    return ImageAddress(location=location)


def _http(location: str) -> str:
    """Buckets as their public addresses; paths as absolute ones."""
    if location.startswith("gs://"):
        return f"https://storage.googleapis.com/{location[5:]}"
    if location.startswith("s3://"):
        bucket, _, path = location[5:].partition("/")
        return f"https://{bucket}.s3.amazonaws.com/{path}"
    if is_url(location):
        return location
    if "://" in location and not location.startswith("file://"):
        raise InvalidInput(f"Images come from http, https, gs, s3 or paths, not from {location.partition('://')[0]}.")
    return str(Path(location.removeprefix("file://")).expanduser().absolute())


def _volume(location: str, named: str, tile_source_type: int | None) -> ImageAddress:
    slicing = _SLICING.search(location)
    if slicing is not None and (_SCALE in location or tile_source_type in (11, 14)):
        location = location[: slicing.start()]
    else:
        slicing = None
    location = location.rstrip("/")
    level_path = None
    if named == "precomputed":
        location = location.removesuffix(_SCALE).rstrip("/").removesuffix("/info")
    elif _SCALE in location:
        before, _, after = location.partition(_SCALE)
        location, level_path = before.rstrip("/"), f"{_SCALE}{after}"
    return ImageAddress(
        location=location,
        format=named,
        slicing=None if slicing is None else tuple(int(part) for part in slicing[1].split("_")),
        level_path=level_path,
        tile_source_type=tile_source_type or _TYPE_OF_FORMAT.get(named),
    )


def _template(location: str) -> ImageAddress:
    """The address of a tile with `{z}`, `{row}`, `{col}` and `{zoom}` in it."""
    base, extension = location.rpartition(".")[::2]
    for number, layout in tile_layouts.PATHS.items():
        if base.endswith(f"/{layout}"):
            return ImageAddress(
                location=base.removesuffix(layout),
                format="tiles",
                tile_source_type=number,
                file_extension=extension,
            )
    layouts = ", ".join(f"{layout}.jpg" for layout in tile_layouts.PATHS.values())
    raise InvalidInput(f"{location} is laid out in none of the ways that are known: {layouts}.")
