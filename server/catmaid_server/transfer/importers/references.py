"""Find the treenodes that a table of synapses names by the ids of its own source.

Such a table names skeletons as the SWC files are named, and nodes either by their ids in those files or by ids of a
table of all nodes (`skeletons.csv`: skeleton_id, node_id, x, y, z). In the second case a node is found by its position
in its skeleton, which also proves that table, files and store have the same skeletons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.transfer.importers.csv_files import has_columns
from catmaid_server.transfer.importers.tables import BulkTable, ColumnKind, read_table
from catmaid_wire.arbor import rows_of

sql = load("transfer/importing")

NODES_FILE = "skeletons.csv"
NODE_COLUMNS = {
    "skeleton_id": ColumnKind.TEXT,
    "node_id": ColumnKind.SOURCE_ID,
    "x": ColumnKind.NUMBER,
    "y": ColumnKind.NUMBER,
    "z": ColumnKind.NUMBER,
}
PLACE_TOLERANCE = 1.0
"""nm: more than rounding moves a position, less than the distance to the next node."""


@dataclass(frozen=True)
class SourceNodes:
    """The nodes that one imported file became, as far as they still exist, by ascending source id.

    Attributes
    ----------
    source_ids : (n,) int64
    treenode_ids : (n,) int32
    skeleton_ids : (n,) int32
        The skeleton each node is part of now.
    positions : (n, 3) float64
        nm, now.
    """

    source_ids: NDArray[np.int64]
    treenode_ids: NDArray[np.int32]
    skeleton_ids: NDArray[np.int32]
    positions: NDArray[np.float64]


@dataclass(frozen=True)
class NodeTable:
    """A table of all nodes of the source: where each node is, in nm."""

    table: BulkTable
    scale: float

    @classmethod
    def read(cls, path: Path, scale: float) -> NodeTable:
        """Read skeleton_id, node_id, x, y, z; `scale` is nm per unit."""
        table = read_table(path, NODE_COLUMNS)
        table.require_distinct("node_id")
        return cls(table, scale)

    def places(self, links: BulkTable) -> NDArray[np.float64]:
        """Position of each link's node : (n, 3) nm.

        Raises `BadFile` if a node is not in this table, or in another skeleton than the link says.
        """
        wanted, named = links.ids("node_id"), links.texts("skeleton_id")
        rows = rows_of(self.table.ids("node_id"), wanted)
        if (row := links.first(rows < 0)) is not None:
            links.refuse_row(row, f"node {wanted[row]} is not in {self.table.path.name}")
        skeletons = self.table.texts("skeleton_id")[rows]
        if (row := links.first(skeletons != named)) is not None:
            links.refuse_row(
                row,
                f"node {wanted[row]} is in skeleton {skeletons[row]} of {self.table.path.name}, not in {named[row]}",
            )
        return self.table.numbers("x", "y", "z")[rows] * self.scale


async def imported_sources(
    connection: Connection, project_id: int, names: Sequence[str]
) -> dict[str, list[SourceNodes]]:
    """For each name, what the files of that name became; usually one, none if all of its nodes are gone."""
    cursor = await connection.execute(sql.nodes_of_sources, {"project_id": project_id, "names": list(names)})
    parts: dict[tuple[str, int], list[tuple[float, ...]]] = {}
    for name, source, *node in await cursor.fetchall():
        parts.setdefault((name, source), []).append(tuple(node))
    found: dict[str, list[SourceNodes]] = {}
    for (name, _), rows in parts.items():
        ids = np.array([row[:3] for row in rows], np.int64)
        found.setdefault(name, []).append(
            SourceNodes(
                ids[:, 0],
                ids[:, 1].astype(np.int32),
                ids[:, 2].astype(np.int32),
                np.array([row[3:6] for row in rows], np.float64),
            )
        )
    return found


@dataclass(frozen=True)
class Sites:
    """The treenode of each of n links.

    Attributes
    ----------
    treenode_ids, skeleton_ids : (n,) int32
    positions : (n, 3) float64
        nm.
    """

    treenode_ids: NDArray[np.int32]
    skeleton_ids: NDArray[np.int32]
    positions: NDArray[np.float64]


def resolve(
    links: BulkTable, sources: dict[str, list[SourceNodes]], nodes: NodeTable | None, *, nearest: float | None
) -> Sites:
    """Find the treenode that each link means.

    Parameters
    ----------
    links
        With the columns skeleton_id (text) and node_id.
    sources
        As `imported_sources` gives, for every skeleton named in `links`.
    nodes
        Where the nodes are, if `node_id` is not an id in the SWC file.
    nearest
        Take the node nearest to that place if it is within so many nm; None: only one at that very place.

    Raises
    ------
    BadFile
        Naming the line of the first link whose node is unknown, or that could mean several.
    """
    places = None if nodes is None else nodes.places(links)
    reach = PLACE_TOLERANCE if nearest is None else nearest
    wanted = links.ids("node_id")
    count = len(links)
    sites = Sites(np.empty(count, np.int32), np.empty(count, np.int32), np.empty((count, 3)))
    for row, name in enumerate(links.texts("skeleton_id")):
        source = _only_source(links, row, sources.get(name, []))
        if places is None:
            at = _by_source_id(links, row, source, int(wanted[row]))
        else:
            at = _by_place(links, row, source, places[row], reach)
        sites.treenode_ids[row], sites.skeleton_ids[row] = source.treenode_ids[at], source.skeleton_ids[at]
        sites.positions[row] = source.positions[at]
    return sites


def _only_source(links: BulkTable, row: int, candidates: list[SourceNodes]) -> SourceNodes:
    name = links.texts("skeleton_id")[row]
    if not candidates:
        links.refuse_row(
            row, f"no skeleton {name} was imported from a file {name}.swc into this project; import the SWC files first"
        )
    if len(candidates) > 1:
        links.refuse_row(
            row, f"skeleton {name} was imported {len(candidates)} times and could mean each of them; delete all but one"
        )
    return candidates[0]


def _by_source_id(links: BulkTable, row: int, source: SourceNodes, node_id: int) -> int:
    at = int(np.searchsorted(source.source_ids, node_id))
    if at == len(source.source_ids) or source.source_ids[at] != node_id:
        links.refuse_row(
            row,
            f"node {node_id} is not a node of {links.texts('skeleton_id')[row]}.swc; if these ids "
            f"are of another table, give it ({NODES_FILE}: {','.join(NODE_COLUMNS)})",
        )
    return at


def _by_place(links: BulkTable, row: int, source: SourceNodes, place: NDArray[np.float64], reach: float) -> int:
    """The nearest node; of several at the same place the first, as all are as good."""
    distances = np.linalg.norm(source.positions - place, axis=1)
    at = int(np.argmin(distances))
    if distances[at] > reach:
        x, y, z = place
        links.refuse_row(
            row,
            f"skeleton {links.texts('skeleton_id')[row]} has no node at ({x:g}, {y:g}, {z:g}) nm; "
            f"the nearest is {distances[at]:.1f} nm away. Is the scale right? To link to the "
            "nearest nodes, say how far they may be",
        )
    return at


def sibling_nodes(links: Path) -> Path | None:
    """A table of all nodes beside a file of links, if its header says that it is one."""
    candidate = links.with_name(NODES_FILE)
    return candidate if candidate.is_file() and has_columns(candidate, NODE_COLUMNS) else None
