"""Colours of skeletons: from CSS names, lists, palettes, and by the values of a column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.model.selection import PALETTE, Rgba

COLORBLIND_SAFE: Final = "colorblind"
"""The palette of categories by default, which colour-blind people tell apart."""

NUMBERS: Final = "cividis"
"""The colour map of numbers by default, which colour-blind people read as others do."""

_SEEN: Final = (0.25, 0.95)
"""What is taken of it: its ends are hardly seen on dark pages and on light ones."""

_HEX: Final = re.compile("#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")

MISSING: Final = 0x999999FF
"""Colour of rows without a value."""


def rgba_of(color: Any) -> int:
    """0xRRGGBBAA of a colour: its name, `#rrggbb`, `#rrggbbaa` or (red, green, blue[, alpha]) from 0 to 1."""
    found = _color(color)
    if found is None:
        raise InvalidInput(
            f"{color!r:.200} is no colour: give a name such as 'orange', '#ff8800', or (1, 0.5, 0): red, green, blue."
        )
    return found


def one_or_in_turn(count: int, colors: Any) -> Rgba | int:
    """One colour for all, or a colour for each: of a list in turn, or of a palette by its name."""
    one = _color(colors)
    if one is not None:
        return one
    if isinstance(colors, str) and colors != COLORBLIND_SAFE and not _is_color_map(colors):
        raise InvalidInput(
            f"{colors!r:.200} is no colour, as 'orange' and '#ff8800' are, and no palette, as {COLORBLIND_SAFE!r} and "
            "the colour maps of matplotlib are ('viridis', 'tab10')."
        )
    if not isinstance(colors, Iterable):
        return rgba_of(colors)
    return in_turn(count, colors if isinstance(colors, str) else list(colors))


def _color(given: Any) -> int | None:
    """0xRRGGBBAA of a colour; None for what is none."""
    if isinstance(given, str) and _HEX.fullmatch(given):
        return int(given[1:].ljust(8, "f"), 16)
    from matplotlib.colors import to_rgba  # noqa: PLC0415  slow to import, and most scripts need no colours

    try:
        parts = to_rgba(given)
    except (ValueError, TypeError):
        return None
    red, green, blue, alpha = (round(part * 255) for part in parts)
    return red << 24 | green << 16 | blue << 8 | alpha


def text_of(rgba: int) -> str:
    """`#rrggbb`, or `#rrggbbaa` if it is not opaque."""
    return f"#{rgba >> 8:06x}" if rgba & 0xFF == 0xFF else f"#{rgba:08x}"


def colors_by(values: Sequence[Any] | pd.Series, palette: str | Sequence[Any] | None = None) -> Rgba:
    """A colour for each value: numbers along a colour map, all else by categories.

    palette : name of a colour map of matplotlib, `colorblind`, or colours to take in turn.
    """
    series = pd.Series(values).reset_index(drop=True)
    if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series):
        return _along(series.to_numpy(np.float64), palette)
    return _by_category(series, palette)


def in_turn(count: int, palette: str | Sequence[Any] | None = None) -> Rgba:
    """Colours of a palette, one after the other."""
    if palette is None or isinstance(palette, str):
        if palette in (None, COLORBLIND_SAFE):
            turns = np.array(PALETTE, np.uint32)
        else:
            return _sampled(palette, np.linspace(0, 1, count) if count > 1 else np.zeros(count))
    else:
        if not len(palette):
            raise InvalidInput("A palette has at least one colour.")
        turns = np.array([rgba_of(color) for color in palette], np.uint32)
    return turns[np.arange(count) % len(turns)]


def _along(values: np.ndarray[Any, Any], palette: str | Sequence[Any] | None) -> Rgba:
    known = np.isfinite(values)
    low, high = (values[known].min(), values[known].max()) if known.any() else (0.0, 0.0)
    shares = np.zeros(len(values)) if high == low else (values - low) / (high - low)
    shares = np.where(known, shares, 0.0)
    if palette is None or isinstance(palette, str):
        found = along_default(shares) if palette in (None, COLORBLIND_SAFE) else _sampled(str(palette), shares)
    else:
        steps = in_turn(len(palette), palette)
        found = steps[np.minimum((shares * len(steps)).astype(int), len(steps) - 1)]
    return np.where(known, found, np.uint32(MISSING)).astype(np.uint32)


def along_default(shares: np.ndarray[Any, Any]) -> Rgba:
    """Colours of numbers from 0 to 1 where nobody chose a colour map."""
    first, last = _SEEN
    return _sampled(NUMBERS, first + shares * (last - first))


def _by_category(series: pd.Series, palette: str | Sequence[Any] | None) -> Rgba:
    names = series.map(_category)
    codes, categories = pd.factorize(names, sort=True)
    colors = in_turn(len(categories), palette)
    if not len(colors):
        return np.full(len(series), MISSING, np.uint32)
    return np.where(codes < 0, np.uint32(MISSING), colors[np.maximum(codes, 0)]).astype(np.uint32)


def _category(value: Any) -> str | None:
    if isinstance(value, list | tuple | set):
        return ", ".join(map(str, value)) or None
    return None if value is None or value == "" or value is pd.NaT or value != value else str(value)  # noqa: PLR0124


def _is_color_map(name: str) -> bool:
    import matplotlib as mpl  # noqa: PLC0415  slow to import

    return name in mpl.colormaps


def _sampled(name: str, shares: np.ndarray[Any, Any]) -> Rgba:
    import matplotlib as mpl  # noqa: PLC0415  slow to import

    if not _is_color_map(name):
        raise InvalidInput(
            f"There is no palette {name!r}: give {COLORBLIND_SAFE!r}, a colour map of matplotlib such as 'viridis' or "
            "'tab10', or a list of colours."
        )
    parts = (np.asarray(mpl.colormaps[name](shares)) * 255).round().astype(np.uint8)
    found: Rgba = np.ascontiguousarray(parts).view(">u4").ravel().astype(np.uint32)
    return found


def rgba_by_id(colors: Mapping[int, Any]) -> dict[int, int]:
    """Colours by skeleton id as 0xRRGGBBAA."""
    return {int(skeleton_id): rgba_of(color) for skeleton_id, color in colors.items()}
