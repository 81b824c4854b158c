"""What each edit does to an arbor and to all that hangs on it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from catmaid_server.domain.accounts import users
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


class TestTreenodes:
    """Create, insert, delete, move."""

    async def test_a_new_root_begins_skeleton_and_neuron(self, tracer: Tracer) -> None:
        made = await tracer.post("treenode/create", x=1.5, y=2, z=-3, radius=7, confidence=4, neuron_name="DNp01")
        node = (await tracer.nodes([made["treenode_id"]]))[made["treenode_id"]]
        assert (node.parent_id, node.place, node.radius, node.confidence) == (None, (1.5, 2.0, -3.0), 7.0, 4)
        assert await tracer.post("skeleton/neuronnames", **{"skids[0]": made["skeleton_id"]}) == {
            str(made["skeleton_id"]): "DNp01"
        }

    async def test_a_child_belongs_to_the_skeleton_of_its_parent_and_leaves_it_unchanged(self, tracer: Tracer) -> None:
        root = await tracer.node()
        before = (await tracer.nodes([root]))[root]
        child = await tracer.node(root, 3, 4)
        after = await tracer.nodes([root, child])
        assert after[root] == before
        assert after[root].edition_time == before.edition_time
        assert after[child].skeleton_id == before.skeleton_id
        assert await tracer.cable_length(before.skeleton_id) == 5

    async def test_an_inserted_node_comes_between(self, tracer: Tracer) -> None:
        top, child, other = await tracer.node(), 0, 0
        child, other = await tracer.node(top, 10), await tracer.node(top, 20)
        made = await tracer.post("treenode/insert", parent_id=top, child_id=child, x=5, state=UNCHECKED)
        new = made["treenode_id"]
        assert await tracer.parents([top, child, other, new]) == {top: None, new: top, child: new, other: top}
        assert [node for node, _ in made["child_edition_times"]] == [child]

    async def test_an_inserted_node_takes_over_children(self, tracer: Tracer) -> None:
        top = await tracer.node()
        children = [await tracer.node(top, x) for x in (10, 20, 30)]
        made = await tracer.post(
            "treenode/insert",
            parent_id=top,
            child_id=children[0],
            x=5,
            state=UNCHECKED,
            **{"takeover_child_ids[0]": children[1]},
        )
        new = made["treenode_id"]
        assert await tracer.parents([*children, new]) == {
            new: top,
            children[0]: new,
            children[1]: new,
            children[2]: top,
        }
        assert {node for node, _ in made["child_edition_times"]} == set(children[:2])

    async def test_children_of_a_deleted_node_hang_on_its_parent(self, tracer: Tracer) -> None:
        top, gone, *children = await tracer.chain(3)
        children.append(await tracer.node(gone, 50, 50))
        skeleton = await tracer.skeleton_of(top)
        connector = await tracer.connector(gone)
        await tracer.label(gone, "doomed")
        answer = await tracer.post("treenode/delete", treenode_id=gone, state=UNCHECKED)
        assert await tracer.parents([top, gone, *children]) == {top: None, children[0]: top, children[1]: top}
        assert {node for node, _ in answer["children"]} == set(children)
        assert [link[2] for link in answer["links"]] == [connector]
        assert (answer["parent_id"], answer["skeleton_id"], answer["deleted_neuron"]) == (top, skeleton, False)
        assert await tracer.rows("SELECT 1 FROM connector WHERE id = %s", connector), "the connector stays"
        for table in ("connector_link", "node_label", "review"):
            assert not await tracer.rows(f"SELECT 1 FROM {table} WHERE treenode_id = %s", gone)

    async def test_the_last_node_takes_skeleton_and_neuron_along(self, tracer: Tracer) -> None:
        node = await tracer.node()
        skeleton = await tracer.skeleton_of(node)
        (neuron,) = (await tracer.rows("SELECT neuron_id FROM skeleton WHERE id = %s", skeleton))[0]
        await tracer.annotate(skeleton, "lonely")
        assert (await tracer.post("treenode/delete", treenode_id=node, state=UNCHECKED))["deleted_neuron"]
        for table, row in (("skeleton", skeleton), ("neuron", neuron), ("skeleton_summary", skeleton)):
            key = "skeleton_id" if table == "skeleton_summary" else "id"
            assert not await tracer.rows(f"SELECT 1 FROM {table} WHERE {key} = %s", row)

    async def test_a_neuron_with_another_skeleton_stays(self, tracer: Tracer) -> None:
        first = await tracer.node()
        (neuron,) = (
            await tracer.rows("SELECT neuron_id FROM skeleton WHERE id = %s", await tracer.skeleton_of(first))
        )[0]
        await tracer.node(useneuron=neuron)
        answer = await tracer.post("treenode/delete", treenode_id=first, state=UNCHECKED)
        assert not answer["deleted_neuron"]
        assert await tracer.rows("SELECT 1 FROM neuron WHERE id = %s", neuron)

    async def test_a_move_is_seen_by_edges_and_length(self, tracer: Tracer) -> None:
        nodes = await tracer.chain(3)
        connector = await tracer.connector(nodes[1])
        answer = await tracer.post(
            "node/update",
            state=UNCHECKED,
            **{
                "t[0][0]": nodes[1],
                "t[0][1]": 10,
                "t[0][2]": 30,
                "t[0][3]": 0,
                "c[0][0]": connector,
                "c[0][1]": 7,
                "c[0][2]": 8,
                "c[0][3]": 9,
            },
        )
        assert [place[2:] for place in answer["old_treenodes"]] == [[10, 0, 0]]
        assert [place[2:] for place in answer["old_connectors"]] == [[1, 2, 3]]
        length = 2 * (10**2 + 30**2) ** 0.5
        assert await tracer.cable_length(await tracer.skeleton_of(nodes[0])) == pytest.approx(length)

    async def test_a_node_is_hung_on_another_of_its_skeleton(self, tracer: Tracer) -> None:
        nodes = await tracer.chain(4)
        await tracer.post(f"treenodes/{nodes[3]}/parent", parent_id=nodes[1], state=UNCHECKED)
        assert await tracer.parents(nodes) == dict(zip(nodes, [None, nodes[0], nodes[1], nodes[1]], strict=True))

    async def test_hung_below_itself_a_stretch_is_turned(self, tracer: Tracer) -> None:
        """A loop would be no arbor: the new parent takes the node's place, with its confidences edge by edge."""
        nodes = await tracer.chain(5)
        before = await tracer.nodes(nodes)
        await tracer.post(f"treenodes/{nodes[1]}/parent", parent_id=nodes[3], state=UNCHECKED)
        after = await tracer.nodes(nodes)
        assert {node: row.parent_id for node, row in after.items()} == {
            nodes[0]: None,
            nodes[3]: nodes[0],
            nodes[2]: nodes[3],
            nodes[1]: nodes[2],
            nodes[4]: nodes[3],
        }
        assert (after[nodes[2]].confidence, after[nodes[1]].confidence) == (
            before[nodes[3]].confidence,
            before[nodes[2]].confidence,
        )

    @pytest.mark.parametrize(
        ("option", "reached"), [(0, [2]), (1, [2, 3, 4]), (2, [2, 1]), (4, [2, 1, 0]), (5, [0, 1, 2, 3, 4])]
    )
    async def test_a_radius_reaches_as_far_as_asked(self, tracer: Tracer, option: int, reached: list[int]) -> None:
        nodes = await tracer.chain(5)
        answer = await tracer.post(f"treenode/{nodes[2]}/radius", radius=12.5, option=option, state=UNCHECKED)
        changed = {nodes[index] for index in reached}
        assert {int(node) for node in answer["updated_nodes"]} == changed
        assert {node for node, row in (await tracer.nodes(nodes)).items() if row.radius == 12.5} == changed

    async def test_labels_are_replaced_or_added(self, tracer: Tracer, admin: Tracer) -> None:
        node = await tracer.node()
        await tracer.label(node, "a", "b")
        await admin.post(f"label/treenode/{node}/update", tags="theirs", delete_existing="false")
        answer = await tracer.post(f"label/treenode/{node}/update", tags="b,c")
        assert [answer[f"{what}_labels"] for what in ("new", "deleted", "duplicate")] == [["c"], ["a"], ["theirs"]]
        found = await tracer.rows(
            "SELECT label.name FROM node_label l JOIN label ON label.id = l.label_id"
            " WHERE l.treenode_id = %s ORDER BY 1",
            node,
        )
        assert [name for (name,) in found] == ["b", "c", "theirs"]


class TestReroot:
    """Turn a skeleton around."""

    async def test_nothing_changes_but_the_direction(self, tracer: Tracer) -> None:
        nodes = await tracer.chain(5)
        skeleton = await tracer.skeleton_of(nodes[0])
        length, before = await tracer.cable_length(skeleton), await tracer.nodes(nodes)
        assert await tracer.post("skeleton/reroot", treenode_id=nodes[3]) == {
            "newroot": nodes[3],
            "skeleton_id": skeleton,
        }
        after = await tracer.nodes(nodes)
        assert {(n.id, n.skeleton_id, n.place, n.radius) for n in after.values()} == {
            (n.id, n.skeleton_id, n.place, n.radius) for n in before.values()
        }
        assert edges(after.values()) == edges(before.values())
        assert after[nodes[3]].parent_id is None
        assert await tracer.cable_length(skeleton) == pytest.approx(length)

    async def test_a_confidence_stays_with_its_edge(self, tracer: Tracer) -> None:
        nodes = await tracer.chain(5)
        before = await tracer.nodes(nodes)
        await tracer.post("skeleton/reroot", treenode_id=nodes[4])
        after = await tracer.nodes(nodes)
        assert {edge(node): node.confidence for node in after.values() if node.parent_id is not None} == {
            edge(node): node.confidence for node in before.values() if node.parent_id is not None
        }

    async def test_there_and_back_again(self, tracer: Tracer) -> None:
        nodes = await tracer.chain(4)
        await tracer.post(f"treenodes/{nodes[0]}/confidence", new_confidence=5, state=UNCHECKED)
        before = await tracer.nodes(nodes)
        await tracer.post("skeleton/reroot", treenode_id=nodes[2])
        await tracer.post("skeleton/reroot", treenode_id=nodes[0])
        assert await tracer.nodes(nodes) == before

    async def test_side_branches_are_left_alone(self, tracer: Tracer) -> None:
        nodes = await tracer.chain(4)
        side = await tracer.node(nodes[1], 10, 10)
        before = (await tracer.nodes([side]))[side]
        await tracer.post("skeleton/reroot", treenode_id=nodes[3])
        after = (await tracer.nodes([side]))[side]
        assert after == before
        assert after.edition_time == before.edition_time


def edge(node: object) -> frozenset[int]:
    return frozenset({node.id, node.parent_id})  # type: ignore[attr-defined]


def edges(nodes: object) -> set[frozenset[int]]:
    return {edge(node) for node in nodes if node.parent_id is not None}  # type: ignore[attr-defined]


class TestSplit:
    """Cut a skeleton in two."""

    async def test_the_cut_edge_is_all_that_is_lost(self, tracer: Tracer) -> None:
        nodes = await tracer.chain(5)
        old = await tracer.skeleton_of(nodes[0])
        before = await tracer.nodes(nodes)
        answer = await tracer.post("skeleton/split", treenode_id=nodes[2])
        new = answer["new_skeleton_id"]
        after = await tracer.nodes(nodes)
        assert {node: row.skeleton_id for node, row in after.items()} == {
            **dict.fromkeys(nodes[:2], old),
            **dict.fromkeys(nodes[2:], new),
        }
        assert edges(after.values()) == edges(before.values()) - {frozenset(nodes[1:3])}
        assert (await tracer.cable_length(old), await tracer.cable_length(new)) == (10, 20)
        assert {node: row.place for node, row in after.items()} == {node: row.place for node, row in before.items()}

    async def test_links_reviews_and_labels_go_with_their_nodes(self, tracer: Tracer) -> None:
        nodes = await tracer.chain(4)
        for node in (nodes[1], nodes[3]):
            await tracer.connector(node)
            await tracer.label(node, "seen")
            await tracer.post(f"node/{node}/reviewed")
        old = await tracer.skeleton_of(nodes[0])
        new = (await tracer.post("skeleton/split", treenode_id=nodes[2]))["new_skeleton_id"]
        for table in ("connector_link", "review"):
            assert dict(
                await tracer.rows(f"SELECT treenode_id, skeleton_id FROM {table} WHERE treenode_id = ANY (%s)", nodes)
            ) == {nodes[1]: old, nodes[3]: new}
        for skeleton, node in ((old, nodes[1]), (new, nodes[3])):
            detail = await tracer.get(
                f"skeletons/{skeleton}/compact-detail", with_connectors="true", with_tags="true", with_reviews="true"
            )
            assert [row[0] for row in detail[1]] == [node]
            assert detail[2] == {"seen": [node]}
            assert [row[0] for row in detail[3]] == [node]

    async def test_both_parts_keep_all_annotations(self, tracer: Tracer) -> None:
        nodes = await tracer.chain(3)
        await tracer.annotate(await tracer.skeleton_of(nodes[0]), "DN", "left")
        answer = await tracer.post("skeleton/split", treenode_id=nodes[1])
        above = await tracer.annotations(answer["existing_skeleton_id"])
        assert set(above) == {"DN", "left"}
        assert await tracer.annotations(answer["new_skeleton_id"]) == above

    async def test_maps_say_which_part_keeps_which_annotation(self, tracer: Tracer, admin: Tracer) -> None:
        nodes = await tracer.chain(3)
        skeleton = await tracer.skeleton_of(nodes[0])
        await tracer.annotate(skeleton, "DN", "left")
        kept = await tracer.annotations(skeleton)
        answer = await admin.post(
            "skeleton/split",
            treenode_id=nodes[1],
            upstream_annotation_map=json.dumps(kept),
            downstream_annotation_map=json.dumps({"DN": kept["DN"]}),
        )
        assert await tracer.annotations(skeleton) == kept
        assert await tracer.annotations(answer["new_skeleton_id"]) == {"DN": kept["DN"]}, "and whose it is"

    async def test_one_part_must_keep_them_all(self, tracer: Tracer) -> None:
        nodes = await tracer.chain(3)
        await tracer.annotate(await tracer.skeleton_of(nodes[0]), "DN", "left")
        status, _ = await tracer.refused(
            "skeleton/split",
            treenode_id=nodes[1],
            upstream_annotation_map='{"DN": 1}',
            downstream_annotation_map='{"left": 1}',
        )
        assert status == 400

    async def test_split_and_join_give_the_arbor_back(self, tracer: Tracer) -> None:
        nodes = await tracer.chain(5)
        await tracer.connector(nodes[4])
        before, skeleton = await tracer.nodes(nodes), await tracer.skeleton_of(nodes[0])
        await tracer.post("skeleton/split", treenode_id=nodes[2])
        answer = await tracer.post("skeleton/join", from_id=nodes[1], to_id=nodes[2])
        assert answer["result_skeleton_id"] == skeleton
        after = await tracer.nodes(nodes)
        assert {n: (r.parent_id, r.skeleton_id, r.place) for n, r in after.items()} == {
            n: (r.parent_id, r.skeleton_id, r.place) for n, r in before.items()
        }
        assert await tracer.cable_length(skeleton) == 40


class TestJoin:
    """Make one skeleton of two."""

    async def test_the_second_is_turned_and_hung_on_the_first(self, tracer: Tracer) -> None:
        one, other = await tracer.chain(3), await tracer.chain(3, y=40)
        kept, gone = await tracer.skeleton_of(one[0]), await tracer.skeleton_of(other[0])
        before = await tracer.nodes(one + other)
        answer = await tracer.post("skeleton/join", from_id=one[1], to_id=other[2])
        assert (answer["result_skeleton_id"], answer["deleted_skeleton_id"]) == (kept, gone)
        after = await tracer.nodes(one + other)
        assert {node.skeleton_id for node in after.values()} == {kept}
        assert edges(after.values()) == edges(before.values()) | {frozenset({one[1], other[2]})}
        assert {node: after[node].parent_id for node in other} == {
            other[2]: one[1],
            other[1]: other[2],
            other[0]: other[1],
        }
        assert await tracer.cable_length(kept) == pytest.approx(20 + 20 + (10**2 + 40**2) ** 0.5)
        assert not await tracer.rows("SELECT 1 FROM skeleton WHERE id = %s", gone)

    async def test_confidences_stay_with_their_edges_and_the_new_edge_is_sure(self, tracer: Tracer) -> None:
        one, other = await tracer.chain(2), await tracer.chain(3, y=40)
        before = await tracer.nodes(other)
        await tracer.post("skeleton/join", from_id=one[1], to_id=other[2])
        after = await tracer.nodes(other)
        for node in before.values():
            if node.parent_id is not None:
                turned = next(row for row in after.values() if edge(row) == edge(node))
                assert turned.confidence == node.confidence
        assert after[other[2]].confidence == 5

    async def test_links_and_reviews_follow(self, tracer: Tracer) -> None:
        one, other = await tracer.chain(2), await tracer.chain(2, y=40)
        connector = await tracer.connector(other[0])
        await tracer.post(f"node/{other[1]}/reviewed")
        await tracer.post("skeleton/join", from_id=one[0], to_id=other[0])
        kept = await tracer.skeleton_of(one[0])
        assert await tracer.rows("SELECT skeleton_id FROM connector_link WHERE connector_id = %s", connector) == [
            (kept,)
        ]
        assert await tracer.rows("SELECT skeleton_id FROM review WHERE treenode_id = %s", other[1]) == [(kept,)]

    async def test_annotations_are_united_unless_a_set_is_given(self, tracer: Tracer, admin: Tracer) -> None:
        for given, expected in ((None, {"DN", "left", "right"}), ({"left": 2}, {"left"}), ({}, set())):
            one, other = await tracer.chain(2), await tracer.chain(2, y=40)
            kept = await tracer.skeleton_of(one[0])
            await tracer.annotate(kept, "DN", "left")
            await tracer.annotate(await tracer.skeleton_of(other[0]), "left", "right")
            form = {} if given is None else {"annotation_set": json.dumps(given)}
            await admin.post("skeleton/join", from_id=one[0], to_id=other[0], **form)
            assert set(await tracer.annotations(kept)) == expected

    async def test_a_stable_neuron_lives_on(self, tracer: Tracer) -> None:
        one, other = await tracer.chain(2), await tracer.chain(2, y=40)
        stable, gone = await tracer.skeleton_of(other[0]), await tracer.skeleton_of(one[0])
        await tracer.annotate(stable, "stable")
        answer = await tracer.post("skeleton/join", from_id=one[1], to_id=other[1])
        assert (answer["result_skeleton_id"], answer["deleted_skeleton_id"], answer["stable_annotation_swap"]) == (
            stable,
            gone,
            True,
        )
        assert {node.skeleton_id for node in (await tracer.nodes(one + other)).values()} == {stable}

    async def test_two_stable_neurons_are_not_joined(self, tracer: Tracer) -> None:
        one, other = await tracer.chain(2), await tracer.chain(2, y=40)
        for node in (one[0], other[0]):
            await tracer.annotate(await tracer.skeleton_of(node), "stable")
        assert (await tracer.refused("skeleton/join", from_id=one[0], to_id=other[0]))[0] == 400


class TestLocks:
    """An annotation `locked` keeps everybody else from changing a neuron."""

    @pytest.fixture
    async def locked(self, tracer: Tracer, admin: Tracer) -> list[int]:
        """The tracer's own nodes, in a neuron that the administrator has locked."""
        nodes = await tracer.chain(3)
        await admin.annotate(await tracer.skeleton_of(nodes[0]), "locked")
        return nodes

    async def test_who_locked_may_edit(self, locked: list[int], admin: Tracer) -> None:
        await admin.node(locked[0], 5, 5)
        await admin.post("skeleton/split", treenode_id=locked[1])

    async def test_rerooting_is_allowed(self, locked: list[int], tracer: Tracer) -> None:
        await tracer.post("skeleton/reroot", treenode_id=locked[2])

    async def test_an_own_lock_does_not_hinder(self, tracer: Tracer) -> None:
        nodes = await tracer.chain(2)
        await tracer.annotate(await tracer.skeleton_of(nodes[0]), "locked")
        await tracer.node(nodes[1], 5, 5)
        await tracer.post("treenode/delete", treenode_id=nodes[1], state=UNCHECKED)


async def test_members_of_a_users_own_group_edit_as_that_user(tracer: Tracer, admin: Tracer) -> None:
    foreign = await admin.node()
    move = {"t[0][0]": foreign, "t[0][1]": 1, "t[0][2]": 1, "t[0][3]": 1, "state": UNCHECKED}
    assert (await tracer.refused("node/update", **move))[0] == 403
    async with tracer.store.writing(user_id=None, project_id=None, label="set up") as tx:
        owner = await users.require_user(tx, "admin")
        helper = await users.require_user(tx, "tracer")
        await tx.execute(
            "INSERT INTO group_member (user_id, group_id) SELECT %s, id FROM user_group WHERE name = %s",
            (helper.id, owner.username),
        )
    await tracer.post("node/update", **move)
    async with tracer.store.writing(user_id=None, project_id=None, label="set up") as tx:
        await tx.execute("DELETE FROM group_member WHERE user_id = %s", (helper.id,))
