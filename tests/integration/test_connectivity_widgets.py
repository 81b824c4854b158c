"""The tables of a neuron and its partners at a real service, and at one that knows only CATMAID's routes."""

from __future__ import annotations

import asyncio
from typing import Any

import pandas as pd
import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api import loop
from catmaid_jupyter.widgets import TracingLayer
from tests.integration.test_client_connectivity import pairs
from tests.integration.test_client_neurons import plain, project

__all__ = ["pairs", "plain", "project"]


async def test_they_show_what_the_project_says(project: cj.Project, plain: cj.Project, pairs: list[Any]) -> None:
    def story() -> None:
        ids = sorted({pre for pre, *_ in pairs})[:3]
        project.annotate(ids[1], "DA1")
        for at in (project, plain):
            partners = at.connectivity(ids, min_synapses=2)
            found = partners.table
            own = found[found["relation"] == "out"].drop(columns="relation").reset_index(drop=True)
            pd.testing.assert_frame_equal(own, at.partners(ids, min_synapses=2))
            pd.testing.assert_frame_equal(at.matrix(ids).table, at.adjacency(ids))
            links = at.connector_table(ids).table
            assert len(links) == len(at.links(ids).query(f"skeleton_id in {ids}"))
            assert len(at.treenode_table(ids).table) == len(at.nodes(ids))

            layer = TracingLayer(at)
            assert loop.run(layer._neuron_values({"of": "annotation", "skeleton_ids": ids})) == ["", "DA1", ""]
            reviewed = loop.run(layer._neuron_values({"of": "review", "skeleton_ids": ids}))
            assert reviewed == at.reviews(ids)["percent"].tolist()
            with pytest.raises(cj.InvalidInput, match="by annotation or review here, not by 'size'"):
                loop.run(layer._neuron_values({"of": "size", "skeleton_ids": ids}))

            navigator = at.navigator(ids)
            navigator.selection.active = ids[1]
            facts = navigator.table
            assert facts["what"].tolist()[:3] == ["neuron", "skeleton", "annotation"]
            assert facts.query("what == 'annotation'")["name"].tolist() == ["DA1"]
            out = facts[facts["what"] == "→ out"]
            assert out["skeleton_id"].tolist() == at.partners(ids[1])["skeleton_id"].tolist()
            assert facts.query("what == 'user'")["user"].tolist() == at.contributors(ids[1])["user"].tolist()
            navigator.selection.clear()
            assert navigator.table.empty

    await asyncio.to_thread(story)
