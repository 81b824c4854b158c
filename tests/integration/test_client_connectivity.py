"""Partners, matrices and synapses in Python are what SQL counts, at any CATMAID server."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api import loop
from catmaid_jupyter.client.frames import PARTNERS, SYNAPSES
from catmaid_server.demo.specimen.specimen import grow
from catmaid_server.demo.tracing import import_tracing
from tests.clients.laboratory import SPEC, with_more_synapses
from tests.helpers.service import Service
from tests.integration.test_client import dtypes_are
from tests.integration.test_client_neurons import plain, project

__all__ = ["plain", "project"]

PAIRS = """
SELECT pre.skeleton_id, post.skeleton_id, pre.connector_id, pre.treenode_id, post.treenode_id, c.x, s.y, t.z,
       least(pre.confidence, post.confidence)
  FROM connector_link pre JOIN relation a ON a.id = pre.relation_id AND a.name = 'presynaptic_to'
  JOIN connector_link post ON post.connector_id = pre.connector_id
  JOIN relation b ON b.id = post.relation_id AND b.name = 'postsynaptic_to'
  JOIN connector c ON c.id = pre.connector_id
  JOIN treenode s ON s.id = pre.treenode_id
  JOIN treenode t ON t.id = post.treenode_id
"""


@pytest.fixture
async def pairs(service: Service) -> AsyncIterator[list[Any]]:
    """Every synapse of a specimen, whose confidences are mixed, as SQL tells it."""
    await import_tracing(service.store, with_more_synapses(grow(SPEC).tracing), project="Test", user="tracer")
    async with service.store.writing(user_id=None, project_id=service.project_id, label="confidences") as tx:
        await tx.execute("UPDATE connector_link SET confidence = 1 + id %% 5", {})
    async with service.store.reading() as connection:
        cursor = await connection.execute(PAIRS)
        yield await cursor.fetchall()


async def test_counts_are_those_of_sql(project: cj.Project, plain: cj.Project, pairs: list[Any]) -> None:
    def story() -> None:
        ids: list[int] = project.skeletons["id"].tolist()
        names = project.skeletons.set_index("id")["name"]
        sizes = project.skeletons.set_index("id")["nodes"]
        wired = Counter((row[0], row[1]) for row in pairs)
        chosen = [source for source, _ in Counter(row[0] for row in pairs).most_common(3)]
        for one in (project, plain):
            matrix = one.adjacency(ids)
            assert [list(matrix.index), list(matrix.columns)] == [ids, ids]
            assert {(a, b): matrix.loc[a, b] for a in ids for b in ids if matrix.loc[a, b]} == wired
            assert one.adjacency(chosen, ids[:2]).equals(matrix.loc[chosen, ids[:2]])
            for relation, mine, theirs in (("out", 0, 1), ("in", 1, 0), ("incoming", 1, 0), ("presynaptic_to", 0, 1)):
                for surest in (1, 3):
                    counts = Counter(
                        (row[theirs], row[mine]) for row in pairs if row[mine] in chosen and row[8] >= surest
                    )
                    found = one.partners(chosen, relation=relation, min_confidence=surest)
                    assert dtypes_are(found[list(PARTNERS)], PARTNERS)
                    assert set(found["skeleton_id"]) == {partner for partner, _ in counts}
                    for row in found.to_dict("records"):
                        partner = row["skeleton_id"]
                        assert [row[source] for source in chosen] == [counts[partner, source] for source in chosen]
                        assert row["synapses"] == sum(row[source] for source in chosen)
                        assert (row["name"], row["nodes"]) == (names[partner], sizes[partner])
                    assert found["synapses"].is_monotonic_decreasing
            many = one.partners(chosen, min_synapses=3)
            assert set(many["skeleton_id"]) == {
                target for target in ids if sum(wired[source, target] for source in chosen) >= 3
            }
            synapses = one.synapses(chosen, ids)
            assert dtypes_are(synapses, SYNAPSES)
            columns = ["pre_skeleton_id", "post_skeleton_id", "connector_id", "pre_treenode_id", "post_treenode_id"]
            told = synapses[[*columns, "x", "pre_y", "post_z"]].itertuples(index=False, name=None)
            assert sorted(told) == sorted(tuple(row[:8]) for row in pairs if row[0] in chosen)
            sure = {tuple(row[:3]) for row in pairs if row[0] in chosen and row[8] >= 3}
            found = one.synapses(chosen, ids, min_confidence=3)
            assert set(found[columns[:3]].itertuples(index=False, name=None)) == sure
            assert len(one.synapses(chosen)) == sum(wired[a, b] for a in chosen for b in chosen)

    await asyncio.to_thread(story)


async def test_gap_junctions(project: cj.Project, plain: cj.Project) -> None:
    def story() -> None:
        nodes = [project.edit.create_treenode(0, 100 * row, 0, neuron_name=f"g{row}") for row in range(2)]
        a, b = (project.neuron(f"g{row}").skeleton_ids[0] for row in range(2))
        connector = project.edit.create_connector(0, 50, 0)
        for node in nodes:
            project.edit.create_link(node, connector, "gapjunction_with")
        for one in (project, plain):
            found = one.partners(a, relation="gap")
            assert found[["skeleton_id", "synapses", a]].to_numpy().tolist() == [[b, 1, 1]]
            assert one.partners(b, relation="gapjunction_with")["skeleton_id"].tolist() == [a]
            (junction,) = one.synapses(a, b, relation="gap").to_dict("records")
            assert (junction["connector_id"], junction["pre_treenode_id"], junction["post_y"]) == (
                connector,
                nodes[0],
                100,
            )
            assert one.synapses(a, b).empty
            widget = one.connectivity(a)
            assert widget.table.empty
            widget.show_gap = True
            assert widget.table[["relation", "skeleton_id", "synapses"]].to_numpy().tolist() == [["gap", b, 1]]
            loop.run(widget._rows({}))
            assert widget._content is not None
            place = loop.run(widget._place_of(widget._content.rows.iloc[0], 0))
            assert (place.treenode_id, place.sentence) == (nodes[0], f"Gap junction 1 of 1: connector {connector}.")
            widget.show_in = widget.show_out = widget.show_gap = False
            assert list(widget.table.columns) == ["relation", *PARTNERS, a]
        with pytest.raises(cj.InvalidInput, match="by the relation out or gap, not 'in'"):
            project.synapses(a, relation="in")
        with pytest.raises(cj.InvalidInput, match="1 to 5, not 0"):
            project.synapses(a, min_confidence=0)

    await asyncio.to_thread(story)


async def test_empty_and_wrong_questions(project: cj.Project) -> None:
    def story() -> None:
        node = project.edit.create_treenode(0, 0, 0, neuron_name="alone")
        (lonely,) = project.skeletons["id"]
        assert dtypes_are(project.partners("alone")[list(PARTNERS)], PARTNERS)
        assert project.partners([]).empty
        assert dtypes_are(project.synapses("alone"), SYNAPSES)
        assert project.adjacency("alone").to_numpy().tolist() == [[0]]
        assert project.adjacency([], "alone").shape == (0, 1)
        with pytest.raises(cj.InvalidInput, match="Did you mean 'outgoing'"):
            project.partners(int(lonely), relation="outgoin")
        with pytest.raises(cj.InvalidInput, match="1 to 5"):
            project.partners(int(lonely), min_confidence=6)
        with pytest.raises(cj.InvalidInput, match="Did you mean 'presynaptic_to'"):
            project.links("alone", relation="presynaptic_too")
        with pytest.raises(cj.NotFound, match=str(node)):
            project.adjacency(node)

    await asyncio.to_thread(story)
