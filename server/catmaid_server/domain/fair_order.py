"""An order in which every beginning is a fair sample: what a crowded view shows is what comes first in it.

Ids that follow one another are, as a rule, nodes that do. So ids are taken in blocks, and blocks in the order of their
numbers with the bits reversed: a beginning has pieces of neurites, evenly out of all that there is, so large neurons
have more of them. It depends on nothing but ids, so it is the same at any zoom, in any cell and after any edit.

All blocks whose number is a multiple of 2**level are a beginning, too: a level of detail.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BLOCK_BITS = 5
BLOCK = 1 << BLOCK_BITS
"""Ids in a block."""

_KEY_BITS = 32
_MASKS = ((1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F), (8, 0x00FF00FF), (16, 0x0000FFFF))

Ids = NDArray[Any]
Rows = NDArray[np.integer[Any]]
Keys = NDArray[np.uint32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is in a view, as rows of a table of treenodes and one of connectors.

    near, parents : treenodes whose edges are, and their parents, their own rows at roots.
    near_keys : keys of the first.
    link_nodes, link_connectors, link_keys : the ends of each link, and the key of its treenode.
    inside : for each connector whether it is in the view itself.
    connector_keys : the key of each.
    wanted_nodes, wanted_connectors : what is wanted by id.
    """

    node_count: int
    near: Rows
    parents: Rows
    near_keys: Keys
    link_nodes: Rows
    link_connectors: Rows
    link_keys: Keys
    inside: Flags
    connector_keys: Keys
    wanted_nodes: Rows
    wanted_connectors: Rows


@dataclass(frozen=True, slots=True, eq=False)
class ShownPart:
    """Which rows of treenodes, links and connectors are shown."""

    nodes: Flags
    links: Flags
    connectors: Flags


def order_keys(ids: Ids) -> Keys:
    """Places in the order: lower is first."""
    numbers = ids.astype(np.uint32)
    blocks = numbers >> np.uint32(BLOCK_BITS)
    for shift, mask in _MASKS:
        bits, kept = np.uint32(shift), np.uint32(mask)
        blocks = ((blocks >> bits) & kept) | ((blocks & kept) << bits)
    keys: Keys = blocks | (numbers & np.uint32(BLOCK - 1))
    return keys


def are_in_level(ids: Ids, level: int) -> Flags:
    """Which of the ids are in the blocks of a level; in level 0 all are."""
    found: Flags = ((ids >> BLOCK_BITS) & ((1 << level) - 1)) == 0
    return found


def fair_part(seen: Seen, most: int) -> ShownPart | None:
    """What is shown of a view: at most so many treenodes, connectors and links, unless more are wanted by their ids.

    Every edge and every link that is shown has both its ends, and the links are those of treenodes that come first.

    Returns
    -------
    None if nothing is left out.
    """
    bound, until = node_bound(seen, most), _link_bound(seen, most)
    if bound is None and until is None and len(seen.connector_keys) <= most:
        return None
    bound, until = _end(bound), min(_end(bound), _end(until))
    links, near = seen.link_keys < until, seen.near_keys < bound
    nodes = np.zeros(seen.node_count, dtype=bool)
    for rows in (seen.near[near], seen.parents[near], seen.link_nodes[links], seen.wanted_nodes):
        nodes[rows] = True
    return ShownPart(nodes, links, _shown_connectors(seen, links, until, most))


def node_bound(seen: Seen, most: int) -> int | None:
    """Edges and links of treenodes with lower keys have at most so many treenodes; None if all have."""
    first, links = slice(None), slice(None)
    if len(seen.near) > most:
        cap = np.partition(seen.near_keys, most)[most]
        first, links = seen.near_keys <= cap, seen.link_keys <= cap
    of_links = seen.link_nodes[links]
    rows = np.concatenate(
        (np.stack((seen.near[first], seen.parents[first]), axis=1), np.stack((of_links, of_links), axis=1))
    )
    keys = np.concatenate((seen.near_keys[first], seen.link_keys[links]))
    return _bound(keys, rows, seen.wanted_nodes, seen.node_count, most)


def _link_bound(seen: Seen, most: int) -> int | None:
    """Links of treenodes with lower keys are so many at most, and have so many connectors; None if all do."""
    keys, count = seen.link_keys, len(seen.connector_keys)
    bound = _bound(keys, seen.link_connectors[:, None], seen.wanted_connectors, count, most) if count > most else None
    return bound if len(keys) <= most else min(_end(bound), int(np.partition(keys, most)[most]))


def _bound(keys: Keys, rows: Rows, known: Rows, count: int, most: int) -> int | None:
    """The lowest key at which there are more than `most` different rows with keys up to it; None if there are never.

    Parameters
    ----------
    keys, rows
        Shapes (n,) and (n, m): which rows come with each key.
    known
        Rows that are counted from the start.
    count, most
        Rows of the table, and how many of them may be.
    """
    order = np.argsort(keys)
    every = np.concatenate((np.unique(known), rows[order].ravel())).astype(np.intp)
    firsts = np.empty(count, np.intp)
    firsts[every[::-1]] = np.arange(len(every) - 1, -1, -1)  # of those with one row the first is written last
    counts = np.cumsum(firsts[every] == np.arange(len(every)))[len(every) - rows.size :].reshape(rows.shape)[:, -1]
    place = int(np.searchsorted(counts, most, side="right"))
    return int(keys[order[place]]) if place < len(order) else None


def _shown_connectors(seen: Seen, links: Flags, bound: int, most: int) -> Flags:
    """Connectors of the links that are shown and those that are wanted, and of those inside the first ones."""
    shown = np.zeros(len(seen.connector_keys), dtype=bool)
    shown[seen.link_connectors[links]] = True
    shown[seen.wanted_connectors] = True
    more = np.flatnonzero(~shown & seen.inside & (seen.connector_keys < bound))
    room = max(most - int(np.count_nonzero(shown)), 0)
    shown[more[np.argsort(seen.connector_keys[more])[:room]]] = True
    return shown


def _end(bound: int | None) -> int:
    return 1 << _KEY_BITS if bound is None else bound
