"""The fair order: its beginnings are samples, and a crowded view shows one of them, with both ends of all edges."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catmaid_server.domain.fair_order import BLOCK, Seen, are_in_level, fair_part, order_keys

NONE = np.empty(0, np.intp)


def chains(lengths: list[int], links: int = 0, wanted: tuple[int, ...] = ()) -> Seen:
    """Neurons without branches, one after the other; each link leads to a connector of its own."""
    starts = np.cumsum([0, *lengths[:-1]])
    count = sum(lengths)
    parents = np.arange(count) - 1
    parents[starts] = starts
    keys = order_keys(np.arange(count) + 1)
    at = np.arange(links) * max(count // max(links, 1), 1) % count
    return Seen(
        count,
        np.arange(count),
        parents,
        keys,
        at,
        np.arange(links),
        keys[at],
        np.ones(links, dtype=bool),
        order_keys(np.arange(links) + count),
        np.array(wanted, np.intp),
        NONE,
    )


@given(st.lists(st.integers(0, 2**31 - 1), min_size=1, unique=True), st.integers(1, 12))
def test_a_level_is_a_beginning(ids: list[int], level: int) -> None:
    keys, is_in = order_keys(np.array(ids)), are_in_level(np.array(ids), level)
    assert len(set(keys.tolist())) == len(ids)
    assert (keys[is_in] < 2 ** (32 - level)).all()
    assert (keys[~is_in] >= 2 ** (32 - level)).all()


@given(st.lists(st.integers(1, 200), min_size=1, max_size=8), st.integers(0, 120), st.integers(2, 300), st.data())
def test_what_is_shown_has_both_ends(lengths: list[int], links: int, most: int, data: st.DataObject) -> None:
    wanted = tuple(data.draw(st.lists(st.integers(0, sum(lengths) - 1), max_size=3)))
    seen = chains(lengths, links, wanted)
    part = fair_part(seen, most)
    if part is None:
        assert max(seen.node_count, links) <= most
        return
    assert np.count_nonzero(part.nodes) <= max(most, len(set(wanted)))
    assert max(np.count_nonzero(part.links), np.count_nonzero(part.connectors)) <= most
    assert part.nodes[list(wanted)].all()
    assert part.nodes[seen.link_nodes[part.links]].all()
    assert part.connectors[seen.link_connectors[part.links]].all()
    assert seen.node_count <= most or np.count_nonzero(part.nodes) >= most - 1


@given(st.integers(2, 400), st.integers(2, 400))
def test_who_wants_more_gets_the_same_and_more(one: int, other: int) -> None:
    seen = chains([300, 200])
    parts = [fair_part(seen, most) for most in sorted((one, other))]
    less, more = (part.nodes for part in parts if part is not None)
    assert (more | ~less).all()


def test_each_neuron_has_its_share_in_pieces() -> None:
    lengths = [8000, 4000, 2000, 2000]
    part = fair_part(chains(lengths), 1600)
    assert part is not None
    shares = [np.count_nonzero(one) for one in np.split(part.nodes, np.cumsum(lengths)[:-1])]
    assert np.allclose(shares, np.array(lengths) / 10, atol=1.2 * BLOCK)
    has_parent = part.nodes[1:] & part.nodes[:-1]
    assert np.count_nonzero(has_parent) > 0.9 * np.count_nonzero(part.nodes), "nodes are joined by edges"
