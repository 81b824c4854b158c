"""Regions are kept on the server under their names, and neurons in them are found."""

from __future__ import annotations

import asyncio

import pytest

import catmaid_jupyter as cj
from tests.helpers.service import Service
from tests.integration.test_client_neurons import plain, project

__all__ = ["plain", "project"]


async def test_regions_are_kept_and_have_neurons(service: Service, project: cj.Project, plain: cj.Project) -> None:
    def story() -> None:
        region = cj.DrawnRegion.of([(0, 0), (100, 0), (100, 100), (0, 100)], "calyx", (40, 60))
        assert project.regions == {}
        project.keep_region(region)
        assert project.regions == plain.regions == {"calyx": region}
        for at, place in enumerate([(50, 50, 50), (50, 50, 90), (150, 50, 50)]):
            root = project.edit.create_treenode(*place, neuron_name=f"neuron {at}")
            project.edit.create_treenode(place[0] + 10, place[1], place[2], parent_id=root)
        expected = project.neuron("neuron 0").skeleton_ids
        for one in (project, plain):
            assert one.neurons_in("calyx").skeleton_ids == expected
            assert one.neurons_in(region).skeleton_ids == expected
        beside = cj.DrawnRegion.of([(45, 40), (95, 40), (95, 60), (45, 60)], "beside", (0, 100), "zy")
        assert len(project.neurons_in(beside)) == 2
        volume = project.add_volume(region.volume)
        assert volume.name == "calyx"
        assert project.search(volume="calyx").skeleton_ids == expected

        # What is for all is its administrators' to keep, and a user's own hides it.
        with pytest.raises(cj.NotAllowed):
            project.keep_region(region, shared=True)
        with cj.connect(service.url, service.admin.token) as admin:
            admin.project("Test").keep_region(cj.DrawnRegion.of(region.polygon, "calyx", (0, 999)), shared=True)
        assert project.regions == {"calyx": region}
        project.forget_region("calyx")
        assert project.regions["calyx"].upper == 999
        with pytest.raises(cj.NotFound, match="no region 'calyx' of yours"):
            project.forget_region("calyx")
        with pytest.raises(cj.NotFound, match="Did you mean 'calyx'"):
            project.neurons_in("calix")

    await asyncio.to_thread(story)
