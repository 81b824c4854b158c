"""Answers and edits that follow from several requests, as CATMAID means them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service
from tests.helpers.snapshots import mismatches


@pytest.fixture
async def tracer(module_service: Service) -> AsyncIterator[Tracer]:
    """The tracer; whatever a test did, derived data must be right after it."""
    yield Tracer.of(module_service)
    async with module_service.store.reading() as connection:
        assert await mismatches(connection) == []


@pytest.fixture
def admin(module_service: Service) -> Tracer:
    return Tracer.of(module_service, module_service.admin)


@pytest.fixture
async def path(tracer: Tracer) -> list[int]:
    """Six sure nodes in a row."""
    nodes = [await tracer.node()]
    for x in range(1, 6):
        nodes.append(await tracer.node(nodes[-1], 10 * x))
    return nodes


class TestNotedNodes:
    """Walks to the next branch stop at what somebody noted: a label, a link, a confidence below 5."""

    async def down(self, tracer: Tracer, treenode_id: int) -> list[int]:
        (branch,) = await tracer.post(f"treenodes/{treenode_id}/next-branch-or-end")
        return [place[0] for place in branch]

    async def up(self, tracer: Tracer, treenode_id: int, alt: int) -> int:
        place: Any = await tracer.post(f"treenodes/{treenode_id}/previous-branch-or-root", alt=alt)
        return int(place[0])

    async def test_without_any_it_is_the_end(self, tracer: Tracer, path: list[int]) -> None:
        assert await self.down(tracer, path[0]) == [path[1], path[5], path[5]]
        assert [await self.up(tracer, path[5], alt) for alt in (0, 1)] == [path[0], path[0]]
        assert await self.up(tracer, path[0], 1) == path[0]

    @pytest.mark.parametrize("note", ["label", "link", "confidence"])
    async def test_the_first_that_bears_one(self, tracer: Tracer, path: list[int], note: str) -> None:
        for noted in (path[2], path[3]):
            if note == "label":
                await tracer.label(noted, "here")
            elif note == "link":
                await tracer.connector(noted)
            else:
                await tracer.post(f"treenodes/{noted}/confidence", new_confidence=4, state=UNCHECKED)
        assert await self.down(tracer, path[0]) == [path[1], path[2], path[5]]
        assert [await self.up(tracer, path[5], alt) for alt in (0, 1)] == [path[0], path[3]]


class TestNeuronNames:
    """Names of new neurons count up."""

    async def made(self, tracer: Tracer, name: str) -> str:
        skeleton_id = (await tracer.post("treenode/create", neuron_name=name))["skeleton_id"]
        names: dict[str, str] = await tracer.post("skeleton/neuronnames", **{"skids[0]": skeleton_id})
        return names[str(skeleton_id)]

    async def test_from_1_or_from_a_number(self, tracer: Tracer) -> None:
        assert [await self.made(tracer, "A_{n}%") for _ in range(3)] == ["A_1%", "A_2%", "A_3%"]
        assert [await self.made(tracer, "A_{n2}%"), await self.made(tracer, "A_{n9}%")] == ["A_4%", "A_9%"]
        assert await self.made(tracer, "AA1%") == "AA1%"
        assert await self.made(tracer, "AA{n}%") == "AA2%"

    async def test_each_number_counts_by_itself(self, tracer: Tracer) -> None:
        assert [await self.made(tracer, "b{n5} of {n}") for _ in range(2)] == ["b5 of 1", "b6 of 2"]

    async def test_annotations_count_in_the_order_of_their_targets(self, tracer: Tracer) -> None:
        skeletons = [(await tracer.post("treenode/create"))["skeleton_id"] for _ in range(40)]
        wanted = skeletons[::-1]
        form = {f"skeleton_ids[{place}]": skeleton_id for place, skeleton_id in enumerate(wanted)}
        await tracer.post("annotations/add", **{"annotations[0]": "c{n}"}, **form)
        borne = [list(await tracer.annotations(skeleton_id)) for skeleton_id in wanted]
        assert borne == [[f"c{number}"] for number in range(1, 41)]


class TestInsertionInLockedNeurons:
    """A node on the edge changes no shape: it is allowed, and stays with who made the edge."""

    @pytest.fixture
    async def edge(self, admin: Tracer) -> list[int]:
        """A parent and a child 20 nm from it, in a neuron that the administrator made and locked."""
        parent = await admin.node()
        nodes = [parent, await admin.node(parent, 20, 10)]
        await admin.annotate(await admin.skeleton_of(parent), "locked")
        return nodes

    async def test_on_the_edge(self, tracer: Tracer, edge: list[int]) -> None:
        form = {"parent_id": edge[0], "child_id": edge[1], "state": UNCHECKED}
        made = await tracer.post("treenode/insert", x=10, y=5, **form)
        new = made["treenode_id"]
        assert await tracer.parents([*edge, new]) == {edge[0]: None, new: edge[0], edge[1]: new}
        rows = await tracer.rows("SELECT user_id, editor_id, creation_time FROM treenode WHERE id = %s", new)
        ends = await tracer.rows("SELECT user_id, creation_time FROM treenode WHERE id = %s", edge[1])
        ((author, editor, time),) = rows
        assert ((author, time),) == tuple(ends)
        assert editor != author

    async def test_beside_it(self, tracer: Tracer, edge: list[int]) -> None:
        form = {"parent_id": edge[0], "child_id": edge[1], "state": UNCHECKED}
        for x, y in ((10, 6), (-10, -5), (30, 15)):
            status, problem = await tracer.refused("treenode/insert", x=x, y=y, **form)
            assert (status, "between child and parent" in str(problem["error"])) == (400, True)

    async def test_other_children_stay(self, tracer: Tracer, admin: Tracer, edge: list[int]) -> None:
        other = await admin.node(edge[0], 5, 5)
        form = {"parent_id": edge[0], "child_id": edge[1], "takeover_child_ids[0]": other, "state": UNCHECKED}
        assert (await tracer.refused("treenode/insert", x=10, y=5, **form))[0] == 400


async def test_annotations_of_targets_come_in_the_order_of_their_links(tracer: Tracer) -> None:
    skeletons = [(await tracer.post("treenode/create"))["skeleton_id"] for _ in range(2)]
    for skeleton_id, names in zip(skeletons, (["early", "late"], ["late", "early"]), strict=True):
        for name in names:
            await tracer.annotate(skeleton_id, name)
    answer = await tracer.post("annotations/query-targets", with_annotations="true", **{"types[0]": "neuron"})
    borne = {tuple(e["skeleton_ids"]): [a["name"] for a in e["annotations"]] for e in answer["entities"]}
    assert [borne[(skeleton_id,)] for skeleton_id in skeletons] == [["early", "late"], ["late", "early"]]


class TestConnectors:
    """Lists of connectors and of synapses."""

    async def test_labels_are_in_alphabetic_order(self, tracer: Tracer) -> None:
        connector = await tracer.connector(await tracer.node())
        await tracer.post(f"label/connector/{connector}/update", tags="delta,Beta,alpha")
        answer = await tracer.post("connectors/", with_tags="true")
        assert answer["tags"][str(connector)] == ["alpha", "Beta", "delta"]

    async def test_synapses_come_by_the_postsynaptic_skeleton(self, tracer: Tracer) -> None:
        first, second, source = [await tracer.node() for _ in range(3)]
        made = [await tracer.connector(source) for _ in range(2)]
        for connector, target in zip(made, (second, first), strict=True):
            form = {"from_id": target, "to_id": connector, "link_type": "postsynaptic_to", "state": UNCHECKED}
            await tracer.post("link/create", **form)
        answer = await tracer.post("connector/info", **{f"cids[{place}]": made[place] for place in range(2)})
        assert [row[0] for row in answer] == made[::-1]

    async def test_only_synapses_have_two_sides(self, tracer: Tracer) -> None:
        connector = await tracer.connector(await tracer.node(), "gapjunction_with")
        form = {"connector_ids[0]": connector}
        assert await tracer.post("connector/skeletons", **form) == []
        assert await tracer.post("connector/edgetimes", **form) == {}

    async def test_details_have_desmosomes(self, tracer: Tracer) -> None:
        node = await tracer.node()
        wanted = ("presynaptic_to", "postsynaptic_to", "gapjunction_with", "desmosome_with", "tightjunction_with")
        connectors = [await tracer.connector(node, relation) for relation in wanted]
        path = f"skeletons/{await tracer.skeleton_of(node)}/compact-detail"
        for form in ({}, {"with_history": "true"}):
            links = (await tracer.get(path, with_connectors="true", **form))[1]
            assert sorted(link[1:3] for link in links) == [[connectors[kind], kind] for kind in range(4)]


async def test_skeletons_of_others_are_not_given_away(tracer: Tracer, admin: Tracer) -> None:
    skeleton_id = await tracer.skeleton_of(await tracer.node())
    models = await tracer.post("neurons/from-models", **{"model_ids[0]": skeleton_id})
    neuron_id = models[str(skeleton_id)]
    await admin.node(useneuron=neuron_id)
    ((receiver,),) = await admin.rows("SELECT id FROM app_user WHERE username = 'admin'")
    give = {"path": f"neuron/{neuron_id}/give-to-user", "target_user_id": receiver}
    assert (await tracer.refused(**give))[0] == 403
    await admin.post(**give)


class TestSplitAndJoin:
    """What is cut off or merged stays whose it was, with its annotations as old as they were."""

    async def named(self, tracer: Tracer, skeleton_id: int) -> list[tuple[object, ...]]:
        return await tracer.rows(
            "SELECT n.user_id, k.user_id, n.name, k.name FROM skeleton k JOIN neuron n ON n.id = k.neuron_id"
            " WHERE k.id = %s",
            skeleton_id,
        )

    async def dated(self, tracer: Tracer, skeleton_id: int) -> dict[str, object]:
        found = await tracer.rows(
            "SELECT a.name, l.creation_time FROM skeleton k JOIN annotation_link l ON l.neuron_id = k.neuron_id"
            "  JOIN annotation a ON a.id = l.annotation_id WHERE k.id = %s",
            skeleton_id,
        )
        return dict(found)

    async def test_a_part_belongs_to_whom_the_whole_belonged(
        self, tracer: Tracer, admin: Tracer, path: list[int]
    ) -> None:
        whole = await tracer.skeleton_of(path[0])
        await tracer.annotate(whole, "as old as this")
        part = (await admin.post("skeleton/split", treenode_id=path[3]))["new_skeleton_id"]
        ((owner, *_),) = await self.named(tracer, whole)
        ((neuron_owner, skeleton_owner, neuron, skeleton),) = await self.named(tracer, part)
        assert (neuron_owner, skeleton_owner) == (owner, owner)
        assert str(neuron).startswith("Neuron ")
        assert skeleton == f"Skeleton {part}"
        assert await self.dated(tracer, part) == await self.dated(tracer, whole)

    async def test_the_earlier_time_of_an_annotation_stays(self, tracer: Tracer, path: list[int]) -> None:
        gone = await tracer.skeleton_of(path[0])
        await tracer.annotate(gone, "of both", "of one")
        root = await tracer.node(neuron_name="survivor")
        kept = await tracer.skeleton_of(root)
        await tracer.annotate(kept, "of both")
        before = await self.dated(tracer, gone)
        await tracer.post("skeleton/join", from_id=root, to_id=path[0])
        assert await self.dated(tracer, kept) == before
        ((text,),) = await tracer.rows(
            "SELECT freetext FROM log_entry WHERE operation_type = 'join_skeleton' ORDER BY id DESC LIMIT 1"
        )
        assert text.startswith(f"Joined skeleton with ID {gone} (neuron: neuron ")
        assert text.endswith(f"into skeleton with ID {kept} (neuron: survivor, annotations: of both, of one)")
