"""What can be uploaded as neurons: files, SWC text, tables, graphs, and neurons of this package and of navis."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.exchange.foreign import ForeignSkeleton
from catmaid_jupyter.client.exchange.new_links import LinkTable, NewConnector, NewLink
from catmaid_jupyter.client.morphology import Morphology
from catmaid_jupyter.client.neurons import Skeleton
from catmaid_jupyter.edits.base import new_key
from catmaid_wire.arbor import Arbor, NotAnArbor, first_repeat, parent_indices
from catmaid_wire.swc import BadSwc, swc_text
from catmaid_wire.swc_reading import decoded_swc, parse_swc

_ENDINGS: Final = (".swc", ".eswc")
_IDS: Final = ("id", "node_id", "treenode_id")
_PARENTS: Final = ("parent_id", "parent_node_id")
_UNNAMED: Final = "uploaded neuron"
_LINE_OF_SWC: Final = re.compile(r"\s*[-+\d.eE]+(\s+[-+\d.eE]+){6}\s*")
"""A node of SWC, which is no path: one has an ending."""


@dataclass(frozen=True)
class NewNeuron:
    """A neuron that is not at the server yet.

    arbor : its nodes, nm, and its name.
    labels : labels by node id of the arbor.
    link_table : links to connectors that the source has, and that are not uploaded.
    links : those that are.
    origin : where it comes from, if that is to be kept.
    key : the same each time that its upload is tried, so that it is uploaded once.
    """

    arbor: Arbor
    labels: Mapping[int, list[str]] = field(default_factory=dict)
    link_table: LinkTable | None = None
    links: Sequence[NewLink] = ()
    origin: ForeignSkeleton | None = None
    key: str = field(default_factory=new_key)

    @property
    def name(self) -> str:
        """The name that it gets."""
        return self.arbor.name

    @property
    def swc(self) -> str:
        """Its nodes as SWC."""
        return swc_text(self.arbor, comments=[])


def new_neurons(source: Any) -> Iterator[NewNeuron]:
    """The neurons of a source, one after the other, each checked; `InvalidInput` says what is wrong with which."""
    if isinstance(source, str):
        yield from _of_text(source)
    elif isinstance(source, os.PathLike):
        yield from _of_path(Path(source))
    elif isinstance(source, pd.DataFrame):
        yield from _of_table(source)
    elif (single := _single(source)) is not None:
        yield single
    elif hasattr(source, "vertices") and hasattr(source, "faces"):
        raise InvalidInput("This is a mesh, not a neuron: project.add_volume(mesh, name) makes a volume of it.")
    elif isinstance(source, Mapping):
        for name, one in source.items():
            yield from (renamed(neuron, str(name)) for neuron in new_neurons(one))
    elif isinstance(source, Iterable):
        for one in source:
            yield from new_neurons(one)
    else:
        raise InvalidInput(
            "Neurons to upload are SWC files, folders or text, DataFrames, networkx.DiGraph, neurons of navis, "
            f"Skeleton or Morphology, or a list or dict of these, not {type(source).__name__}."
        )


def _single(source: Any) -> NewNeuron | None:
    """The neuron of an object that is one; None for others."""
    if isinstance(source, NewNeuron):
        return source
    if isinstance(source, Skeleton):
        return _of_morphology(source.morphology, source.name)
    if isinstance(source, Morphology):
        return _of_morphology(source, _UNNAMED)
    if hasattr(source, "nodes") and hasattr(source, "successors"):
        return _of_graph(source)
    if isinstance(getattr(source, "nodes", None), pd.DataFrame) and not isinstance(source, Iterable):
        return _of_tree_neuron(source)
    return None


def renamed(neuron: NewNeuron, name: str) -> NewNeuron:
    """The same neuron with another name."""
    arbor = neuron.arbor
    same = (arbor.node_ids, arbor.parents, arbor.positions, arbor.radii)
    return replace(neuron, arbor=Arbor(name, *same))


def with_links(neurons: Iterable[NewNeuron]) -> list[NewNeuron]:
    """The same neurons, with their links to be uploaded; `InvalidInput` says what is wrong with which."""
    made: dict[int, NewConnector] = {}
    found = []
    for neuron in neurons:
        if neuron.link_table is None:
            found.append(neuron)
            continue
        links = neuron.link_table.links(neuron.name, made)
        known = set(neuron.arbor.node_ids.tolist())
        lost = next((link.node_id for link in links if link.node_id not in known), None)
        if lost is not None:
            raise InvalidInput(f"{neuron.name}: there is a link of node {lost}, but no such node.")
        found.append(replace(neuron, link_table=None, links=links))
    return found


def _of_text(text: str) -> Iterator[NewNeuron]:
    """The neuron of an SWC text, or those of a file or folder."""
    if not text.strip():
        raise InvalidInput("An empty text is no SWC, and no path of a file or folder.")
    if "\n" in text or "\r" in text or _LINE_OF_SWC.fullmatch(text):
        yield _of_swc(text, _UNNAMED)
    else:
        yield from _of_path(Path(text))


def _of_path(path: Path) -> Iterator[NewNeuron]:
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in _ENDINGS)
        if not files:
            raise InvalidInput(f"There is no file {' or '.join('*' + ending for ending in _ENDINGS)} in {path}.")
        for file in files:
            yield from _of_path(file)
    elif path.is_file():
        try:
            text = decoded_swc(path.read_bytes())
        except BadSwc as error:
            raise InvalidInput(f"{path.name}: {error}") from None
        yield _of_swc(text, path.stem, path.name)
    else:
        raise NotFound(f"There is no file or folder {str(path)!r:.200}.")


def _of_swc(text: str, name: str, file: str = "SWC") -> NewNeuron:
    try:
        (tree,) = parse_swc(text, name=name).trees
    except BadSwc as error:
        raise InvalidInput(f"{file}: {error}") from None
    return NewNeuron(tree.arbor)


def _of_table(table: pd.DataFrame, name: str = _UNNAMED) -> Iterator[NewNeuron]:
    if "skeleton_id" in table.columns:
        for skeleton_id, rows in table.groupby("skeleton_id", sort=False):
            yield NewNeuron(_arbor(rows, f"{name} {skeleton_id}"))
    else:
        yield NewNeuron(_arbor(table, name))


def _of_morphology(morphology: Morphology, name: str) -> NewNeuron:
    labels: dict[int, list[str]] = {}
    for tag, node in morphology.tags.itertuples(index=False):
        labels.setdefault(int(node), []).append(str(tag))
    links = LinkTable(morphology.connectors) if len(morphology.connectors) else None
    return NewNeuron(_arbor(morphology.nodes, name), labels, links)


def _of_graph(graph: Any) -> NewNeuron:
    """A networkx.DiGraph whose edges lead from nodes to their parents."""
    name = str(graph.graph.get("name") or _UNNAMED)
    rows = []
    for node, place in graph.nodes(data=True):
        parents = list(graph.successors(node))
        if len(parents) > 1:
            raise InvalidInput(f"{name}: node {node} has edges to {len(parents)} parents; one is the most.")
        missing = [axis for axis in "xyz" if axis not in place]
        if missing:
            raise InvalidInput(f"{name}: node {node} has no {', '.join(missing)}; each node needs x, y and z in nm.")
        rows.append((node, parents[0] if parents else -1, *(place[axis] for axis in "xyz"), place.get("radius", -1)))
    return NewNeuron(_arbor(pd.DataFrame(rows, columns=["id", "parent_id", "x", "y", "z", "radius"]), name))


def _of_tree_neuron(neuron: Any) -> NewNeuron:
    """A neuron with a table of nodes, as those of navis and pymaid; in its units if they are lengths, else in nm."""
    name = str(getattr(neuron, "name", None) or _UNNAMED)
    nodes = neuron.nodes
    scale = _nm_per_unit(neuron)
    if scale != 1:
        columns = [column for column in ("x", "y", "z", "radius") if column in nodes.columns]
        nodes = nodes.assign(**{column: nodes[column].astype(float) * scale for column in columns})
    tags: Mapping[str, Iterable[int]] = getattr(neuron, "tags", None) or {}
    labels: dict[int, list[str]] = {}
    for tag, tagged in tags.items():
        for node in tagged:
            labels.setdefault(int(node), []).append(str(tag))
    connectors = getattr(neuron, "connectors", None)
    links = LinkTable(pd.DataFrame(connectors), scale) if connectors is not None and len(connectors) else None
    return NewNeuron(_arbor(nodes, name), labels, links)


def _nm_per_unit(neuron: Any) -> float:
    units = getattr(neuron, "units", None)
    try:
        return float(units.to("nm").magnitude) if units is not None else 1.0
    except Exception:
        return 1.0


def _arbor(table: pd.DataFrame, name: str) -> Arbor:
    """The nodes of a table; `InvalidInput` says what is missing or wrong."""
    ids = next((column for column in _IDS if column in table.columns), None)
    parents = next((column for column in _PARENTS if column in table.columns), None)
    missing = [axis for axis in "xyz" if axis not in table.columns]
    if ids is None or parents is None or missing:
        raise InvalidInput(f"{name}: a table of nodes has the columns id, parent_id, x, y, z and perhaps radius.")
    if not len(table):
        raise InvalidInput(f"{name}: there are no nodes.")
    node_ids = table[ids].to_numpy(np.int64)
    parent_ids = pd.to_numeric(table[parents]).fillna(-1).to_numpy(np.int64)
    repeat = first_repeat(node_ids)
    if repeat is not None:
        raise InvalidInput(f"{name}: there are several nodes {node_ids[repeat[0]]}.")
    positions = table[["x", "y", "z"]].to_numpy(np.float64)
    radii = table["radius"].to_numpy(np.float64) if "radius" in table.columns else np.full(len(table), -1.0)
    if not np.isfinite(positions).all():
        raise InvalidInput(f"{name}: node {node_ids[~np.isfinite(positions).all(axis=1)][0]} has no finite position.")
    radii = np.where(np.isfinite(radii) & (radii >= 0), radii, -1.0)
    try:
        rows = parent_indices(node_ids, parent_ids)
    except NotAnArbor as error:
        raise InvalidInput(f"{name}: {error}") from None
    if (rows < 0).sum() != 1:
        raise InvalidInput(f"{name}: there are {(rows < 0).sum()} roots; a neuron is one tree.")
    return Arbor(name, node_ids, rows, positions, radii)
