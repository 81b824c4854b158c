"""Find which values of 16 bit, signed or floating sections are black and white."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.imports.grey import ValueRange, ValueType
from catmaid_server.tiles.imports.sections import StoredSection
from catmaid_server.tiles.imports.survey import SurveyedStack, ranged

_SECTIONS_READ: Final = 24
_VALUES_READ: Final = 1 << 18
_OUTERMOST: Final = 1e-4
"""The share of the darkest and of the brightest values that may be defects of the camera."""

_CLIPPED_AT_MOST: Final = 0.05
_USED_AT_LEAST: Final = 0.25
_8_BIT: Final = ValueType("uint8", 8)
_DARK: Final = 63
_CHANGE: Final = "--range BLACK,WHITE changes that"


def with_range(stack: SurveyedStack) -> SurveyedStack:
    """The stack with one range of values for all sections that need one, found and said.

    The range that the files name is taken where all name one and their values fill it; else the range of the values
    of up to 24 sections. 8 bit sections stay as they are.

    Raises `InvalidInput` if one given range cannot be right, as the sections have values of several types.
    """
    good = [section for section in stack.sections if isinstance(section, StoredSection)]
    types = Counter(str(section.values) for section in good)
    if stack.value_range is not None:
        if len(types) > 1:
            raise InvalidInput(f"The sections have values of several types ({_counted(types)}): --range is for one.")
        return stack
    needing = [section for section in good if section.values.needs_range]
    if not needing:
        return dataclasses.replace(stack, notes=[*stack.notes, *_notes_of_dark(good)])
    notes = [*stack.notes]
    if len(types) > 1:
        notes.append(f"The sections have values of several types: {_counted(types)}.")
    value_range, note = _found(needing)
    if value_range is None:
        return dataclasses.replace(stack, notes=notes)
    sections = [
        ranged(section, value_range) if isinstance(section, StoredSection) and section.values.needs_range else section
        for section in stack.sections
    ]
    return SurveyedStack(sections, value_range, [*notes, f"{needing[0].values} values {note}; {_CHANGE}."])


def _notes_of_dark(sections: Sequence[StoredSection]) -> list[str]:
    """What is said of 8 bit sections whose values are a small part of those that are possible."""
    if any(section.values != _8_BIT for section in sections):
        return []
    samples = [_sample(sections[index]) for index in sorted({0, len(sections) // 2, len(sections) - 1})]
    values = np.concatenate([sample for sample in samples if sample.size] or [np.empty(0)])
    if not values.size or not 0 < values.max() <= _DARK:
        return []
    found = f"{values.min()}..{values.max()}"
    return [
        f"The values are {found} of 0..255, so the images are dark; --range {found.replace('..', ',')} stretches them."
    ]


def _counted(types: Counter[str]) -> str:
    return ", ".join(f"{count} x {name}" for name, count in types.most_common())


def _found(sections: Sequence[StoredSection]) -> tuple[ValueRange | None, str]:
    """The range and where it is from; None if no section can be read, which the import itself reports."""
    read = sorted({round(i * (len(sections) - 1) / (_SECTIONS_READ - 1)) for i in range(_SECTIONS_READ)})
    samples = [sample for sample in (_sample(sections[index]) for index in read) if sample.size]
    if not samples:
        return None, ""
    values = np.sort(np.concatenate(samples))
    outermost = int(len(values) * _OUTERMOST)
    low, high = float(values[outermost]), float(values[-1 - outermost])
    if low == high:
        low, high = float(values[0]), float(values[-1])
    named = _named_range(sections)
    if named is not None and _fits(named, values, low, high):
        return named, f"{_shown(named)} become black to white, as the files say"
    where = f"{len(samples)} of {len(sections)} sections" if len(samples) < len(sections) else "all sections"
    if low == high:
        value_range = (low, low + 1)
        return value_range, f"are {low:g} in {where}, and become black"
    contrary = "" if named is None else f", not {_shown(named)} as the files say"
    return (low, high), f"{_shown((low, high))} become black to white, as found in {where}{contrary}"


def _shown(value_range: ValueRange) -> str:
    return f"{value_range[0]:g}..{value_range[1]:g}"


def _sample(section: StoredSection) -> NDArray[Any]:
    """Evenly spaced values of a section, without what is no real number; none if it cannot be read."""
    try:
        image = section.stored().image
    except Exception:
        return np.empty(0)
    if image.dtype.kind not in "biuf":
        return np.empty(0)
    if image.ndim == 3:
        image = image[:, :, section.channel or 0] if section.channel is not None else image[:, :, :3]
    values = image.reshape(-1)
    step = max(1, values.size // _VALUES_READ) | 1
    values = values[::step]
    return values[np.isfinite(values)] if values.dtype.kind == "f" else values


def _named_range(sections: Sequence[StoredSection]) -> ValueRange | None:
    """The range from the smallest to the largest value that the files name; None unless each names some."""
    named = [section.display_range for section in sections if section.display_range is not None]
    if len(named) < len(sections):
        return None
    return min(low for low, _ in named), max(high for _, high in named)


def _fits(named: ValueRange, values: NDArray[Any], low: float, high: float) -> bool:
    """Whether values would neither be clipped nor all become nearly the same grey."""
    clipped = np.count_nonzero((values < named[0]) | (values > named[1])) / len(values)
    return bool(clipped <= _CLIPPED_AT_MOST and high - low >= _USED_AT_LEAST * (named[1] - named[0]))
