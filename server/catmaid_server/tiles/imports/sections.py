"""The sections of a stack: pages of image files, or images that a program makes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.imports.grey import ValueRange, ValueType
from catmaid_server.tiles.imports.image_files import read_image
from catmaid_server.tiles.imports.pages import PageValues
from catmaid_server.tiles.imports.tiff import read_page

TIFF_EXTENSIONS: Final = frozenset({".tif", ".tiff"})


class PlaneReader(Protocol):
    """Reads the (y, x) values of a section of a volume."""

    def __call__(self, index: int, *, alone: bool = False) -> NDArray[Any]:
        """Read one; alone: none beside it will be asked for soon."""


class Section(Protocol):
    """One image to come at its place along z."""

    @property
    def name(self) -> str:
        """What to call it in a message."""

    @property
    def fingerprint(self) -> str:
        """Changes when the pixels may have changed."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""

    def pixels(self) -> NDArray[Any]:
        """The image, (height, width), of the volume's type; raises anything at all if it cannot be read."""


@dataclass(frozen=True, slots=True)
class BadSection:
    """A section that cannot be used, and why."""

    name: str
    reason: str


class MissingSection(BadSection):
    """A section without an image, as its number is missing: black and broken, whatever is to be done with bad ones."""


class BadSections(InvalidInput):
    """Some sections are unreadable, truncated or of another size; `sections` has them all."""

    def __init__(self, sections: Sequence[BadSection], *, shown: int = 20) -> None:
        self.sections = tuple(sections)
        lines = [f"  {bad.name}: {bad.reason}" for bad in self.sections[:shown]]
        if len(self.sections) > shown:
            lines.append(f"  and {len(self.sections) - shown} more")
        super().__init__(
            f"{len(self.sections)} section(s) cannot be used, so nothing was registered:\n"
            + "\n".join(lines)
            + "\nMend them and repeat the command (finished sections are not read again), or skip them: they"
            " become black, broken sections."
        )


@dataclass(frozen=True, slots=True)
class FileSection:
    """A page of an image file.

    values: how its pixels are stored. value_range: the values that become black and white. display_range: what the
    file says of that. channel: the sample, from 0, that is taken instead of luma.
    """

    path: Path
    page: int
    name: str
    fingerprint: str
    size: tuple[int, int]
    values: ValueType
    value_range: ValueRange | None = None
    display_range: ValueRange | None = None
    channel: int | None = None

    def pixels(self) -> NDArray[np.uint8]:
        """Decode to 8 bit grey: other values scaled from `value_range`, colours to luma."""
        return self.stored().to_grey(self.value_range, self.channel)

    def stored(self) -> PageValues:
        """Decode to the values as they are in the file."""
        if self.path.suffix.lower() in TIFF_EXTENSIONS:
            return read_page(self.path, self.page)
        return read_image(self.path)


@dataclass(frozen=True, slots=True)
class VolumeSection:
    """A section of a volume.

    plane: its values (y, x), by index; `alone` if its neighbours are not wanted. The rest as of `FileSection`.
    """

    plane: PlaneReader
    index: int
    name: str
    fingerprint: str
    size: tuple[int, int]
    values: ValueType
    value_range: ValueRange | None = None
    display_range: ValueRange | None = None
    channel: int | None = None

    def pixels(self) -> NDArray[np.uint8]:
        """In 8 bit grey: other values scaled from `value_range`."""
        return PageValues(self.plane(self.index)).to_grey(self.value_range)

    def stored(self) -> PageValues:
        """The values as they are in the volume."""
        return PageValues(self.plane(self.index, alone=True))


StoredSection: TypeAlias = FileSection | VolumeSection
"""A section whose values may be of any type."""


@dataclass(frozen=True, slots=True)
class LabelSection:
    """A section of ids, which stay as they are; dtype: unsigned integers."""

    section: StoredSection
    dtype: str

    @property
    def name(self) -> str:
        """What to call it in a message."""
        return self.section.name

    @property
    def fingerprint(self) -> str:
        """Changes when the ids may have changed."""
        return f"{self.section.fingerprint}:labels"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.section.size

    def pixels(self) -> NDArray[Any]:
        """The ids. Raises `ValueError` if the values are none."""
        stored = self.section
        image = stored.plane(stored.index) if isinstance(stored, VolumeSection) else stored.stored().image
        if image.ndim != 2 or image.dtype.kind not in "iub":
            raise ValueError(f"its values are {image.dtype}, and ids are whole numbers")
        if image.dtype.kind == "i" and image.size and image.min() < 0:
            raise ValueError("it has values below 0, which are no ids")
        return image.astype(self.dtype)


@dataclass(frozen=True, slots=True)
class ArraySection:
    """A section that a program makes when it is needed."""

    index: int
    size: tuple[int, int]
    fingerprint: str
    make: Callable[[int], NDArray[np.uint8]]

    @property
    def name(self) -> str:
        """Its place in the stack."""
        return f"section {self.index}"

    def pixels(self) -> NDArray[np.uint8]:
        """Call `make` with the index."""
        return self.make(self.index)


def readable(name: str) -> str:
    """A file name that can be stored and printed: bytes that are not UTF-8 become U+FFFD."""
    return os.fsencode(name).decode(errors="replace")


def reason_of(error: BaseException) -> str:
    """One line on why a section could not be read."""
    text = " ".join(str(error).split())
    return f"cannot be read: {text or type(error).__name__}"
