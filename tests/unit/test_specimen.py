"""The artificial specimen: what it says about itself must be true of its voxels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from catmaid_server.demo.specimen import Specimen, SpecimenSpec, TracedSkeleton, grow

SMALL = SpecimenSpec(seed=3, size_px=(320, 256, 14))


@pytest.fixture(scope="module")
def specimen() -> Specimen:
    return grow(SMALL)


@pytest.fixture(scope="module")
def large() -> Specimen:
    """Large enough for neurites that run in plane, and for a trachea; only its geometry is used."""
    return grow(SpecimenSpec(seed=5, size_px=(800, 800, 30)))


def roots_of(skeleton: TracedSkeleton) -> np.ndarray:
    """The node each node arrives at by going from parent to parent as often as there are nodes."""
    at = np.arange(len(skeleton))
    for _ in range(len(skeleton)):
        at = np.where(skeleton.parents[at] >= 0, skeleton.parents[at], at)
    return at


def test_equal_specs_give_equal_specimens(specimen: Specimen) -> None:
    again = grow(SMALL)
    for one, other in zip(specimen.sections(), again.sections(), strict=True):
        assert np.array_equal(one, other)
    assert specimen.connectors == again.connectors
    for skeleton, other_skeleton in zip(specimen.skeletons, again.skeletons, strict=True):
        assert np.array_equal(skeleton.xyz, other_skeleton.xyz)
        assert np.array_equal(skeleton.parents, other_skeleton.parents)


def test_another_seed_gives_another_specimen(specimen: Specimen) -> None:
    other = grow(SpecimenSpec(seed=4, size_px=SMALL.size_px))
    assert not np.array_equal(specimen.section(0), other.section(0))


def test_sections_fill_the_size_asked_for(specimen: Specimen) -> None:
    sections = list(specimen.sections())
    assert len(sections) == 14
    assert {(image.shape, image.dtype.name) for image in sections} == {((256, 320), "uint8")}


def test_a_section_does_not_depend_on_those_painted_before(specimen: Specimen) -> None:
    for z, image in enumerate(specimen.sections()):
        if z in {0, 6, 13}:
            assert np.array_equal(image, specimen.section(z))


def test_odd_sizes_and_other_resolutions_work() -> None:
    odd = grow(SpecimenSpec(seed=1, size_px=(131, 97, 5), resolution_nm=(6.0, 6.0, 35.0)))
    assert [image.shape for image in odd.sections()] == [(97, 131)] * 5
    assert odd.labels(4).shape == (97, 131)


def test_grey_values_look_like_stained_tissue(specimen: Specimen) -> None:
    """Dark membranes, bright cytoplasm, nothing clipped: like the sections of a real nerve cord."""
    grey = np.stack(list(specimen.sections()))
    darkest, low, median, high, brightest = np.percentile(grey, [1, 5, 50, 95, 99])
    assert 8 < darkest < low < 55
    assert 105 < median < 160
    assert 170 < high < brightest < 235
    assert 105 < grey.mean() < 150


@pytest.mark.parametrize("name", ["specimen", "large"])
def test_every_node_lies_in_its_own_neurite(name: str, request: pytest.FixtureRequest) -> None:
    grown: Specimen = request.getfixturevalue(name)
    for skeleton in grown.skeletons:
        assert np.all(grown.label_at(skeleton.xyz) == skeleton.neurite_id)


def test_label_images_agree_with_nodes(specimen: Specimen) -> None:
    labels = np.stack([specimen.labels(z) for z in range(14)])
    for skeleton in specimen.skeletons:
        x, y, z = np.rint(skeleton.xyz / SMALL.resolution_nm).astype(int).T
        assert np.all(labels[z, y, x] == skeleton.neurite_id)


def test_neurites_fill_the_space(specimen: Specimen) -> None:
    """Neuropil has hardly any room between neurites; what there is, is glia."""
    labels = np.stack([specimen.labels(z) for z in range(14)])
    assert np.mean(labels == 0) < 0.25


def test_profiles_overlap_from_section_to_section(large: Specimen) -> None:
    """One can follow a neurite by scrolling: most of a section's pixels belong to the same neurite in the next."""
    one, other = large.labels(10), large.labels(11)
    assert np.mean(one == other) > 0.75


def test_edges_stay_in_their_neurite(large: Specimen) -> None:
    """The line between two nodes, where a viewer draws it, seldom leaves the neurite."""
    hits = total = 0
    for skeleton in large.skeletons:
        child = np.flatnonzero(skeleton.parents >= 0)
        middle = (skeleton.xyz[child] + skeleton.xyz[skeleton.parents[child]]) / 2
        hits += int(np.count_nonzero(large.label_at(middle) == skeleton.neurite_id))
        total += len(child)
    assert hits / total > 0.93


@pytest.mark.parametrize("name", ["specimen", "large"])
def test_skeletons_are_trees_with_one_root(name: str, request: pytest.FixtureRequest) -> None:
    grown: Specimen = request.getfixturevalue(name)
    for skeleton in grown.skeletons:
        root = np.flatnonzero(skeleton.parents == -1)
        assert len(root) == 1
        assert np.all(roots_of(skeleton) == root[0])
        assert np.all(skeleton.radius > 0)
    ids = np.concatenate([skeleton.ids for skeleton in grown.skeletons])
    assert len(np.unique(ids)) == len(ids)
    assert len({skeleton.neurite_id for skeleton in grown.skeletons}) == len(grown.skeletons)


def test_neurites_branch_and_run_both_ways(large: Specimen) -> None:
    branched = [s for s in large.skeletons if np.bincount(s.parents[s.parents >= 0], minlength=1).max() > 1]
    assert len(branched) > 10
    widest = max(np.ptp(skeleton.xyz[:, :2], axis=0).max() for skeleton in large.skeletons)
    assert widest > 1200


def test_nodes_lie_in_sections_of_the_volume(large: Specimen) -> None:
    for skeleton in large.skeletons:
        section = skeleton.xyz[:, 2] / 40
        assert np.all(section == np.rint(section))
        assert section.min() >= 0
        assert section.max() <= 29
        assert skeleton.xyz[:, :2].min() >= 0
        assert skeleton.xyz[:, :2].max() < 3200


def test_connectors_lie_in_the_presynaptic_neurite(large: Specimen) -> None:
    assert len(large.connectors) > 8
    for connector in large.connectors:
        source = large.skeletons[connector.presynaptic[0]]
        assert large.label_at(np.array(connector.xyz)) == source.neurite_id
        assert source.xyz[connector.presynaptic[1], 2] == connector.xyz[2]
        assert source.name.startswith("Axon")


def test_t_bars_face_their_partners(large: Specimen) -> None:
    """A partner is next to the T-bar's outer side, and is never the presynaptic neurite itself."""
    heading = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    rays = np.stack([np.cos(heading), np.sin(heading), np.zeros(48)], axis=1)
    for connector in large.connectors:
        around = np.concatenate([np.array(connector.xyz) + reach * rays for reach in (40, 60, 80, 100, 120)])
        near = set(large.label_at(around).tolist())
        source = large.skeletons[connector.presynaptic[0]].neurite_id
        partners = [large.skeletons[site[0]].neurite_id for site in connector.postsynaptic]
        assert partners
        assert len(set(partners)) == len(partners)
        assert source not in partners
        assert set(partners) <= near


def test_t_bars_are_dark_and_at_the_membrane(large: Specimen) -> None:
    t_bar = max(large.t_bars, key=lambda mark: mark.strength)
    image = large.section(t_bar.section)
    depth = np.arange(-20.0, 60.0, 4.0)
    x = np.rint((t_bar.x + depth * t_bar.inward_x) / 4).astype(int)
    y = np.rint((t_bar.y + depth * t_bar.inward_y) / 4).astype(int)
    assert image[y, x].mean() < 75
    sides = np.array([[t_bar.x, t_bar.y], [t_bar.x, t_bar.y]])
    sides += np.array([[18.0], [-18.0]]) * [t_bar.inward_x, t_bar.inward_y]
    inner, outer = large.label_at(np.column_stack([sides, [t_bar.section * 40.0] * 2]))
    assert inner != outer


def test_a_wanted_number_of_neurites_is_grown() -> None:
    few = grow(SpecimenSpec(seed=2, size_px=(256, 256, 6), neurites=9))
    assert 6 <= len(few.skeletons) <= 12


@pytest.mark.parametrize(
    "wrong",
    [
        {"size_px": (32, 256, 12)},
        {"size_px": (256, 256, 2)},
        {"resolution_nm": (4.0, 5.0, 40.0)},
        {"resolution_nm": (40.0, 40.0, 40.0)},
        {"seed": -1},
        {"neurites": 0},
    ],
)
def test_impossible_specs_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        SpecimenSpec(**wrong)


def test_sections_outside_are_refused(specimen: Specimen) -> None:
    for ask in (specimen.section, specimen.labels):
        with pytest.raises(IndexError, match="no section 14"):
            ask(14)
    with pytest.raises(IndexError):
        specimen.label_at(np.array([100.0, 100.0, -80.0]))
