"""Volumes in Zarr, versions 2 and 3: with the metadata of OME-Zarr, or single arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.metadata.found import FoundLevel, FoundVolume, begin_of, nm_per
from catmaid_server.tiles.metadata.reader import SourceReader, require_below


@dataclass(frozen=True, slots=True)
class _Level:
    path: str
    shape: Sequence[int]
    scale: Sequence[float]
    shift: Sequence[float]


async def find_zarr(reader: SourceReader) -> FoundVolume | None:
    """What `zarr.json`, or `.zattrs` and `.zarray`, say; None if there are none.

    Raises `InvalidInput` for an array or group that is no volume.
    """
    node = await reader.json("zarr.json")
    if node is not None and node.get("zarr_format") == 3:
        if node.get("node_type") == "array":
            return _single_array(reader.base, "zarr3", node["shape"], node.get("dimension_names"))
        attributes = node.get("attributes", {})
        ome = attributes.get("ome", attributes)
        if "multiscales" not in ome:
            raise _no_volume(reader.base, ome)
        return await _multiscale(reader, "zarr3", ome)
    attributes = await reader.json(".zattrs")
    if attributes is not None and "multiscales" in attributes:
        return await _multiscale(reader, "zarr", attributes)
    array = await reader.json(".zarray")
    if array is None:
        if attributes is None and await reader.json(".zgroup") is None:
            return None
        raise _no_volume(reader.base, attributes or {})
    if isinstance(array["dtype"], list):
        names = ", ".join(str(name) for name, *_ in array["dtype"])
        raise InvalidInput(f"Each value of {reader.base} has several parts ({names}), not one number.")
    return _single_array(reader.base, "zarr", array["shape"], (attributes or {}).get("_ARRAY_DIMENSIONS"))


def _no_volume(base: str, attributes: Mapping[str, Any]) -> InvalidInput:
    """What is wrong with a group that does not say which of its arrays are a volume."""
    if "bioformats2raw.layout" in attributes:
        return InvalidInput(f"{base} holds the images of a file in folders with numbers: say which, as dataset='0'.")
    return InvalidInput(f"{base} is a group of Zarr without multiscales: say with dataset which array or group in it.")


async def _multiscale(reader: SourceReader, driver: str, ome: Mapping[str, Any]) -> FoundVolume:
    multiscale = ome["multiscales"][0]
    axes = [axis if isinstance(axis, dict) else {"name": axis} for axis in multiscale.get("axes") or list("tczyx")]
    outer = _transform(multiscale.get("coordinateTransformations", ()), len(axes))
    levels = []
    for dataset in multiscale["datasets"]:
        path = require_below(str(dataset["path"]))
        scale, shift = _transform(dataset.get("coordinateTransformations", ()), len(axes))
        shape = await _shape(reader.below(path), driver)
        levels.append(
            _Level(
                path,
                shape,
                [a * b for a, b in zip(scale, outer[0], strict=True)],
                [a * b + c for a, b, c in zip(shift, outer[0], outer[1], strict=True)],
            )
        )
    labels = "image-label" in ome
    return _volume(reader.base, driver, axes, levels, labels=labels)


def _volume(
    base: str, driver: str, axes: Sequence[Mapping[str, Any]], levels: Sequence[_Level], *, labels: bool
) -> FoundVolume:
    names = [str(axis["name"]).lower() for axis in axes]
    x, y, z = names.index("x"), names.index("y"), names.index("z") if "z" in names else None
    full = levels[0]
    units = [str(axes[axis].get("unit", "")) for axis in (x, y, *([] if z is None else [z]))]
    sizes = [nm_per(unit) for unit in units]
    has_scale = any(value != 1 for value in full.scale)
    resolution = translation = None
    if None not in sizes and has_scale and z is not None:
        spatial = [(full.scale[axis], full.shift[axis], size or 1) for axis, size in zip((x, y, z), sizes, strict=True)]
        resolution = tuple(scale * size for scale, _, size in spatial)
        translation = tuple(shift * size for _, shift, size in spatial)
    if not all(scale > 0 for level in levels for scale in level.scale):
        raise InvalidInput(f"{base} has a scale that is not above 0; images that are mirrored are not shown.")
    if not all(extent > 0 for level in levels for extent in level.shape):
        raise InvalidInput(f"{base} has {' x '.join(map(str, full.shape))} values, so there is nothing in it.")
    channel, time = (names.index(name) if name in names else None for name in "ct")
    return FoundVolume(
        driver=driver,
        base=base,
        levels=[_found(level, full, (x, y, z)) for level in levels],
        axes=(x, y, z),
        fixed={axis: 0 for axis in range(len(axes)) if axis not in (x, y, z)},
        dimension=(full.shape[x], full.shape[y], 1 if z is None else full.shape[z]),
        resolution=resolution,  # type: ignore[arg-type]  # three values
        translation=translation or (0.0, 0.0, 0.0),  # type: ignore[arg-type]
        labels=labels,
        channels=1 if channel is None else full.shape[channel],
        channel_axis=channel,
        times=1 if time is None else full.shape[time],
    )


def _found(level: _Level, full: _Level, axes: tuple[int, int, int | None]) -> FoundLevel:
    """Translations are of the middles of first pixels."""
    factors = _factors(level, full, axes)
    x, y, z = (
        0.0 if axis is None else begin_of((level.shift[axis] - full.shift[axis]) / full.scale[axis], factor)
        for axis, factor in zip(axes, factors, strict=True)
    )
    return FoundLevel(level.path, factors, (x, y, z))


def _factors(level: _Level, full: _Level, axes: tuple[int, int, int | None]) -> tuple[float, float, float]:
    """By the scales, where there are any that fit the shapes, else by the shapes."""

    def factor(axis: int | None) -> float:
        if axis is None:
            return 1.0
        by_shape = full.shape[axis] / level.shape[axis]
        by_scale = level.scale[axis] / full.scale[axis]
        return by_scale if abs(full.shape[axis] - by_scale * level.shape[axis]) <= by_scale else round(by_shape, 6)

    return factor(axes[0]), factor(axes[1]), factor(axes[2])


def _transform(transformations: Sequence[Mapping[str, Any]], rank: int) -> tuple[list[float], list[float]]:
    """Scale and translation of a list of transformations."""
    scale, shift = [1.0] * rank, [0.0] * rank
    for step in transformations:
        if step.get("type") == "scale":
            scale = [a * float(b) for a, b in zip(scale, step["scale"], strict=True)]
            shift = [a * float(b) for a, b in zip(shift, step["scale"], strict=True)]
        elif step.get("type") == "translation":
            shift = [a + float(b) for a, b in zip(shift, step["translation"], strict=True)]
    return scale, shift


async def _shape(reader: SourceReader, driver: str) -> Sequence[int]:
    array = await reader.json("zarr.json" if driver == "zarr3" else ".zarray")
    if array is None:
        raise InvalidInput(f"{reader.base} is named as a level, but there is no array.")
    return [int(extent) for extent in array["shape"]]


def _single_array(base: str, driver: str, shape: Sequence[int], names: Sequence[str | None] | None) -> FoundVolume:
    if not 2 <= len(shape) <= 5:
        raise InvalidInput(f"{base} is an array with {len(shape)} axes; a volume has 3, at most 5 with c and t.")
    named = [str(name).lower() for name in names or () if name]
    axes = named if {"x", "y"} <= set(named) and len(named) == len(shape) else list("tczyx"[-len(shape) :])
    level = _Level("", shape, [1.0] * len(shape), [0.0] * len(shape))
    return _volume(base, driver, [{"name": name} for name in axes], [level], labels=False)
