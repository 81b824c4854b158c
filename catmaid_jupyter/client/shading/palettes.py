"""Palettes of at most 256 colours for values at nodes, and the legends that explain them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.naming import did_you_mean, listed
from catmaid_jupyter.client.selection.colors import (
    COLORBLIND_SAFE,
    MISSING,
    NUMBERS,
    along_default,
    in_turn,
    rgba_of,
    text_of,
)
from catmaid_jupyter.client.shading.node_values import Unit
from catmaid_jupyter.model.units import format_length

ColorMap: TypeAlias = "str | Sequence[Any] | Mapping[str, Any] | None"
"""The name of a colour map of matplotlib, `colorblind`, colours to take in turn, or of categories by name."""

STEPS: Final = 255
"""Colours of a scale; one more stands for no value."""

MOST_CATEGORIES: Final = 254
"""The most frequent categories have a colour of their own; one more stands for all others, and one for no value."""

OTHERS_PLACE: Final = 254
NO_VALUE_PLACE: Final = 255

_SAMPLES: Final = 16
_NO_FRACTIONS: Final = 1e5
_OTHERS: Final = 0xCCCCCCFF


class Swatch(TypedDict):
    """A colour (`#rrggbb`) of a legend, its name, and how many nodes have it."""

    name: str
    color: str
    nodes: int


class Legend(TypedDict, total=False):
    """What colours mean, as JSON.

    Of categories: `entries`. Of a scale: `low` and `high` as numbers and, for people, as `low_text` and `high_text`,
    `unit` (`""`, `nm` or `time`: seconds since 1970), `colormap`, and `colors` from low to high. `no_value` is None
    where all nodes have a value.
    """

    title: str
    kind: Literal["categories", "scale"]
    entries: list[Swatch]
    low: float
    high: float
    low_text: str
    high_text: str
    unit: str
    colormap: str
    colors: list[str]
    no_value: Swatch | None


@dataclass(frozen=True)
class Palette:
    """Colours by index, and what they mean.

    rgba : (256, 4) uint8; the last one stands for no value.
    """

    rgba: NDArray[np.uint8]
    legend: Legend


@dataclass(frozen=True)
class ScaleLimits:
    """The values that have the first and the last colour; None: those of the nodes."""

    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        for name, limit in (("low", self.low), ("high", self.high)):
            is_number = isinstance(limit, int | float | np.number) and not isinstance(limit, bool)
            if limit is not None and not (is_number and np.isfinite(limit)):
                raise InvalidInput(f"{name} is a finite number, not {limit!r:.60}.")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise InvalidInput(f"low should be less than high, but {self.low} is not less than {self.high}.")

    def of(self, values: NDArray[np.float64]) -> tuple[float, float]:
        """Both of them for some values, of which none need be finite."""
        known = values[np.isfinite(values)]
        low = self.low if self.low is not None else float(known.min()) if len(known) else 0.0
        high = self.high if self.high is not None else float(known.max()) if len(known) else 0.0
        return float(low), float(max(low, high))


def scale_indices(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.uint8]:
    """(n,) index of each value's colour; of what is beyond the limits, the first or last one."""
    known = np.isfinite(values)
    span = high - low
    shares = np.full(len(values), 0.5) if span <= 0 else np.clip((np.where(known, values, low) - low) / span, 0, 1)
    return np.where(known, np.rint(shares * (STEPS - 1)), STEPS).astype(np.uint8)


def scale_palette(
    title: str, colormap: ColorMap, low: float, high: float, unit: Unit, no_value: tuple[str, int]
) -> Palette:
    """Colours along a map.

    no_value : what nodes without a value are called, and how many there are.
    """
    if isinstance(colormap, Mapping):
        raise InvalidInput("Colours by name are for categories, but these values are numbers: give a colour map.")
    name = colormap if isinstance(colormap, str) else NUMBERS if colormap is None else "own"
    name = NUMBERS if name == COLORBLIND_SAFE else name
    if colormap is None or colormap == COLORBLIND_SAFE:
        colors = along_default(np.linspace(0, 1, STEPS))
    elif isinstance(colormap, str):
        colors = in_turn(STEPS, name)
    else:
        stops = _parts_of(in_turn(len(colormap), colormap)).astype(np.float64)
        places = np.linspace(0, len(stops) - 1, STEPS)
        between = [np.interp(places, np.arange(len(stops)), part) for part in stops.T]
        colors = _joined(np.rint(np.stack(between, axis=1)).astype(np.uint8))
    low_text, high_text = _text(low, unit), _text(high, unit)
    if unit == "time" and low_text == high_text:
        low_text, high_text = (f"{pd.Timestamp(limit, unit='s'):%Y-%m-%d %H:%M:%S}" for limit in (low, high))
    legend: Legend = {
        "title": title,
        "kind": "scale",
        "low": low,
        "high": high,
        "low_text": low_text,
        "high_text": high_text,
        "unit": unit,
        "colormap": name,
        "colors": [text_of(int(one)) for one in colors[np.linspace(0, STEPS - 1, _SAMPLES).astype(int)]],
        "no_value": _no_value(no_value),
    }
    return Palette(_parts_of(np.append(colors, np.uint32(MISSING))), legend)


def most_frequent(counts: Mapping[str, int]) -> list[str]:
    """The categories that have a colour of their own, by name; `counts`: how many nodes have each category."""
    return sorted(sorted(sorted(counts), key=lambda name: -counts[name])[:MOST_CATEGORIES])


def category_palette(
    title: str,
    colormap: ColorMap,
    counts: Mapping[str, int],
    places: Mapping[str, int],
    fixed: Mapping[str, Any],
    no_value: tuple[str, int],
) -> Palette:
    """Colours of categories.

    counts : how many nodes have each category.
    places : where colours are in the palette, of categories that have one of their own.
    fixed : colours of categories, unless `colormap` gives another.
    no_value : what nodes without a value are called, and how many there are.
    """
    shown = sorted(places)
    others = [name for name in counts if name not in places]
    colors = _category_colors(shown, colormap, fixed)
    entries: list[Swatch] = [
        {"name": name, "color": text_of(int(color)), "nodes": counts[name]}
        for name, color in zip(shown, colors, strict=True)
    ]
    by_place = np.full(NO_VALUE_PLACE + 1, MISSING, np.uint32)
    by_place[[places[name] for name in shown]] = colors
    if others:
        by_place[OTHERS_PLACE] = _OTHERS
        count = sum(counts[name] for name in others)
        entries.append({"name": f"{len(others)} others", "color": text_of(_OTHERS), "nodes": count})
    legend: Legend = {"title": title, "kind": "categories", "entries": entries, "no_value": _no_value(no_value)}
    return Palette(_parts_of(by_place), legend)


def _category_colors(names: Sequence[str], colormap: ColorMap, fixed: Mapping[str, Any]) -> NDArray[np.uint32]:
    if isinstance(colormap, Mapping):
        unknown = [str(name) for name in colormap if name not in names]
        if unknown and not set(map(str, colormap)) & set(names):
            like = did_you_mean(unknown[0], names)
            raise InvalidInput(f"There is no category {unknown[0]!r:.60}.{like} There are: {listed(names)}.")
        fixed, colormap = {**fixed, **colormap}, None
    elif colormap is not None:
        fixed = {}
    turns = iter(in_turn(sum(name not in fixed for name in names), colormap).tolist())
    return np.array([rgba_of(fixed[name]) if name in fixed else next(turns) for name in names], dtype=np.uint32)


def _no_value(no_value: tuple[str, int]) -> Swatch | None:
    name, count = no_value
    return {"name": name, "color": text_of(MISSING), "nodes": count} if count else None


def _text(value: float, unit: Unit) -> str:
    if unit == "nm":
        return format_length(value)
    if unit == "time":
        return f"{pd.Timestamp(value, unit='s'):%Y-%m-%d %H:%M}"
    if float(value).is_integer() or abs(value) >= _NO_FRACTIONS:
        return f"{value:,.0f}"
    return f"{value:.6g}"


def _parts_of(rgba: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """(k, 4) red, green, blue, alpha of (k,) 0xRRGGBBAA."""
    return np.ascontiguousarray(rgba.astype(">u4")).view(np.uint8).reshape(-1, 4)


def _joined(parts: NDArray[np.uint8]) -> NDArray[np.uint32]:
    joined: NDArray[np.uint32] = np.ascontiguousarray(parts).view(">u4").ravel().astype(np.uint32)
    return joined
