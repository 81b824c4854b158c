"""What CATMAID answers to requests that no recording shows: lists without entries, unknown ids, defaults."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.contract.target import Target


@pytest.fixture(scope="module")
async def target(shared: Path, server_dsn: str) -> AsyncIterator[tuple[Target, str]]:
    """Our service on the base state of the kit, and its URL."""
    running = Target(server_dsn)
    try:
        yield running, await running.start(shared / "conformance" / "base")
    finally:
        await running.stop()


@pytest.fixture
async def session(target: tuple[Target, str]) -> AsyncIterator[aiohttp.ClientSession]:
    """A session of the user test2, on the base state."""
    await target[0].reset()
    async with aiohttp.ClientSession(target[1], headers=await target[0].headers("test2")) as client:
        yield client


ANSWERS: list[tuple[str, dict[str, str], Any]] = [
    ("/messages/3/mark_read", {}, {"success": True}),
    ("/3/connector/edgetimes", {}, {}),
    ("/3/connector/list/linked-to-nodes", {}, {"connector_ids": []}),
    ("/3/neurons/all-skeletons", {}, {}),
    ("/3/node/update", {}, {"updated": 0, "old_treenodes": None, "old_connectors": None}),
    ("/3/textlabel/delete", {"tid": "999999"}, {"message": "Success."}),
    (
        "/3/skeletons/connectivity",
        {"source_skeleton_ids[0]": "2388", "source_skeleton_ids[1]": "235", "boolean_op": "and"},
        {"outgoing": {}, "outgoing_reviewers": [], "incoming": {}, "incoming_reviewers": []},
    ),
    (
        "/3/nodes/nearest",
        {},
        {"treenode_id": 241, "skeleton_id": 235, "x": 1340.0, "y": 2660.0, "z": 0.0},
    ),
    (
        "/3/connectors/user-info",
        {"treenode_id": "999", "connector_id": "356", "relation_name": "presynaptic_to"},
        {"error": "No treenode connector exists for treenode 999, connector 356, relation 1023"},
    ),
]


@pytest.mark.parametrize(("path", "form", "expected"), ANSWERS, ids=[path for path, *_ in ANSWERS])
async def test_answers(session: aiohttp.ClientSession, path: str, form: dict[str, str], expected: Any) -> None:
    """Nothing to do, and nothing found, is no error here."""
    async with session.post(path, data=form) as response:
        assert (response.status, response.content_type) == (200, "application/json")
        assert await response.json() == expected


async def test_contributors_of_no_skeletons(session: aiohttp.ClientSession) -> None:
    """Nobody made them, in no time."""
    async with session.post("/3/skeleton/contributor_statistics_multiple") as response:
        assert response.status == 200
        assert not any((await response.json()).values())


async def test_a_single_node_is_reviewed(session: aiohttp.ClientSession) -> None:
    """It is a sequence of its own."""
    async with session.post("/3/skeletons/2433/review") as response:
        (sequence,) = await response.json()
    assert (sequence["nr_nodes"], [node["id"] for node in sequence["sequence"]]) == (1, [2437])


REFUSALS: list[tuple[str, dict[str, str], int, str]] = [
    ("/log/info", {}, 400, "ValueError"),
    ("/3/connector/skeletons", {}, 400, "ValueError"),
    ("/3/connector/create", {"confidence": "9"}, 400, "ValueError"),
    ("/3/connector/list/one_to_many", {"skid": "235", "skids[0]": "361"}, 400, "ValueError"),
    ("/3/connector/list/many_to_many", {"skids1[0]": "235", "skids2[0]": "361"}, 400, "ValueError"),
    (
        "/3/connectors/user-info",
        {"treenode_id": "285", "connector_id": "356", "relation_name": "of"},
        400,
        "ValueError",
    ),
    ("/3/annotations/add", {"annotations[0]": "A", "skeleton_ids[0]": "999999"}, 400, "ValueError"),
    ("/3/annotations/add-neuron-names", {"skeleton_ids[0]": "999999"}, 400, "ValueError"),
    ("/3/annotations/query-targets", {"types[0]": "cell"}, 400, "ValueError"),
    ("/3/annotations/query-targets", {"range_start": "0", "range_length": ""}, 400, "ValueError"),
    ("/3/annotations/query-targets", {"range_start": "0", "range_length": "-1"}, 400, "ValueError"),
    ("/3/annotations/remove", {"annotation_ids[0]": "1"}, 400, "ValueError"),
    ("/3/nodes/nearest", {"skeleton_id": "235", "neuron_id": "233"}, 400, "ValueError"),
    ("/3/skeleton/neuronnames", {}, 400, "ValueError"),
    ("/3/skeleton/999999/statistics", {}, 404, "NotFound"),
    ("/3/skeletons/999999/neuron-details", {}, 404, "NotFound"),
    ("/3/999999/1/0/compact-skeleton", {}, 404, "NotFound"),
    ("/3/skeletons/235/open-leaves", {"treenode_id": "367"}, 400, "ValueError"),
    ("/3/skeletons/235/find-labels", {"treenode_id": "367", "label_regex": "a"}, 400, "ValueError"),
    ("/3/skeletons/2388/review", {"subarbor_node_id": "367"}, 400, "ValueError"),
    ("/3/treenodes/999999/next-branch-or-end", {}, 400, "ValueError"),
]


@pytest.mark.parametrize(("path", "form", "status", "kind"), REFUSALS, ids=[path for path, *_ in REFUSALS])
async def test_refusals(
    session: aiohttp.ClientSession, path: str, form: dict[str, str], status: int, kind: str
) -> None:
    """Refused with the status and the type that CATMAID answers, or 400 where it stumbles."""
    async with session.post(path, data=form) as response:
        answer = await response.json()
        assert (response.status, answer["type"]) == (status, kind)
        assert answer["error"]


@pytest.mark.parametrize("label", ["", "nodes.update_location"])
async def test_transaction_without_location(session: aiohttp.ClientSession, label: str) -> None:
    """Clients look for another location at an error of this type."""
    sought = {"transaction_id": "1", "execution_time": "2020-01-01T00:00:00Z", "label": label}
    async with session.get("/3/transactions/location", params=sought) as response:
        assert (response.status, (await response.json())["type"]) == (400, "LocationLookupError")


async def test_page_without_start(session: aiohttp.ClientSession) -> None:
    """The number of rows counts only together with the first row."""
    form = {"types[0]": "neuron", "range_length": "2"}
    async with session.post("/3/annotations/query-targets", data=form) as response:
        assert len((await response.json())["entities"]) == 13
