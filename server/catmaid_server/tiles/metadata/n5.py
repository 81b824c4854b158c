"""Volumes in N5: a dataset, or a group with the datasets s0, s1, … of its levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.metadata.found import Factors, FoundLevel, FoundVolume, begin_of, nm_per
from catmaid_server.tiles.metadata.reader import SourceReader

_MOST_LEVELS: Final = 20


async def find_n5(
    reader: SourceReader, slicing: Sequence[int] | None = None, below: str | None = None
) -> FoundVolume | None:
    """What `attributes.json` says; None if there is none.

    slicing: which axes of the array are x, y and z; by default those that are named so, or the first three.
    below: the path of a level, with `%SCALE_DATASET%` where its name stands; by default it is found.
    """
    group = await reader.json("attributes.json") or {}
    if below is None and "dimensions" in group:
        return _volume(reader.base, [("", group)], group, slicing)
    pattern = below or "%SCALE_DATASET%"
    levels: list[tuple[str, Mapping[str, Any]]] = []
    for number in range(_MOST_LEVELS):
        path = pattern.replace("%SCALE_DATASET%", f"s{number}")
        dataset = await reader.below(path).json("attributes.json")
        if dataset is None or "dimensions" not in dataset:
            break
        levels.append((path, dataset))
        if path == pattern:
            break
    if not levels and "n5" in group:
        raise InvalidInput(
            f"{reader.base} is a group of N5 without s0, s1, …: say with dataset which group or array in it."
        )
    return _volume(reader.base, levels, group, slicing) if levels else None


def _volume(
    base: str,
    levels: Sequence[tuple[str, Mapping[str, Any]]],
    group: Mapping[str, Any],
    slicing: Sequence[int] | None,
) -> FoundVolume:
    full = levels[0][1]
    extents = [int(extent) for extent in full["dimensions"]]
    order = _axes(full, group, slicing, base)
    resolution = _resolution(full, group, len(extents))
    offset = _numbers(full.get("offset"), len(extents))
    x, y, z = order
    return FoundVolume(
        driver="n5",
        base=base,
        levels=[
            FoundLevel(path, factors, _offset(dataset, full, factors, resolution, order))
            for number, (path, dataset) in enumerate(levels)
            for factors in [_factors(dataset, group, number, full, order)]
        ],
        axes=order,
        fixed={axis: 0 for axis in range(len(extents)) if axis not in order},
        dimension=(extents[x], extents[y], 1 if z is None else extents[z]),
        resolution=None if resolution is None or z is None else (resolution[x], resolution[y], resolution[z]),
        translation=(offset[x], offset[y], offset[z]) if offset and z is not None else (0.0, 0.0, 0.0),
    )


def _axes(
    dataset: Mapping[str, Any], group: Mapping[str, Any], slicing: Sequence[int] | None, base: str
) -> tuple[int, int, int | None]:
    rank = len(dataset["dimensions"])
    if slicing is not None:
        if len(slicing) != 3 or not all(0 <= axis < rank for axis in slicing):
            raise InvalidInput(f"The dimensions {'_'.join(map(str, slicing))} are none of the {rank} of {base}.")
        return slicing[0], slicing[1], slicing[2]
    names = [str(name).lower() for name in dataset.get("axes") or group.get("axes") or ()]
    if len(names) == rank and {"x", "y"} <= set(names):
        return names.index("x"), names.index("y"), names.index("z") if "z" in names else None
    return 0, 1, 2 if rank > 2 else None


def _resolution(dataset: Mapping[str, Any], group: Mapping[str, Any], rank: int) -> list[float] | None:
    """In nm; None if nothing says it with a unit that is known."""
    for attributes in (dataset, group):
        pixel = attributes.get("pixelResolution")
        if isinstance(pixel, dict):
            sizes, units = _numbers(pixel.get("dimensions"), rank), [str(pixel.get("unit", ""))] * rank
        else:
            sizes = _numbers(attributes.get("resolution") or pixel, rank)
            units = [str(unit) for unit in attributes.get("units") or ()] or ["nm"] * rank
        factors = [nm_per(unit) for unit in units]
        if sizes is not None and len(factors) == rank and None not in factors:
            return [size * (factor or 1) for size, factor in zip(sizes, factors, strict=True)]
    return None


def _factors(
    dataset: Mapping[str, Any],
    group: Mapping[str, Any],
    number: int,
    full: Mapping[str, Any],
    order: tuple[int, int, int | None],
) -> Factors:
    rank = len(full["dimensions"])
    scales = group.get("scales") or group.get("downsamplingFactors")
    listed = scales[number] if isinstance(scales, list) and number < len(scales) else None
    factors = _numbers(dataset.get("downsamplingFactors"), rank) or _numbers(listed, rank)
    if factors is None:
        factors = [round(a / b) for a, b in zip(full["dimensions"], dataset["dimensions"], strict=True)]
    x, y, z = order
    return factors[x], factors[y], 1.0 if z is None else factors[z]


def _offset(
    dataset: Mapping[str, Any],
    full: Mapping[str, Any],
    factors: Factors,
    resolution: Sequence[float] | None,
    order: tuple[int, int, int | None],
) -> Factors:
    """Where the first pixel of a level begins, by what each level says of the middle of its first pixel."""
    rank = len(full["dimensions"])
    own, first = _numbers(dataset.get("offset"), rank), _numbers(full.get("offset"), rank)
    if own is None or first is None or resolution is None:
        return (0.0, 0.0, 0.0)
    x, y, z = (
        0.0 if axis is None else begin_of((own[axis] - first[axis]) / resolution[axis], factor)
        for axis, factor in zip(order, factors, strict=True)
    )
    return x, y, z


def _numbers(values: Any, count: int) -> list[float] | None:
    if not isinstance(values, list) or len(values) != count:
        return None
    return [float(value) for value in values]
