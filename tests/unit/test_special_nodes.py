"""What treenodes a viewer marks."""

from __future__ import annotations

import numpy as np

from catmaid_wire.special_nodes import LABELLED, LOW_CONFIDENCE, OPEN_END, SOMA, kinds_of_nodes

FORKED = np.array([-1, 0, 1, 1])
CERTAIN = np.full(4, 5)
UNSET = np.full(4, -1.0)


def test_ends_are_open_until_a_label_closes_them() -> None:
    assert kinds_of_nodes(FORKED, CERTAIN, UNSET).tolist() == [OPEN_END, 0, OPEN_END, OPEN_END]
    labels = [(2, "Uncertain End"), (3, "to do"), (0, "soma")]
    kinds = kinds_of_nodes(FORKED, CERTAIN, UNSET, labels)
    assert kinds.tolist() == [LABELLED | SOMA, 0, LABELLED, LABELLED | OPEN_END]
    assert kinds_of_nodes(np.array([-1]), CERTAIN[:1], UNSET[:1]).tolist() == [OPEN_END]
    assert kinds_of_nodes(np.array([-1, 0, 0]), CERTAIN[:3], UNSET[:3]).tolist() == [0, OPEN_END, OPEN_END]


def test_the_soma_is_labelled_or_thick() -> None:
    radii = np.array([300.0, 900, 100, -1])
    for least, soma in ((1000, 0), (900, SOMA), (None, 0)):
        assert kinds_of_nodes(FORKED, CERTAIN, radii, soma_radius=least)[1] == soma
    assert kinds_of_nodes(FORKED, CERTAIN, radii, [(3, "soma")], soma_radius=100)[1] == 0
    assert kinds_of_nodes(FORKED, np.array([5, 4, 1, 5]), UNSET)[1:3].tolist() == [
        LOW_CONFIDENCE,
        LOW_CONFIDENCE | OPEN_END,
    ]


def test_no_nodes_at_all() -> None:
    nothing = np.empty(0, np.int64)
    assert kinds_of_nodes(nothing, nothing, np.empty(0), soma_radius=5).tolist() == []
