"""Links of skeletons to connectors, as they are drawn in space: what, where, at which row, and with whom."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.api.loop import gather
from catmaid_jupyter.client.batches import parts
from catmaid_jupyter.client.geometry.row_ids import RowIdsReader, rows_of_nodes
from catmaid_jupyter.client.tables import read_connectors, read_relation_names
from catmaid_wire.distinct import distinct
from catmaid_wire.relations import OF_LINKS, POSTSYNAPTIC, PRESYNAPTIC

OTHER_RELATION: Final = 255
"""Of relations that are none of `OF_LINKS`."""

NO_PARTNER: Final = -1
_AT_ONCE: Final = 1000
_PRE, _POST = OF_LINKS.index(PRESYNAPTIC), OF_LINKS.index(POSTSYNAPTIC)


@dataclass(frozen=True)
class SpaceLinks:
    """Links of skeletons to connectors.

    Attributes
    ----------
    skeleton_ids, versions
        Skeletons that have links, and the version of the geometry to which `row` belongs.
    skeleton : (n,) int32
        Index in `skeleton_ids`.
    row : (n,) int32
        Row of the treenode in the skeleton's geometry.
    relation : (n,) uint8
        Index in `catmaid_wire.relations.OF_LINKS`; `OTHER_RELATION`.
    connector_id : (n,) int32
    partner_id : (n,) int32
        The one skeleton at the other side of the connector; `NO_PARTNER` if there is none, or there are several.
    positions : (n, 3) float64
        Places of the connectors, nm.
    """

    skeleton_ids: list[int]
    versions: list[int]
    skeleton: NDArray[np.int32]
    row: NDArray[np.int32]
    relation: NDArray[np.uint8]
    connector_id: NDArray[np.int32]
    partner_id: NDArray[np.int32]
    positions: NDArray[np.float64]


async def read_links(reader: RowIdsReader, skeleton_ids: Sequence[int]) -> SpaceLinks:
    """All links of skeletons; of those that do not exist there are none."""
    place = reader.place
    wanted = list(parts(sorted(set(skeleton_ids)), _AT_ONCE))
    relation_names = await read_relation_names(place)
    found = await gather(*(read_connectors(place, part) for part in wanted))
    tables = [
        await asyncio.to_thread(_own_links, connectors, links, relation_names, part)
        for (connectors, links), part in zip(found, wanted, strict=True)
    ]
    merged = {name: np.concatenate([table[name] for table in tables]) for name in tables[0]} if tables else _own_none()
    rows = await reader.read(distinct(merged["skeleton_id"]).tolist())
    ids = sorted(rows)
    skeleton = np.searchsorted(ids, merged["skeleton_id"]).astype(np.int32)
    there = np.isin(merged["skeleton_id"], ids)
    row = np.full(len(there), -1, np.int32)
    row[there] = rows_of_nodes([rows[one] for one in ids], skeleton[there], merged["treenode_id"][there])
    # A link of a treenode that is no more in its skeleton was read just before an edit, of which pages are told.
    kept = row >= 0
    return SpaceLinks(
        skeleton_ids=ids,
        versions=[rows[one].version for one in ids],
        skeleton=skeleton[kept],
        row=row[kept],
        relation=merged["relation"][kept].astype(np.uint8),
        connector_id=merged["connector_id"][kept].astype(np.int32),
        partner_id=merged["partner_id"][kept].astype(np.int32),
        positions=merged["positions"][kept],
    )


def _own_none() -> dict[str, NDArray[Any]]:
    names = ("skeleton_id", "treenode_id", "relation", "connector_id", "partner_id")
    return {name: np.empty(0, np.int64) for name in names} | {"positions": np.empty((0, 3))}


def _own_links(
    connectors: Mapping[str, Any], links: Mapping[str, Any], relation_names: Mapping[int, str], own: Sequence[int]
) -> dict[str, NDArray[Any]]:
    """The links of these skeletons, of all links of their connectors."""
    columns = {name: np.asarray(links[name], np.int64) for name in ("connector_id", "treenode_id", "skeleton_id")}
    columns["relation"] = _relations(np.asarray(links["relation_id"], np.int64), relation_names)
    columns["partner_id"] = partners(columns["connector_id"], columns["relation"], columns["skeleton_id"])
    mine = np.isin(columns["skeleton_id"], own)
    columns = {name: column[mine] for name, column in columns.items()}
    ids = np.asarray(connectors["id"], np.int64)
    places = np.column_stack([np.asarray(connectors[axis], np.float64) for axis in "xyz"])
    order = np.argsort(ids)
    at = np.searchsorted(ids, columns["connector_id"], sorter=order)
    return {**columns, "positions": places[order[at]]}


def _relations(relation_ids: NDArray[np.int64], names: Mapping[int, str]) -> NDArray[np.int64]:
    """Indices in `OF_LINKS`."""
    distinct, inverse = np.unique(relation_ids, return_inverse=True)
    places = {name: place for place, name in enumerate(OF_LINKS)}
    found = np.array([places.get(names.get(one, ""), OTHER_RELATION) for one in distinct.tolist()], np.int64)
    indices: NDArray[np.int64] = found[inverse]
    return indices


def partners(
    connector_id: NDArray[np.int64], relation: NDArray[np.int64], skeleton_id: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The skeleton at the other side of each link, of all links of some connectors.

    Other side: of a presynaptic link the postsynaptic skeletons, and the other way round; of any other relation the
    other skeletons with the same one.

    Returns
    -------
    (n,) int64
        `NO_PARTNER` where there is none, or are several.
    """
    one_side = connector_id * 256 + relation
    pairs = np.unique(np.column_stack([one_side, skeleton_id]), axis=0)
    sides, starts, counts = np.unique(pairs[:, 0], return_index=True, return_counts=True)
    if not len(sides):
        return np.empty(0, np.int64)
    is_synaptic = (relation == _PRE) | (relation == _POST)
    wanted = np.where(is_synaptic, connector_id * 256 + (_PRE + _POST - relation), one_side)
    at = np.minimum(np.searchsorted(sides, wanted), len(sides) - 1)
    count = np.where(sides[at] == wanted, counts[at], 0)
    first = pairs[starts[at], 1]
    second = pairs[np.minimum(starts[at] + 1, len(pairs) - 1), 1]
    other = np.where(first == skeleton_id, second, first)
    found: NDArray[np.int64] = np.select(
        [is_synaptic & (count == 1), ~is_synaptic & (count == 2)], [first, other], NO_PARTNER
    )
    return found
