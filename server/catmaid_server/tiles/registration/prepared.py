"""StackLook at an address: what is there, and how a mirror of a stack describes it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.space.stacks import Mirror
from catmaid_server.tiles.encode import image_kind
from catmaid_server.tiles.gateway.failures import ImagesUnavailable
from catmaid_server.tiles.metadata.addresses import ImageAddress, parsed_address
from catmaid_server.tiles.metadata.dvid import find_dvid
from catmaid_server.tiles.metadata.found import FoundVolume
from catmaid_server.tiles.metadata.reader import SourceReader
from catmaid_server.tiles.metadata.volumes import find_volume
from catmaid_server.tiles.pyramid import TileAddress, zoom_levels
from catmaid_server.tiles.registration.request import StackRequest, Triple
from catmaid_server.tiles.registration.value_range import found_window
from catmaid_server.tiles.rendering import tile_values
from catmaid_server.tiles.sources.opening import SourceMeans, open_described_volume, open_source, request_headers
from catmaid_server.tiles.sources.url_forms import require_form
from catmaid_wire.zoom_factors import ZoomFactors, are_halved

TILE_SIZE: Final = 512
_FILES: Final = frozenset({1, 4, 5, 9})
"""CATMAID's tile source types of tiles that exist as image files."""
_STORED_TILES: Final = frozenset({1, 4, 5, 8, 9})
"""Types whose tiles exist with a size of their own; the others are cut as they are asked for."""
_NUMBERS: Final = "biuf"
"""Kinds of values that are shown, as numpy calls them."""
_WITHOUT_LEVELS: Final = frozenset({6})


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedMirror:
    """A mirror, and what its source says of the stack; None where it does not say. notes: what was found or decided."""

    mirror: Mirror
    title: str
    dimension: tuple[int, int, int]
    resolution: Triple | None
    translation: Triple | None
    zoom_levels: int
    zoom_factors: Sequence[ZoomFactors] | None = None
    """Where they are others than halves."""
    metadata: Any = None
    notes: list[str] = field(default_factory=list)


async def prepared_mirror(text: str, request: StackRequest, means: SourceMeans) -> PreparedMirror:
    """What is at an address. Raises `InvalidInput` with what is missing, `ImagesUnavailable`."""
    address = parsed_address(text, request.tile_source_type)
    headers = request_headers({"token": request.token})
    if address.format != "tiles":
        reader = SourceReader(address.location, means.fetcher, headers)
        found = await find_volume(address, reader, request.dataset)
        if isinstance(found, FoundVolume):
            return await _volume(address, found, request, means)
        if found is not None:
            return _sections(address, found, request)
    if not address.is_remote:
        raise InvalidInput(
            f"{address.location} is no volume that is known: precomputed, Zarr, N5 or HDF5. A folder of tile files is "
            "brought in by `catmaid-jupyter import stack --tiles`, sections by `catmaid-jupyter import stack`."
        )
    if address.tile_source_type is None:
        raise InvalidInput(
            f"There is no precomputed, Zarr or N5 volume at {address.location}. If it has tiles, say how they are laid "
            "out, with the tile source type or an address such as https://example.org/{z}/{row}_{col}_{zoom}.jpg."
        )
    return await _images(address, request, means)


async def _volume(
    address: ImageAddress, found: FoundVolume, request: StackRequest, means: SourceMeans
) -> PreparedMirror:
    cut = found.channel(request.channel).cut(request.plane)
    width, height = request.tile_size or (TILE_SIZE, TILE_SIZE)
    factors = cut.zoom_factors(width, height, request.resolution) if request.plane else None
    if factors is not None:
        factors = None if are_halved(factors) else factors[: request.zoom_levels]
    levels = request.zoom_levels or cut.zoom_levels(width, height)
    levels = levels if factors is None else len(factors)
    described = cut.source() | _given_look(request)
    if factors is not None:
        described["zoom_factors"] = factors
    if request.token:
        described["token"] = request.token
    notes = [f"{cut.driver} at {cut.base}: {len(cut.levels)} level(s), {levels} zoom level(s)."]
    if found.channels > 1 and request.channel is None:
        notes.append(f"It has {found.channels} channels; the first is shown.")
    if found.times > 1:
        notes.append(f"It has {found.times} points in time; the first is shown.")
    volume = await open_described_volume(described, (width, height), means)
    kind = volume.dtype
    if kind.kind not in _NUMBERS:
        raise InvalidInput(f"The values of {cut.base} are {kind}, not numbers that can be shown as grey or as ids.")
    if request.labels is None and not found.labels and kind.kind in "ui" and kind.itemsize >= 4:
        described["labels"] = True
        notes.append(f"Values of {kind} are taken for labels and coloured; labels=False shows them as grey.")
    if not described.get("labels") and "window" not in described and kind.name not in ("uint8", "bool"):
        window = await found_window(volume, cut.dimension, levels)
        if window is not None:
            described["window"] = list(window)
            notes.append(f"Values of {kind} from {window[0]:g} to {window[1]:g} become black to white.")
    mirror = _mirror(address, described, (width, height), "png" if described.get("labels") else "jpg")
    return PreparedMirror(
        mirror=mirror,
        title=address.title,
        dimension=cut.dimension,
        resolution=cut.resolution,
        translation=cut.translation,
        zoom_levels=levels,
        zoom_factors=factors,
        metadata=_metadata(found, is_labels=bool(described.get("labels"))),
        notes=notes,
    )


def _metadata(found: FoundVolume, *, is_labels: bool) -> dict[str, Any] | None:
    """What viewers are told beside what every stack has."""
    told: dict[str, Any] = {}
    if any(found.voxel_offset):
        told["voxelOffset"] = list(found.voxel_offset)
    if is_labels:
        told["labels"] = True
    return told or None


def _sections(address: ImageAddress, dimension: tuple[int, int, int], request: StackRequest) -> PreparedMirror:
    width, height = request.tile_size or (TILE_SIZE, TILE_SIZE)
    described = {"kind": "sections", "base": address.location} | _given_look(request)
    x, y, _ = dimension
    return PreparedMirror(
        mirror=_mirror(address, described, (width, height), "jpg"),
        title=address.title,
        dimension=dimension,
        resolution=None,
        translation=None,
        zoom_levels=request.zoom_levels or min(zoom_levels(x, y, min(width, height)), 4),
        notes=[f"Sections of an HDF5 file: {dimension[2]}."],
    )


async def _images(address: ImageAddress, request: StackRequest, means: SourceMeans) -> PreparedMirror:
    number = address.tile_source_type or 0
    require_form(number)
    dimension, resolution = request.dimension, request.resolution
    if number in (6, 8) and (dimension is None or resolution is None):
        data = re.sub(r"/(raw|tile)(/.*)?$", "", address.location.rstrip("/"))
        told = await find_dvid(SourceReader(data, means.fetcher))
        if told is not None:
            dimension, resolution = dimension or told[0], resolution or told[1]
    if dimension is None:
        raise InvalidInput(
            f"The tiles at {address.location} do not say how large the stack is: say its dimension, "
            "pixels in x and y and the number of sections."
        )
    described: dict[str, Any] = {
        "kind": "images",
        "base": address.location,
        "tile_source_type": number,
        "file_extension": request.file_extension or address.file_extension or ("" if number in (8, 12) else "jpg"),
        **({"orientation": request.plane} if request.plane else {}),
        **_given_look(request),
        **({"token": request.token} if request.token else {}),
    }
    size, notes = await _tile_size(described, dimension, request, means)
    if request.plane and number in _FILES:
        plane = request.orientation.lower()
        notes.append(f"The tiles are taken to be sections along {plane}: image files are not cut anew.")
    kind = image_kind(described["file_extension"])
    levels = 1 if number in _WITHOUT_LEVELS else zoom_levels(dimension[0], dimension[1], max(size))
    return PreparedMirror(
        mirror=_mirror(address, described, size, kind if kind in ("jpg", "png", "webp") else "jpg"),
        title=address.title,
        dimension=dimension,
        resolution=resolution,
        translation=None,
        zoom_levels=request.zoom_levels or levels,
        notes=notes,
    )


async def _tile_size(
    described: Mapping[str, Any], dimension: tuple[int, int, int], request: StackRequest, means: SourceMeans
) -> tuple[tuple[int, int], list[str]]:
    """Width and height of the tiles; looks at one, so that a wrong address is found now."""
    stored = described["tile_source_type"] in _STORED_TILES
    guess = request.tile_size or ((256, 256) if stored else (TILE_SIZE, TILE_SIZE))
    source = await open_source(described, guess, means)
    middle = TileAddress(0, dimension[2] // 2, dimension[1] // 2 // guess[1], dimension[0] // 2 // guess[0])
    for place in (middle, TileAddress(0, 0, 0, 0)):
        tile = await source.tile(place)
        if tile is not None:
            height, width = tile_values(tile, (4096, 4096)).shape[:2]
            size = request.tile_size or ((width, height) if stored else guess)
            return size, [f"Tiles of {size[0]} x {size[1]} pixels."]
    raise ImagesUnavailable(
        f"There is neither a tile in the middle nor one in the corner of a stack of "
        f"{' x '.join(map(str, dimension))} pixels at {described['base']}."
    )


def _given_look(request: StackRequest) -> dict[str, Any]:
    look: dict[str, Any] = {}
    if request.window is not None:
        look["window"] = list(request.window)
    if request.gamma is not None:
        look["gamma"] = request.gamma
    if request.labels is not None:
        look["labels"] = request.labels
    return look


def _mirror(address: ImageAddress, described: dict[str, Any], size: tuple[int, int], extension: str) -> Mirror:
    identity = json.dumps([described, size], sort_keys=True)
    revision = hashlib.sha256(identity.encode()).hexdigest()[:12]
    return Mirror(
        tile_width=size[0],
        tile_height=size[1],
        file_extension=extension,
        tile_source_type=address.tile_source_type or 5,
        image_base=address.location,
        source=described | {"revision": revision},
    )
