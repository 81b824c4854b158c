"""Read `.traces`, the files of Simple Neurite Tracer (SNT): paths of points, which start on other paths."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.file_names import readable_stem
from catmaid_server.transfer.importers.node_rows import NodeRows, number, radius, trees_of, types_note, whole
from catmaid_server.transfer.importers.source_trees import SourceFile
from catmaid_server.transfer.importers.xml_elements import visit_elements
from catmaid_wire.forest import TreeChoice

ROOT = "tracings"
_UNITS = {"nm": 1.0, "um": 1e3, "µm": 1e3, "μm": 1e3, "micron": 1e3, "microns": 1e3, "mm": 1e6, "cm": 1e7}
"""nm of each unit; both spellings of micro."""


@dataclass
class _TracedPath:
    """One path: where it starts, and its points."""

    place: str
    attributes: dict[str, str]
    points: list[tuple[float, float, float]] = field(default_factory=list)
    """nm"""
    radii: list[float] = field(default_factory=list)
    """nm, -1 where unset."""


@dataclass
class _TracesReader:
    """What was read so far; `scale` is nm per unit, if somebody says so."""

    path: Path
    scale: float | None
    spacing: tuple[float, float, float] | None = None
    paths: dict[int, _TracedPath] = field(default_factory=dict)
    current: _TracedPath | None = None

    def visit(self, tags: tuple[str, ...], attributes: dict[str, str], line: int) -> None:
        """Read one element."""
        if len(tags) == 1 and tags[0] != ROOT:
            raise BadFile(self.path, f"its root is {tags[0]!r}, that of traces is {ROOT!r}", line=line)
        match tags[1:]:
            case ("samplespacing",):
                self._spacing(attributes, line)
            case ("path",):
                path_id = whole(self.path, attributes.get("id"), f"line {line}: id of a path")
                if path_id in self.paths:
                    raise BadFile(self.path, f"path {path_id} is already in {self.paths[path_id].place}", line=line)
                self.current = self.paths[path_id] = _TracedPath(f"line {line}", attributes)
            case ("path", "point") if self.current is not None:
                self.current.points.append(self._position(attributes, "", line))
                thick = radius(self.path, attributes.get("r"), f"line {line}: r")
                self.current.radii.append(thick if thick < 0 else thick * (self.scale or 1.0))
            case _:
                pass

    def _spacing(self, attributes: dict[str, str], line: int) -> None:
        units = attributes.get("units", "").strip().lower()
        if self.scale is None:
            if units not in _UNITS:
                raise BadFile(self.path, f"its unit is {units!r}; --scale should say how many nm that is", line=line)
            self.scale = _UNITS[units]
        x, y, z = (number(self.path, attributes.get(axis), f"line {line}: {axis}") for axis in "xyz")
        self.spacing = (x, y, z)

    def _position(self, attributes: dict[str, str], prefix: str, line: int) -> tuple[float, float, float]:
        """A position in nm: `xd`, `yd`, `zd` in units, or `x`, `y`, `z` in voxels."""
        if self.spacing is None or self.scale is None:
            raise BadFile(self.path, "samplespacing should come before the paths", line=line)
        values: list[float] = []
        for axis, step in zip("xyz", self.spacing, strict=True):
            name = f"{prefix}{axis}d"
            if name in attributes:
                value = number(self.path, attributes[name], f"line {line}: {name}")
            else:
                value = step * number(self.path, attributes.get(prefix + axis), f"line {line}: {prefix}{axis}")
            values.append(value * self.scale)
        return values[0], values[1], values[2]

    def start(self, traced: _TracedPath) -> tuple[float, float, float]:
        """Where a path starts on another, nm."""
        return self._position(traced.attributes, "starts", int(traced.place.split()[1]))


def read_traces(path: Path, content: bytes, *, scale: float | None, trees: TreeChoice, soma_label: bool) -> SourceFile:
    """Read a `.traces` file.

    Paths that start on others are joined to them. Fitted copies of paths are left out.

    Parameters
    ----------
    path, content
        Its name, and the XML in it.
    scale
        nm per unit; None: what the file says.
    trees
        Whether a file of several trees is refused, gives its first tree, or all.
    soma_label
        Whether points of type 1 get the label `soma`.

    Raises
    ------
    BadFile
        If it is not such a file, or its paths are not trees.
    """
    reader = _TracesReader(path, scale)
    visit_elements(path, content, reader.visit)
    kept = {path_id: traced for path_id, traced in reader.paths.items() if "fittedversionof" not in traced.attributes}
    rows = _rows(reader, kept, soma_label=soma_label)
    if not rows.ids:
        raise BadFile(path, "there is no path with points in it")
    found, left_out = trees_of(path, rows, trees)
    notes = [(len(reader.paths) - len(kept), "fitted paths left out"), (left_out, "more trees left out")]
    texts = [*(f"{count} {text}" for count, text in notes if count), types_note(rows.lost_types)]
    return SourceFile(tuple(found), tuple(text for text in texts if text))


def _rows(reader: _TracesReader, paths: dict[int, _TracedPath], *, soma_label: bool) -> NodeRows:
    """The points of all paths, numbered from 1."""
    rows = NodeRows(readable_stem(reader.path))
    firsts: dict[int, int] = {}
    count = 0
    for path_id, traced in paths.items():
        firsts[path_id] = count + 1
        count += len(traced.points)
    for path_id, traced in paths.items():
        first = firsts[path_id]
        for at, position in enumerate(traced.points):
            parent_id = first + at - 1 if at else _start(reader, paths, firsts, traced)
            rows.add(f"path {path_id}, point {at}", first + at, parent_id, position, traced.radii[at])
        for node_id in range(first, first + len(traced.points)):
            rows.add_type(node_id, traced.attributes.get("swctype"), soma_label=soma_label)
    return rows


def _start(reader: _TracesReader, paths: dict[int, _TracedPath], firsts: dict[int, int], traced: _TracedPath) -> int:
    """Id of the point that a path starts on: by its index, else the nearest to where it starts; -1 for none."""
    if "startson" not in traced.attributes:
        return -1
    parent = whole(reader.path, traced.attributes["startson"], f"{traced.place}: startson")
    if parent not in paths or not paths[parent].points:
        raise BadFile(reader.path, f"{traced.place}: the path starts on path {parent}, which is not in the file")
    points = paths[parent].points
    if "startsindex" in traced.attributes:
        at = whole(reader.path, traced.attributes["startsindex"], f"{traced.place}: startsindex")
        if at >= len(points):
            raise BadFile(reader.path, f"{traced.place}: startsindex is {at}, path {parent} has {len(points)} points")
    else:
        at = int(np.argmin(np.linalg.norm(np.array(points) - np.array(reader.start(traced)), axis=1)))
    return firsts[parent] + at
