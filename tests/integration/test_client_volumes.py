"""Volumes are made around nodes and synapses of neurons, at any CATMAID server."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

import catmaid_jupyter as cj
from tests.integration.test_client_neurons import plain, project, told

__all__ = ["plain", "project"]


def grown(project: cj.Project) -> tuple[int, int]:
    """A neuron with branches to the corners of a cube and outputs there, and a partner at half of them."""
    middle = project.edit.create_treenode(50, 50, 50, neuron_name="cube")
    partner = project.edit.create_treenode(500, 0, 0, neuron_name="partner")
    for number, (x, y, z) in enumerate(product((0, 100), repeat=3)):
        stem = project.edit.create_treenode(25 + x / 2, 25 + y / 2, 25 + z / 2, parent_id=middle)
        end = project.edit.create_treenode(x, y, z, parent_id=stem)
        if number == 7:
            project.edit.set_labels(stem, ["last"])
        connector = project.edit.create_connector(2 * x, 2 * y, 2 * z, treenode_id=end)
        if number < 4:
            project.edit.create_link(partner, connector, "postsynaptic_to")
    (one,), (other,) = project.neuron("cube").skeleton_ids, project.neuron("partner").skeleton_ids
    return one, other


async def test_volumes_around_neurons(project: cj.Project, plain: cj.Project) -> None:
    def story() -> None:
        cube, partner = grown(project)
        for one in (project, plain):
            hull = one.volume_around(cube)
            assert (hull.name, hull.id, hull.mesh.volume) == ("convex_hull", -1, pytest.approx(1e6))
            assert one.volume_around(cube, of="ends").mesh.volume == pytest.approx(1e6)
            assert one.volume_around(cube, "alpha_shape").mesh.volume == pytest.approx(1e6)
            assert one.volume_around([cube, partner], of="pre").mesh.volume == pytest.approx(8e6)
            near = one.volume_around(cube, "box", of="synapses", partners=partner, margin=5)
            assert near.box[1].tolist() == [5, 205, 205]
            theirs = one.volume_around(partner, "box", of="post", partners=cube, margin=5)
            np.testing.assert_array_equal(theirs.vertices, near.vertices)
            inside = cj.Volume.of(((20, 20, 20), (80, 80, 80)))
            assert one.volume_around(cube, inside=inside).mesh.volume == pytest.approx(50**3)
            assert one.volume_around(cube, strahler=(None, 1)).mesh.volume == pytest.approx(1e6)
            last = one.volume_around(cube, "box", distal_to="last")
            assert np.stack(last.box).tolist() == [[75] * 3, [100] * 3]
            assert one.volume_around(np.eye(4, 3)).mesh.volume == pytest.approx(1 / 6)
            saved = one.add_volume(hull, "around the cube")
            assert (saved.name, saved.mesh.volume) == ("around the cube", pytest.approx(1e6))
            assert one.volume_around(cube, inside="around the cube").mesh.volume == pytest.approx(50**3)
            with pytest.raises(cj.InvalidInput, match=rf"already \({saved.id}\)\. Give .*replace=True"):
                one.add_volume(near, "around the cube")
            again = one.add_volume(near, "around the cube", replace=True)
            assert one.volumes["id"].tolist() == [again.id]
            assert again.box[1].tolist() == [5, 205, 205]
            one.delete_volume(again)
        mistakes: list[tuple[Any, dict[str, Any], str]] = [
            (cube, {"of": "node"}, "no kind of points 'node'. Did you mean 'nodes'"),
            (cube, {"of": "post"}, "The neuron has no post that fit"),
            (cube, {"of": "branch_nodes"}, "4 or more points at different places, but there are 1"),
            (cube, {"partners": partner}, "Partners are those of synapses"),
            (cube, {"distal_to": "lst"}, "the tag 'lst'. Did you mean 'last'. They have: last"),
            (cube, {"compartment": "axon"}, "The neuron has no nodes that fit"),
            (np.eye(4, 3), {"of": "pre"}, "Points have neither synapses nor compartments"),
            ([], {}, "There are no neurons to make a volume around"),
        ]
        for neurons, options, message in mistakes:
            with pytest.raises(cj.InvalidInput, match=message):
                project.volume_around(neurons, **options)

    await told(story)
