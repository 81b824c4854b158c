"""Read CATMAID's project files and the answers of `/projects/export`: YAML or JSON, in old and new spellings."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from catmaid_server.domain.errors import InvalidInput

Triple = tuple[float, float, float]

_READ_OF_PROJECT: Final = frozenset({"id", "title", "name", "stacks"})
_READ_OF_STACK: Final = frozenset(
    {
        "id", "title", "name", "comment", "description", "attribution", "metadata", "orientation", "dimension",
        "resolution", "translation", "canary_location", "placeholder_color", "downsample_factors", "zoomlevels",
        "num_zoom_levels", "broken_sections", "broken_slices", "mirrors", "stackgroups", "overlays", "url",
        "image_base", "fileextension", "file_extension", "tile_width", "tile_height", "tile_source_type", "source",
    }
)  # fmt: skip
_NUMBER: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedMirror:
    """Where the tiles of a stack are. source: what another catmaid-jupyter says of it."""

    url: str
    title: str = ""
    file_extension: str = "jpg"
    tile_width: int = 256
    tile_height: int = 256
    tile_source_type: int = 1
    source: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribedStack:
    """A stack of a project file; x, y, z throughout, lengths in nm. groups: title and relation of stack groups."""

    title: str
    dimension: tuple[int, int, int]
    resolution: Triple
    translation: Triple = (0.0, 0.0, 0.0)
    orientation: int = 0
    zoom_levels: int | None = None
    downsample_factors: list[Triple] | None = None
    mirrors: list[DescribedMirror] = field(default_factory=list)
    groups: list[tuple[str, str]] = field(default_factory=list)
    broken_sections: list[int] = field(default_factory=list)
    comment: str = ""
    description: str = ""
    attribution: str | None = None
    metadata: Any = None
    canary_location: tuple[int, int, int] = (0, 0, 0)
    placeholder_color: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class ProjectFromFile:
    """A project of a project file. notes: what of it is not read."""

    title: str
    stacks: list[DescribedStack]
    notes: list[str]


def parsed_projects(text: str) -> list[ProjectFromFile]:
    """The projects of a file. Raises `InvalidInput` with the place of what is wrong."""
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = "" if mark is None else f" in line {mark.line + 1}"
        raise InvalidInput(f"This is neither YAML nor JSON{place}.") from None
    entries = content if isinstance(content, list) else [content]
    found = [
        entry["project"] for entry in entries if isinstance(entry, dict) and isinstance(entry.get("project"), dict)
    ]
    if not found or len(found) != len(entries):
        raise InvalidInput("A project file has the key 'project', or is a list of objects that have it.")
    return [_project(project) for project in found]


def _project(project: Mapping[str, Any]) -> ProjectFromFile:
    title = str(project.get("title") or project.get("name") or "").strip()
    if not title:
        raise InvalidInput("A project needs a title.")
    notes = [f"{key!r} of project {title!r} is not read." for key in project if key not in _READ_OF_PROJECT]
    stacks: list[DescribedStack] = []
    for number, stack in enumerate(project.get("stacks") or (), 1):
        if not isinstance(stack, dict):
            raise InvalidInput(f"Stack {number} of project {title!r} is no object.")
        name = str(stack.get("title") or stack.get("name") or f"stack {number}")
        try:
            stacks.extend(_stacks(stack, name))
        except (KeyError, TypeError, ValueError) as error:
            reason = f"lacks {error}" if isinstance(error, KeyError) else f"has a value that is wrong: {error}"
            raise InvalidInput(f"Stack {name!r} of project {title!r} {reason}.") from None
        notes += [f"{key!r} of stack {name!r} is not read." for key in stack if key not in _READ_OF_STACK]
    return ProjectFromFile(title, stacks, notes)


def _stacks(stack: Mapping[str, Any], title: str) -> list[DescribedStack]:
    """A stack, and its overlays as channels of one group."""
    x, y, z = (int(value) for value in _numbers(stack["dimension"], 3))
    overlays = stack.get("overlays") or []
    groups = [(str(group["title"]), str(group.get("relation", "view"))) for group in stack.get("stackgroups") or ()]
    together = f"{title} and overlays"
    factors = stack.get("downsample_factors")
    levels = stack.get("zoomlevels", stack.get("num_zoom_levels"))
    main = DescribedStack(
        title=title,
        dimension=(x, y, z),
        resolution=_triple(stack["resolution"]),
        translation=_triple(stack.get("translation") or (0, 0, 0)),
        orientation=_orientation(stack.get("orientation") or 0),
        zoom_levels=None if levels is None or int(levels) < 0 else int(levels) + ("num_zoom_levels" in stack),
        downsample_factors=[_triple(factor) for factor in factors] if factors else None,
        mirrors=_mirrors(stack),
        groups=[*groups, *([(together, "channel")] if overlays else [])],
        broken_sections=[int(number) for number in stack.get("broken_sections") or stack.get("broken_slices") or ()],
        comment=str(stack.get("comment") or ""),
        description=str(stack.get("description") or ""),
        attribution=stack.get("attribution"),
        metadata=stack.get("metadata"),
        canary_location=_whole_triple(stack.get("canary_location") or (0, 0, 0)),
        placeholder_color=_color(stack.get("placeholder_color")),
    )
    return [main, *(_overlay(overlay, main, together) for overlay in overlays)]


def _overlay(overlay: Mapping[str, Any], main: DescribedStack, group: str) -> DescribedStack:
    return DescribedStack(
        title=str(overlay.get("title") or overlay["name"]),
        dimension=main.dimension,
        resolution=main.resolution,
        translation=main.translation,
        orientation=main.orientation,
        zoom_levels=main.zoom_levels,
        downsample_factors=main.downsample_factors,
        mirrors=_mirrors(overlay),
        groups=[(group, "channel")],
        broken_sections=main.broken_sections,
    )


def _mirrors(holder: Mapping[str, Any]) -> list[DescribedMirror]:
    """The mirrors, the best first; an old stack is a mirror of its own."""
    listed = sorted(holder.get("mirrors") or (), key=lambda mirror: int(mirror.get("position") or 0))
    if not listed and ("url" in holder or "image_base" in holder):
        listed = [{key: value for key, value in holder.items() if key not in ("title", "name")}]
    if not listed:
        raise ValueError("there is neither a mirror nor a url; folders beside a file are brought in by `import stack`")
    return [
        DescribedMirror(
            url=str(mirror.get("url") or mirror["image_base"]),
            title=str(mirror.get("title") or ""),
            file_extension=str(mirror.get("fileextension") or mirror.get("file_extension") or "jpg").lstrip("."),
            tile_width=int(mirror.get("tile_width") or 256),
            tile_height=int(mirror.get("tile_height") or 256),
            tile_source_type=int(mirror.get("tile_source_type") or 1),
            source=mirror.get("source"),
        )
        for mirror in listed
    ]


def _numbers(value: Any, count: int) -> list[float]:
    """Numbers from a list, or from text in parentheses."""
    numbers = (
        [float(part) for part in _NUMBER.findall(value)]
        if isinstance(value, str)
        else [float(part) for part in (value.values() if isinstance(value, Mapping) else value)]
    )
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        raise ValueError(f"{value!r} is not {count} numbers")
    return numbers


def _triple(value: Any) -> Triple:
    x, y, z = _numbers(value, 3)
    return x, y, z


def _whole_triple(value: Any) -> tuple[int, int, int]:
    x, y, z = (int(part) for part in _numbers(value, 3))
    return x, y, z


def _color(value: Any) -> tuple[float, float, float, float]:
    if not value:
        return 0.0, 0.0, 0.0, 1.0
    red, green, blue, alpha = _numbers(value, 4)
    return red, green, blue, alpha


def _orientation(value: Any) -> int:
    names: Sequence[str] = ("xy", "xz", "zy")
    number = names.index(value.lower()) if isinstance(value, str) and value.lower() in names else int(value)
    if not 0 <= number <= 2:
        raise ValueError(f"the orientation {value!r} is none of 0 (xy), 1 (xz) and 2 (zy)")
    return number
