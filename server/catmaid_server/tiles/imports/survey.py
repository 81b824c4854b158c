"""Find the sections of a stack in image files, before any is decoded."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.imports.grey import ValueRange
from catmaid_server.tiles.imports.image_files import survey_image
from catmaid_server.tiles.imports.numbering import FileOrder, natural_key, order_files
from catmaid_server.tiles.imports.pages import NoSuchPlane, PageHead, PlaneChoice
from catmaid_server.tiles.imports.sections import (
    TIFF_EXTENSIONS,
    BadSection,
    BadSections,
    FileSection,
    MissingSection,
    StoredSection,
    readable,
    reason_of,
)
from catmaid_server.tiles.imports.tiff import survey_pages

EXTENSIONS: Final = TIFF_EXTENSIONS | {".png", ".jpg", ".jpeg"}
"""Endings, in lower case, of the files that can be sections."""

LARGEST_SECTION: Final = 2**31
"""Pixels; a section is decoded as a whole."""


@dataclass(frozen=True, slots=True)
class SectionChoice:
    """How sections are made of files.

    value_range: the values that become black and white; None: found. channel, time_point: from 1; None: the first.
    renumber: files are neighbours, whatever numbers their names have.
    """

    value_range: ValueRange | None = None
    channel: int | None = None
    time_point: int | None = None
    renumber: bool = False


@dataclass(frozen=True, slots=True)
class SurveyedStack:
    """The sections along z, the unusable ones in their places; notes: what was decided that nobody asked for."""

    sections: Sequence[StoredSection | BadSection]
    value_range: ValueRange | None
    notes: list[str]


def section_files(source: Path | Iterable[Path]) -> list[Path]:
    """All image files that `source` (a folder, a file, or several of either) names.

    Links keep their own names: a link is a section, too, where another name of its file is one already.

    Raises `InvalidInput` if a path does not exist or is no image, or if there is none at all.
    """
    given = [source] if isinstance(source, Path) else list(source)
    found: list[Path] = []
    for path in given:
        if path.is_dir():
            found += [
                p
                for p in path.iterdir()
                if p.suffix.lower() in EXTENSIONS and not p.name.startswith(".") and p.is_file()
            ]
        elif not path.is_file():
            raise InvalidInput(f"There is no file or folder {path}.")
        elif path.suffix.lower() not in EXTENSIONS:
            raise InvalidInput(f"{path} is not a TIFF, PNG or JPEG file.")
        else:
            found.append(path)
    if not found:
        raise InvalidInput(f"No TIFF, PNG or JPEG file in {', '.join(map(str, given)) or 'an empty list'}.")
    return sorted({path.absolute() for path in found}, key=natural_key)


def survey(source: Path | Iterable[Path], choice: SectionChoice | None = None) -> SurveyedStack:
    """Read the heads of all files and list their sections along z.

    The size that most sections have is the stack's; sections of another size are bad.

    Raises
    ------
    BadSections
        If there is no section that can be used.
    InvalidInput
        If the numbers in the file names cannot be those of sections.
    """
    # Sections of real stacks are larger than what Pillow takes for an attack.
    Image.MAX_IMAGE_PIXELS = None
    choice = choice or SectionChoice()
    order = order_files(section_files(source), renumber=choice.renumber)
    found = [_sections_of(path, choice) for path in order.files]
    entries = _with_missing(order, [sections for sections, _ in found])
    sizes = Counter(entry.size for entry in entries if not isinstance(entry, BadSection))
    if not entries:
        raise InvalidInput(
            f"{order.files[0].name} has no section of this channel and time point; import all files of a set together."
        )
    if not sizes:
        raise BadSections([entry for entry in entries if isinstance(entry, BadSection)])
    common = sizes.most_common(1)[0][0]
    notes = [*order.notes, *_joined_notes(order.files, [said for _, said in found])]
    return SurveyedStack([_unless_odd(entry, common) for entry in entries], choice.value_range, notes)


def _with_missing(
    order: FileOrder, sections_of_files: Sequence[Sequence[StoredSection | BadSection]]
) -> list[StoredSection | BadSection]:
    """All sections along z, with one for each file that is missing."""
    if order.missing and any(len(sections) > 1 for sections in sections_of_files):
        return _in_blocks(order, sections_of_files)
    entries: list[StoredSection | BadSection] = []
    for index, sections in enumerate(sections_of_files):
        entries += [MissingSection(readable(name), "is missing") for name in order.missing_before.get(index, ())]
        entries += sections
    return entries


def _in_blocks(
    order: FileOrder, sections_of_files: Sequence[Sequence[StoredSection | BadSection]]
) -> list[StoredSection | BadSection]:
    """Sections of files with several: a number may be that of a file's first section, but no file may be missing."""
    for index, names in order.missing_before.items():
        if len(names) + 1 != len(sections_of_files[index - 1]):
            raise InvalidInput(
                f"{names[0]} is missing, and nobody knows how many sections it has. Add it, or --renumber takes the"
                f" sections of {order.files[index].name} as those after {order.files[index - 1].name}."
            )
    return [entry for sections in sections_of_files for entry in sections]


def _unless_odd(entry: StoredSection | BadSection, common: tuple[int, int]) -> StoredSection | BadSection:
    if isinstance(entry, BadSection) or entry.size == common:
        return entry
    return BadSection(
        entry.name, f"is {entry.size[0]} x {entry.size[1]} pixels; the stack is {common[0]} x {common[1]}"
    )


def _sections_of(path: Path, choice: SectionChoice) -> tuple[list[StoredSection | BadSection], list[str]]:
    """The sections of a file, and what was decided about it."""
    file_name = readable(path.name)
    planes = PlaneChoice(choice.channel, choice.time_point)
    try:
        status = path.stat()
        if path.suffix.lower() in TIFF_EXTENSIONS:
            surveyed = survey_pages(path, planes)
            heads, problem, notes = surveyed.pages, surveyed.problem, surveyed.notes
        else:
            head, notes = survey_image(path, planes)
            heads, problem = [head], None
    except NoSuchPlane as error:
        return [BadSection(file_name, str(error))], []
    except Exception as error:  # decoders raise all kinds of errors over bytes they did not expect
        return [BadSection(file_name, reason_of(error))], []
    sections = [
        _section_of(
            path,
            head,
            file_name if len(heads) == 1 else f"{file_name} page {head.page + 1}",
            f"{path.name}:{head.page}:{status.st_size}:{status.st_mtime_ns}",
            choice.value_range,
        )
        for head in heads
    ]
    if problem is not None:
        sections.append(BadSection(f"{file_name} page {len(heads) + 1}", problem))
    return sections, notes


def _section_of(
    path: Path, head: PageHead, name: str, fingerprint: str, value_range: ValueRange | None
) -> StoredSection | BadSection:
    """The section of a page, unless nobody can have so many pixels."""
    width, height = head.size
    if width < 1 or height < 1 or width * height > LARGEST_SECTION:
        return BadSection(
            name, f"claims to have {width} x {height} pixels; a section has 1 to {LARGEST_SECTION:,} of them"
        )
    chosen = "" if head.channel is None else f":channel {head.channel}"
    section = FileSection(
        path, head.page, name, fingerprint + chosen, head.size, head.values, None, head.display_range, head.channel
    )
    return section if value_range is None else ranged(section, value_range)


def ranged(section: StoredSection, value_range: ValueRange) -> StoredSection:
    """The section with other values for black and white."""
    low, high = value_range
    return dataclasses.replace(
        section, value_range=value_range, fingerprint=f"{section.fingerprint}:{float(low)}..{float(high)}"
    )


def _joined_notes(files: Sequence[Path], notes_of_files: Sequence[Sequence[str]]) -> list[str]:
    """Each note once, with the files that it is about."""
    about: dict[str, list[str]] = {}
    for path, notes in zip(files, notes_of_files, strict=True):
        for note in notes:
            about.setdefault(note, []).append(readable(path.name))
    return [f"{_listed(names)}: {note}" for note, names in about.items()]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
