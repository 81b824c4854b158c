"""Read skeletons as JSON: answers of CATMAID (`compact-detail`, `compact-json`), and what navis writes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.file_names import readable_stem
from catmaid_server.transfer.importers.node_rows import (
    NodeRows,
    number,
    radius,
    stray_labels,
    trees_of,
    types_note,
    whole,
)
from catmaid_server.transfer.importers.source_trees import SourceFile, SourceTree
from catmaid_wire.forest import TreeChoice

_NODE_FIELDS = 8
"""id, parent, user, x, y, z, radius, confidence; more may follow."""
_UNITS = re.compile(r"([0-9]+(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?)?\s*([a-zµμ]+)")
_NM = {"nm": 1.0, "nanometer": 1.0, "um": 1e3, "µm": 1e3, "μm": 1e3, "micron": 1e3, "micrometer": 1e3, "mm": 1e6,
       "millimeter": 1e6}  # fmt: skip
"""nm of each unit; both spellings of micro."""
_ALTERNATIVES = {"id": ("node_id", "treenode_id", "id"), "parent": ("parent_id", "parent")}
"""How navis and others call these columns."""


def read_json(path: Path, content: bytes, *, scale: float | None, trees: TreeChoice, soma_label: bool) -> SourceFile:
    """Read a JSON file of one skeleton or several.

    Parameters
    ----------
    path, content
        Its name, and the text in it.
    scale
        nm per unit; None: what the file says (`units` of navis), else 1.
    trees
        Whether a skeleton of several trees is refused, gives its first tree, or all.
    soma_label
        Whether nodes of type 1, as navis has them, get the label `soma`.

    Raises
    ------
    BadFile
        If it is none of these, or a skeleton is not a tree.
    """
    try:
        value = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadFile(path, "this is not text (UTF-8); JSON is") from None
    except (ValueError, RecursionError) as error:
        raise BadFile(path, f"this is not JSON: {error}") from None
    made: list[SourceTree] = []
    lost_types: set[str] = set()
    left_out = links = empty = stray = 0
    for rows, more_links in _skeletons(path, value, readable_stem(path), scale, soma_label=soma_label):
        if not rows.ids:
            empty += 1
            continue
        found, more = trees_of(path, rows, trees)
        made += found
        left_out += more
        links += more_links
        lost_types |= rows.lost_types
        stray += stray_labels(rows.labels, rows.ids)
    if not made:
        raise BadFile(path, "there is no node in it")
    notes = [
        (empty, "skeletons without nodes skipped"),
        (links, "links to connectors not imported"),
        (stray, "labels left out, whose nodes are not in the file"),
        (left_out, "more trees left out"),
    ]
    texts = [*(f"{count} {text}" for count, text in notes if count), types_note(lost_types)]
    return SourceFile(tuple(made), tuple(text for text in texts if text))


def _skeletons(
    path: Path, value: Any, name: str, scale: float | None, *, soma_label: bool
) -> Iterator[tuple[NodeRows, int]]:
    """The nodes of each skeleton, and the number of its links to connectors."""
    if isinstance(value, dict) and isinstance(value.get("skeletons"), dict):
        value = value["skeletons"]
    if isinstance(value, dict) and (nodes := _frame_of(value, "nodes")) is not None:
        yield _framed(path, value, nodes, name, scale, soma_label=soma_label)
    elif isinstance(value, dict) and value and all(isinstance(part, list) for part in value.values()):
        for skeleton_id, part in value.items():
            yield _positional(path, part, str(skeleton_id), scale or 1.0)
    elif isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        for at, part in enumerate(value):
            nodes = _frame_of(part, "nodes")
            if nodes is None:
                raise BadFile(path, f"skeleton {at} has no nodes")
            yield _framed(
                path, part, nodes, f"{name} {at + 1}" if len(value) > 1 else name, scale, soma_label=soma_label
            )
    elif isinstance(value, list) and value:
        yield _positional(path, value, name, scale or 1.0)
    else:
        raise BadFile(
            path, "this is no skeleton: neither compact-detail or compact-json of CATMAID, nor a neuron of navis"
        )


def _positional(path: Path, value: Sequence[Any], name: str, scale: float) -> tuple[NodeRows, int]:
    """`compact-detail`: nodes, connectors, labels; or `compact-json`: name, nodes, labels, connectors."""
    parts = list(value)
    if parts and isinstance(parts[0], str):
        name = parts.pop(0) or name
    tables = [part for part in parts[1:3] if isinstance(part, list)]
    labels = next((part for part in parts[1:3] if isinstance(part, dict)), {})
    if not parts or not isinstance(parts[0], list):
        raise BadFile(path, "this is no skeleton: compact-detail begins with a list of nodes")
    rows = NodeRows(name, labels=_labels(path, labels))
    for at, node in enumerate(parts[0]):
        what = f"nodes[{at}]"
        if not isinstance(node, list) or len(node) < _NODE_FIELDS:
            raise BadFile(path, f"{what} should be a list of id, parent, user, x, y, z, radius and confidence")
        _add(path, rows, what, scale, node[0], node[1], node[3:6], node[6])
        rows.confidences.append(_confidence(path, node[7], what))
    return rows, len(tables[0]) if tables else 0


def _framed(
    path: Path,
    neuron: Mapping[str, Any],
    nodes: Mapping[str, Sequence[Any]],
    name: str,
    scale: float | None,
    *,
    soma_label: bool,
) -> tuple[NodeRows, int]:
    """A neuron of navis: a table of nodes by column."""
    ids, parents = (_column(path, nodes, *_ALTERNATIVES[key]) for key in ("id", "parent"))
    places = list(zip(*(_column(path, nodes, axis) for axis in "xyz"), strict=True))
    radii = _column(path, nodes, "radius") if "radius" in nodes else [None] * len(ids)
    scale = _unit(path, neuron.get("units")) if scale is None else scale
    own_name = neuron.get("name") or neuron.get("id")
    tags = neuron.get("tags")
    rows = NodeRows(str(own_name) if own_name else name, labels=_labels(path, tags if isinstance(tags, dict) else {}))
    for at, (node_id, parent_id, place, thick) in enumerate(zip(ids, parents, places, radii, strict=True)):
        _add(path, rows, f"nodes[{at}]", scale, node_id, parent_id, place, thick)
    types = _column(path, nodes, "label") if "label" in nodes else [None] * len(ids)
    for node_id, kind in zip(rows.ids, types, strict=True):
        rows.add_type(node_id, kind, soma_label=soma_label)
    connectors = _frame_of(neuron, "connectors") or {}
    return rows, max(map(len, connectors.values()), default=0)


def _unit(path: Path, units: Any) -> float:
    """Nm of each unit, from what navis writes, such as `8 nanometer`; 1 if it says none."""
    if units is None or units == "" or "dimensionless" in str(units):
        return 1.0
    found = _UNITS.fullmatch(str(units).strip())
    if found is None or found[2] not in _NM or not float(found[1] or 1) > 0:
        raise BadFile(path, f"its units are {units!r}; --scale should say how many nm that is")
    return float(found[1] or 1) * _NM[found[2]]


def _frame_of(neuron: Mapping[str, Any], name: str) -> dict[str, list[Any]] | None:
    """A table by column, from what pandas writes as JSON (by column and index, or by row); None if there is none."""
    frame = neuron.get(f"_{name}", neuron.get(name))
    if isinstance(frame, str):
        try:
            frame = json.loads(frame)
        except (ValueError, RecursionError):
            return None
    if isinstance(frame, list) and frame and all(isinstance(row, dict) for row in frame):
        names = dict.fromkeys(column for row in frame for column in row)
        return {column: [row.get(column) for row in frame] for column in names}
    if not isinstance(frame, dict):
        return None
    index = next((values for values in frame.values() if isinstance(values, dict)), {})
    columns = {
        name: [values.get(row) for row in index]
        if isinstance(values, dict) and values.keys() == index.keys()
        else list(values.values())
        if isinstance(values, dict)
        else values
        for name, values in frame.items()
    }
    return columns if all(isinstance(values, list) for values in columns.values()) else None


def _column(path: Path, nodes: Mapping[str, Sequence[Any]], *names: str) -> Sequence[Any]:
    length = max(map(len, nodes.values()), default=0)
    found = next((nodes[name] for name in names if name in nodes), None)
    if found is None or len(found) != length:
        raise BadFile(path, f"its nodes have no whole column {' or '.join(names)}")
    return found


def _add(
    path: Path, rows: NodeRows, what: str, scale: float, node_id: Any, parent_id: Any, place: Sequence[Any], thick: Any
) -> None:
    x, y, z = (scale * number(path, value, f"{axis} of {what}") for axis, value in zip("xyz", place, strict=True))
    is_root = parent_id is None or (isinstance(parent_id, int | float) and not parent_id >= 0)  # true of nan, too
    node_radius = radius(path, thick, f"radius of {what}")
    rows.add(
        what,
        whole(path, node_id, f"id of {what}"),
        -1 if is_root else whole(path, parent_id, f"parent of {what}"),
        (x, y, z),
        node_radius if node_radius < 0 else scale * node_radius,
    )


def _confidence(path: Path, value: Any, what: str) -> int:
    if value is None:
        return 5
    found = whole(path, value, f"confidence of {what}")
    if found > 5:
        raise BadFile(path, f"confidence of {what} is {found}, should be from 0 to 5")
    return found


def _labels(path: Path, tags: Mapping[str, Any]) -> dict[str, list[int]]:
    """Nodes by label; a node may come with the time when it was labelled."""
    labels: dict[str, list[int]] = {}
    for name, nodes in tags.items():
        if not isinstance(nodes, list):
            raise BadFile(path, f"label {name!r} should have a list of nodes")
        ids = [node[0] if isinstance(node, list) and node else node for node in nodes]
        if name.strip():
            labels[name] = [whole(path, node_id, f"node with label {name!r}") for node_id in ids]
    return labels
