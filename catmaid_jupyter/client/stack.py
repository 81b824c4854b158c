"""An image stack as a project sees it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.model.units import format_length


@dataclass(frozen=True, slots=True, repr=False)
class Stack(Public):
    """An image stack, placed in a project.

    dimension : (x, y, z) pixels at full resolution; z counts sections.
    resolution : (x, y, z) nm for each pixel and section.
    translation : (x, y, z) nm, where pixel (0, 0, 0) lies in the project.
    broken_sections : sections along z, from 0, whose image is missing.
    info : all that the server says, mirrors included, in CATMAID's shape.
    notes : what `project.add_stack` found, and decided because nobody asked for it.
    """

    _internal: ClassVar = frozenset({"from_info", "place", "with_notes"})

    id: int
    title: str
    dimension: tuple[int, int, int]
    resolution: tuple[float, float, float]
    translation: tuple[float, float, float]
    broken_sections: tuple[int, ...]
    info: dict[str, Any] = field(compare=False)
    place: Place | None = field(default=None, compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def from_info(cls, info: dict[str, Any], place: Place | None = None) -> Stack:
        """Read the answer of `stack/{id}/info`; `InvalidInput` if it is incomplete."""
        try:
            dimension, resolution, translation = (
                tuple(info[name][axis] for axis in "xyz") for name in ("dimension", "resolution", "translation")
            )
            broken = tuple(sorted(int(section) for section in info.get("broken_slices") or ()))
            return cls(int(info["sid"]), str(info["stitle"]), dimension, resolution, translation, broken, info, place)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput(f"The server's description of the stack lacks {error}.") from None

    def with_notes(self, notes: Sequence[str]) -> Stack:
        """The same stack, with what was found when it was registered."""
        return replace(self, notes=tuple(notes))

    @property
    def extent(self) -> tuple[float, float, float]:
        """(x, y, z) size in nm."""
        x, y, z = (pixels * nm for pixels, nm in zip(self.dimension, self.resolution, strict=True))
        return x, y, z

    @property
    def center(self) -> tuple[float, float, float]:
        """(x, y, z) of the middle, nm in project space."""
        x, y, z = (start + size / 2 for start, size in zip(self.translation, self.extent, strict=True))
        return x, y, z

    def __reduce__(self) -> tuple[Any, ...]:
        return Stack.from_info, (self.info,)  # without the connection

    def __repr__(self) -> str:
        return f"<Stack {self.id} {self.title!r}: {self._size()}>"

    def _repr_html_(self) -> str:
        return f"<b>{html.escape(self.title)}</b> (stack {self.id})<br>{html.escape(self._size())}"

    def _size(self) -> str:
        x, y, z = self.dimension
        rx, ry, rz = self.resolution
        width, height, depth = (format_length(size) for size in self.extent)
        return f"{x} x {y} px, {z} sections at {rx:g} x {ry:g} x {rz:g} nm = {width} x {height} x {depth}"
