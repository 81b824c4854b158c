"""Partly traced neurons: what is left is right, and says where to go on."""

from __future__ import annotations

import numpy as np
import pytest

from catmaid_server.demo.specimen import CONTINUE_HERE, Specimen, SpecimenSpec, grow


@pytest.fixture(scope="module")
def specimen() -> Specimen:
    return grow(SpecimenSpec(seed=8, size_px=(512, 512, 30)))


def test_what_is_left_is_part_of_the_whole(specimen: Specimen) -> None:
    whole = {skeleton.neurite_id: skeleton for skeleton in specimen.skeletons}
    for skeleton in specimen.partly_traced(0.5).skeletons:
        truth = whole[skeleton.neurite_id]
        at = np.searchsorted(truth.ids, skeleton.ids)
        assert np.array_equal(truth.ids[at], skeleton.ids)
        assert np.array_equal(truth.xyz[at], skeleton.xyz)
        child = skeleton.parents >= 0
        assert np.array_equal(truth.ids[truth.parents[at][child]], skeleton.ids[skeleton.parents[child]])
        assert np.count_nonzero(~child) == 1


@pytest.mark.parametrize("fraction", [0.3, 0.7])
def test_about_the_fraction_of_the_cable_is_left(specimen: Specimen, fraction: float) -> None:
    whole = {skeleton.neurite_id: skeleton.cable_length for skeleton in specimen.skeletons}
    left = specimen.partly_traced(fraction).skeletons
    share = sum(s.cable_length for s in left) / sum(whole[s.neurite_id] for s in left)
    assert abs(share - fraction) < 0.15
    assert 0.4 * len(whole) < len(left) < 0.6 * len(whole)


def test_every_cut_is_labelled_and_nothing_else(specimen: Specimen) -> None:
    whole = {skeleton.neurite_id: skeleton for skeleton in specimen.skeletons}
    for skeleton in specimen.partly_traced(0.5).skeletons:
        truth = whole[skeleton.neurite_id]
        lost = np.setdiff1d(truth.ids, skeleton.ids)
        parents = truth.ids[truth.parents[np.searchsorted(truth.ids, lost)]]
        expected = set(np.intersect1d(parents, skeleton.ids).tolist())
        assert set(skeleton.ids[skeleton.labels[CONTINUE_HERE]].tolist()) == expected


def test_connectors_refer_to_what_is_left(specimen: Specimen) -> None:
    whole = {connector.xyz: connector for connector in specimen.connectors}
    part = specimen.partly_traced(0.6)
    for connector in part.connectors:
        truth = whole[connector.xyz]
        sites = [connector.presynaptic, *connector.postsynaptic]
        ids = [part.skeletons[index].ids[node] for index, node in sites]
        known = [specimen.skeletons[index].ids[node] for index, node in [truth.presynaptic, *truth.postsynaptic]]
        assert ids[0] == known[0]
        assert set(ids) <= set(known)


def test_a_fraction_of_one_leaves_everything(specimen: Specimen) -> None:
    assert specimen.partly_traced(1) is specimen.tracing


@pytest.mark.parametrize("fraction", [0, -0.5, 1.5])
def test_impossible_fractions_are_refused(specimen: Specimen, fraction: float) -> None:
    with pytest.raises(ValueError, match="fraction"):
        specimen.partly_traced(fraction)
