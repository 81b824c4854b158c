"""Read NML, the files of webKnossos and KNOSSOS: each `thing` is a tree of nodes in voxels."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.importers.node_rows import NodeRows, number, radius, stray_labels, trees_of, whole
from catmaid_server.transfer.importers.source_trees import SourceFile, SourceTree
from catmaid_server.transfer.importers.xml_elements import visit_elements
from catmaid_wire.forest import TreeChoice

ROOT = "things"
BRANCH_LABEL = "branchpoint"
_UNITS = {"": 1.0, "nm": 1.0, "nanometer": 1.0, "um": 1e3, "µm": 1e3, "micrometer": 1e3, "mm": 1e6, "millimeter": 1e6}
"""nm of each unit of the scale."""


@dataclass
class _Thing:
    """One tree: its nodes by id in the order of the file, and its edges."""

    name: str
    group: str
    nodes: dict[int, tuple[str, tuple[float, float, float], float]] = field(default_factory=dict)
    """Place in the file, position in voxels, radius in nm."""
    edges: list[tuple[str, int, int]] = field(default_factory=list)


@dataclass
class _NmlReader:
    """What was read so far."""

    path: Path
    scale: tuple[float, float, float] | None = None
    things: list[_Thing] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    labels: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def visit(self, tags: tuple[str, ...], attributes: dict[str, str], line: int) -> None:
        """Read one element."""
        if len(tags) == 1 and tags[0] != ROOT:
            raise BadFile(self.path, f"its root is {tags[0]!r}, that of NML is {ROOT!r}", line=line)
        place = f"line {line}"
        match tags[1:]:
            case ("parameters", "scale"):
                unit = _UNITS.get(attributes.get("unit", "").lower())
                if unit is None:
                    raise BadFile(self.path, f"unit {attributes['unit']!r} of the scale is not known", line=line)
                x, y, z = (unit * self._number(attributes, axis, place) for axis in "xyz")
                self.scale = (x, y, z)
            case ("thing",):
                name = attributes.get("name") or f"tree {attributes.get('id', len(self.things) + 1)}"
                self.things.append(_Thing(name, attributes.get("groupId", "")))
            case ("thing", "nodes", "node"):
                self._node(attributes, place)
            case ("thing", "edges", "edge"):
                source, target = (self._id(attributes, name, place) for name in ("source", "target"))
                self.things[-1].edges.append((place, source, target))
            case ("branchpoints", "branchpoint"):
                self.labels[BRANCH_LABEL].append(self._id(attributes, "id", place))
            case ("comments", "comment") if attributes.get("content", "").strip():
                self.labels[attributes["content"].strip()].append(self._id(attributes, "node", place))
            case ("groups", *_, "group"):
                self.groups[attributes.get("id", "")] = attributes.get("name", "").strip()
            case _:
                pass

    def _node(self, attributes: dict[str, str], place: str) -> None:
        node_id = self._id(attributes, "id", place)
        x, y, z = (self._number(attributes, axis, place) for axis in "xyz")
        thing = self.things[-1]
        if node_id in thing.nodes:
            raise BadFile(self.path, f"{place}: node {node_id} is already in {thing.nodes[node_id][0]}")
        thing.nodes[node_id] = (place, (x, y, z), radius(self.path, attributes.get("radius"), f"{place}: radius"))

    def _id(self, attributes: dict[str, str], name: str, place: str) -> int:
        return whole(self.path, attributes.get(name), f"{place}: {name}")

    def _number(self, attributes: dict[str, str], name: str, place: str) -> float:
        return number(self.path, attributes.get(name), f"{place}: {name}")


def read_nml(path: Path, content: bytes, *, trees: TreeChoice) -> SourceFile:
    """Read an NML file.

    Each thing becomes a neuron with the thing's name, rooted at its first node; the group it is in becomes an
    annotation, comments and branch points become labels. Radii are nm. A thing of several parts is several trees.

    Raises
    ------
    BadFile
        If it is not NML, says no scale, or a thing is not a tree.
    """
    reader = _NmlReader(path)
    visit_elements(path, content, reader.visit)
    if reader.scale is None or min(reader.scale) <= 0:
        raise BadFile(path, "it does not say its scale, the size of a voxel in nm (parameters/scale with x, y, z)")
    made: list[SourceTree] = []
    empty = left_out = 0
    for thing in reader.things:
        if not thing.nodes:
            empty += 1
            continue
        found, more = trees_of(path, _rows(path, thing, reader), trees)
        made += found
        left_out += more
    if not made:
        raise BadFile(path, "there is no node in it")
    stray = stray_labels(reader.labels, {node_id for thing in reader.things for node_id in thing.nodes})
    notes = [
        (empty, "trees without nodes skipped"),
        (stray, "comments or branch points left out, whose nodes are not in the file"),
        (left_out, "more trees left out"),
    ]
    return SourceFile(tuple(made), tuple(f"{count} {text}" for count, text in notes if count))


def _rows(path: Path, thing: _Thing, reader: _NmlReader) -> NodeRows:
    """The nodes of a thing, each part rooted at its first node."""
    neighbours: dict[int, list[int]] = {node_id: [] for node_id in thing.nodes}
    for place, source, target in thing.edges:
        for node_id in (source, target):
            if node_id not in neighbours:
                raise BadFile(path, f"{place}: node {node_id} is not in tree {thing.name!r}")
        neighbours[source].append(target)
        neighbours[target].append(source)
    parents = _rooted(neighbours)
    joined = sum(parent >= 0 for parent in parents.values())
    if len({frozenset(edge[1:]) for edge in thing.edges}) > joined:
        raise BadFile(path, f"tree {thing.name!r} has a cycle: {len(thing.edges)} edges join {len(parents)} nodes")
    group = reader.groups.get(thing.group, "")
    rows = NodeRows(thing.name, labels=reader.labels, annotations=(group,) if group else ())
    sx, sy, sz = reader.scale or (1.0, 1.0, 1.0)
    for node_id, (place, (x, y, z), node_radius) in thing.nodes.items():
        rows.add(place, node_id, parents[node_id], (x * sx, y * sy, z * sz), node_radius)
    return rows


def _rooted(neighbours: dict[int, list[int]]) -> dict[int, int]:
    """The parent of each node; -1 for the first of each part."""
    parents: dict[int, int] = {}
    for first in neighbours:
        if first in parents:
            continue
        parents[first] = -1
        front = [first]
        while front:
            node_id = front.pop()
            for neighbour in neighbours[node_id]:
                if neighbour not in parents:
                    parents[neighbour] = node_id
                    front.append(neighbour)
    return parents
