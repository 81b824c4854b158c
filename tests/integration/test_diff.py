"""What is different between two versions, against what the rows of both add up to."""

from __future__ import annotations

from typing import Any

import pytest

from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.history import diff, versions
from catmaid_server.domain.history.diff import NeuronDiff
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service
from tests.helpers.snapshots import snapshot
from tests.helpers.walk import new_walk


async def version_of(tracer: Tracer) -> int:
    return int((await tracer.get("version"))["version"])


@pytest.fixture
async def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


async def state_of(connection: Connection) -> dict[int, dict[str, Any]]:
    """What there is of each neuron: its name and size, and the ids, with places, of what it has."""
    rows = await snapshot(connection)
    neurons: dict[int, dict[str, Any]] = {
        row["id"]: {"name": row["name"], "nodes": {}, "links": set(), "reviews": set(), "annotations": []}
        for row in rows["neuron"]
    }
    owner = {row["id"]: row["neuron_id"] for row in rows["skeleton"]}
    relations = {row["id"]: row["name"] for row in rows["relation"]}
    for row in rows["treenode"]:
        state = [row[name] for name in ("x", "y", "z")], [row[name] for name in ("parent_id", "radius", "confidence")]
        neurons[owner[row["skeleton_id"]]]["nodes"][row["id"]] = state
    for row in rows["connector_link"]:
        neurons[owner[row["skeleton_id"]]]["links"].add((row["id"], relations[row["relation_id"]]))
    for row in rows["review"]:
        neurons[owner[row["skeleton_id"]]]["reviews"].add((row["id"], row["review_time"]))
    names = {row["id"]: row["name"] for row in rows["annotation"]}
    for row in rows["annotation_link"]:
        if row["neuron_id"] is not None:
            neurons[row["neuron_id"]]["annotations"].append(names[row["annotation_id"]])
    return neurons


def compared(before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:
    nothing: dict[str, Any] = {"name": None, "nodes": {}, "links": set(), "reviews": set(), "annotations": []}
    old, new = before or nothing, after or nothing
    both = old["nodes"].keys() & new["nodes"].keys()
    moved = {node for node in both if old["nodes"][node][0] != new["nodes"][node][0]}
    edited = {node for node in both - moved if old["nodes"][node] != new["nodes"][node]}

    def links(relation: str, one: Any, other: Any) -> int:
        return sum(name == relation for _, name in one["links"] - other["links"])

    return {
        "names": (old["name"], new["name"]),
        "nodes": (len(new["nodes"].keys() - both), len(moved), len(edited), len(old["nodes"].keys() - both)),
        "sizes": (len(old["nodes"]), len(new["nodes"])),
        "presynapses": (links("presynaptic_to", new, old), links("presynaptic_to", old, new)),
        "postsynapses": (links("postsynaptic_to", new, old), links("postsynaptic_to", old, new)),
        "reviews": (len(new["reviews"] - old["reviews"]), len(old["reviews"] - new["reviews"])),
        "annotations": (
            without(new["annotations"], old["annotations"]),
            without(old["annotations"], new["annotations"]),
        ),
    }


def without(names: list[str], others: list[str]) -> list[str]:
    left = list(names)
    for name in others:
        if name in left:
            left.remove(name)
    return sorted(left)


def told(one: NeuronDiff) -> dict[str, Any]:
    before, after = one.before, one.after
    return {
        "names": (before.name if before else None, after.name if after else None),
        "nodes": (one.nodes.added, one.nodes_moved, one.nodes_edited, one.nodes.removed),
        "sizes": (before.nodes if before else 0, after.nodes if after else 0),
        "presynapses": (one.presynapses.added, one.presynapses.removed),
        "postsynapses": (one.postsynapses.added, one.postsynapses.removed),
        "reviews": (one.reviews.added, one.reviews.removed),
        "annotations": (one.annotations_added, one.annotations_removed),
    }


@pytest.mark.parametrize("seed", range(2))
async def test_a_diff_is_what_the_rows_of_both_versions_say(store: Store, seed: int) -> None:
    walk = await new_walk(store, seed)
    known: list[tuple[int, dict[int, dict[str, Any]], dict[str, int]]] = []
    for _ in range(5):
        async with store.reading() as connection:
            version = await versions.settled(connection)
            rows = {table: len(found) for table, found in (await snapshot(connection)).items()}
            known.append((version, await state_of(connection), rows))
        for _ in range(25):
            await walk.step()
    for first, (old, before, old_rows) in enumerate(known):
        for new, after, new_rows in known[first:]:
            async with store.reading() as connection:
                found = await diff.diff(connection, walk.project_id, old, new)
            changed = {
                neuron_id: compared(before.get(neuron_id), after.get(neuron_id))
                for neuron_id in before.keys() | after.keys()
                if before.get(neuron_id) != after.get(neuron_id)
            }
            assert {one.neuron_id: told(one) for one in found.neurons} == changed
            assert (found.total_neurons, found.cut) == (len(changed), None)
            for table, added, _, removed in found.tables:
                assert added - removed == new_rows[table] - old_rows[table], table


async def test_cable_is_that_of_both_versions(tracer: Tracer) -> None:
    nodes = await tracer.chain(3)
    old = await version_of(tracer)
    await tracer.post(
        "node/update", state=UNCHECKED, **{"t[0][0]": nodes[2], "t[0][1]": 50, "t[0][2]": 0, "t[0][3]": 0}
    )
    await tracer.node(nodes[2], x=60)
    found = await tracer.get("versions/diff", **{"from": old})
    (one,) = found["neurons"]
    assert (one["cable_before"], one["cable_after"]) == (20, 60)
    assert (one["nodes_before"], one["nodes_after"]) == (3, 4)
    assert (one["nodes_added"], one["nodes_moved"], one["nodes_removed"]) == (1, 1, 0)
    assert {table["table"]: table["added"] for table in found["tables"]} == {"treenode": 1}
    assert [table["changed"] for table in found["tables"]] == [1]
    assert (found["from_version"], found["to_version"]) == (old, await version_of(tracer))


async def test_what_a_join_brings_is_added_to_one_neuron_and_removed_from_the_other(tracer: Tracer) -> None:
    one, other = await tracer.chain(3), await tracer.chain(2, y=100)
    await tracer.connector(other[1])
    await tracer.annotate(await tracer.skeleton_of(other[0]), "DN")
    await tracer.post("pins/", name="before the join")
    await tracer.post("skeleton/join", from_id=one[2], to_id=other[0], annotation_set='{"DN": 1}', state=UNCHECKED)
    found = await tracer.get("versions/diff", **{"from": "before the join", "to": "now"})
    gone, joined = sorted(found["neurons"], key=lambda neuron: neuron["nodes_added"])
    assert (gone["nodes_removed"], gone["presynapses_removed"], gone["name_after"]) == (2, 1, None)
    assert (joined["nodes_added"], joined["presynapses_added"], joined["nodes_removed"]) == (2, 1, 0)
    assert (joined["annotations_added"], gone["annotations_removed"]) == (["DN"], ["DN"])
    await tracer.post("versions/undo")
    undone = await tracer.get("versions/diff", **{"from": "before the join"})
    assert (undone["tables"], undone["neurons"], undone["total_neurons"]) == ([], [], 0)


async def test_neurons_beyond_the_limit_are_said(tracer: Tracer) -> None:
    old = await version_of(tracer)
    await tracer.chain(1)
    largest = await tracer.chain(3)
    found = await tracer.get("versions/diff", **{"from": old, "limit": 1})
    assert [neuron["nodes_added"] for neuron in found["neurons"]] == [len(largest)]
    assert found["total_neurons"] == 2
    assert found["cut"] == "2 neurons are different; the 1 in which most is different are listed."


async def test_too_many_changes_are_counted_but_not_compared(tracer: Tracer, monkeypatch: pytest.MonkeyPatch) -> None:
    old = await version_of(tracer)
    await tracer.chain(3)
    monkeypatch.setattr(diff, "_MOST_STATES", 2)
    async with tracer.store.reading() as connection:
        found = await diff.diff(connection, tracer.project_id, old, old + 3)
    assert (found.neurons, found.total_neurons) == ([], None)
    assert found.cut is not None
    assert "Choose versions that are nearer" in found.cut
    assert {table.table: table.added for table in found.tables}["treenode"] == 3


async def test_other_projects_and_the_rest_of_the_past_do_not_count(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracer = Tracer.of(service)
    other = Tracer(service.admin, service.store, (await service.admin.post("/projects/", title="Other"))["id"])
    await tracer.chain(2)
    old = await version_of(tracer)
    await other.chain(3)
    middle = await version_of(tracer)
    await tracer.chain(1)
    assert (await tracer.get("versions/diff", **{"from": old, "to": middle}))["tables"] == []
    assert (await other.get("versions/diff", **{"from": old, "to": middle}))["neurons"][0]["nodes_after"] == 3
    monkeypatch.setattr(diff, "_MOST_STATES", 2)
    compared = await tracer.get("versions/diff", **{"from": old, "to": middle + 1})
    assert (len(compared["neurons"]), compared["cut"]) == (1, None), "what changed elsewhere is not too much here"
    status, body = await tracer.actor.request(
        "GET", f"/{tracer.project_id}/versions/diff", params={"from": old, "to": middle + 1, "as_of": middle}
    )
    assert (status, "as of which you read" in body["error"]) == (400, True)


@pytest.mark.parametrize(("form", "said"), [
    ({}, "from"),
    ({"from": "now", "to": "1"}, "exchange them"),
    ({"from": "fig 99"}, "from is a version"),
    ({"from": "1", "to": "yesterday"}, "to is a version"),
    ({"from": "1999-01-01"}, "no version from 1999-01-01"),
    ({"from": "1", "to": "99999999"}, "no version 99999999 yet"),
    ({"from": "1", "limit": "0"}, "limit is a number of neurons from 1"),
])  # fmt: skip
async def test_what_are_no_two_versions_is_said(tracer: Tracer, form: dict[str, str], said: str) -> None:
    status, body = await tracer.actor.request("GET", f"/{tracer.project_id}/versions/diff", params=form)
    assert (status, said in body["error"]) == (400, True), body


async def test_exchanged_versions_are_an_error_of_the_domain(store: Store) -> None:
    async with store.reading() as connection:
        with pytest.raises(InvalidInput, match="newer than the second"):
            await diff.diff(connection, 1, 2, 1)
