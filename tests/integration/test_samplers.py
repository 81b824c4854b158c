"""Samplers, and what edits of their skeletons mean to them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from typing import Any

import pytest

from catmaid_server.domain.accounts import users
from tests.helpers.answers import is_error
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Actor, Service
from tests.helpers.snapshots import as_of, mismatches, newest_version, snapshot

SETTINGS = {"interval_length": 20, "review_required": "true", "create_interval_boundaries": "true"}
PARTS = ("sampler", "sampler_domain", "sampler_domain_end", "sampler_interval", "sampler_connector")


@dataclass
class Sampled:
    """A chain of seven treenodes, 10 nm from each to the next, with a sampler."""

    tracer: Tracer
    nodes: list[int]
    skeleton_id: int
    sampler_id: int

    async def domain(self, start: int, *ends: int, **form: object) -> int:
        made = await self.tracer.post(
            f"samplers/{self.sampler_id}/domains/add",
            domain_type_id=1,
            start_node_id=self.nodes[start],
            **form,
            **{f"end_node_ids[{i}]": self.nodes[end] for i, end in enumerate(ends)},
        )
        return int(made["id"])

    async def intervals(self, domain: int, *ends: tuple[int, int]) -> list[int]:
        """Between the nodes of these numbers."""
        made = await self.tracer.post(
            f"samplers/domains/{domain}/intervals/add-all",
            **{f"intervals[{i}][{side}]": self.nodes[pair[side]] for i, pair in enumerate(ends) for side in (0, 1)},
        )
        return [interval["id"] for interval in made["intervals"]]

    async def domains(self) -> list[tuple[int, list[int], list[tuple[int, int]]]]:
        """Of each domain the numbers of its start, its ends, and of the ends of its intervals."""
        shown = await self.tracer.get(f"samplers/{self.sampler_id}/", with_intervals="true")
        number = {node: index for index, node in enumerate(self.nodes)}
        return [
            (
                number[domain["start_node_id"]],
                [number.get(end["node_id"], -1) for end in domain["ends"]],
                sorted((number[i[1]], number[i[2]]) for i in domain["intervals"]),
            )
            for domain in shown["domains"]
        ]


async def sampled(tracer: Tracer, **settings: object) -> Sampled:
    nodes = await tracer.chain(7)
    skeleton = await tracer.skeleton_of(nodes[0])
    made = await tracer.post("samplers/add", skeleton_id=skeleton, **SETTINGS | settings)
    return Sampled(tracer, nodes, skeleton, int(made["id"]))


@pytest.fixture
async def here(module_service: Service) -> Sampled:
    return await sampled(Tracer.of(module_service))


@pytest.fixture(scope="module")
async def other(module_service: Service) -> Tracer:
    """Somebody else who may annotate."""
    async with module_service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        user_id = await users.create_user(tx, "other")
        for permission in ("can_annotate", "can_annotate_with_token"):
            await users.grant(tx, module_service.project_id, permission, to="other")
        token = await users.issue_token(tx, user_id)
    return Tracer.of(module_service, Actor(module_service.tracer.session, module_service.url, token))


async def test_samplers_of_others_are_not_changed(here: Sampled, other: Tracer) -> None:
    for path, form in (
        (f"samplers/{here.sampler_id}/", {"leaf_handling_mode": "merge"}),
        (f"samplers/{here.sampler_id}/delete", {}),
    ):
        status, body = await other.refused(path, **form)
        assert (status, is_error(body, "PermissionError")) == (403, True)
    assert (await here.tracer.get(f"samplers/{here.sampler_id}/"))["leaf_segment_handling"] == "ignore"
    changed = await here.tracer.post(f"samplers/{here.sampler_id}/", leaf_handling_mode="merge")
    assert changed["leaf_segment_handling"] == "merge"


async def test_bad_requests_change_nothing(here: Sampled, module_service: Service) -> None:
    domain = await here.domain(0, 6)
    [interval] = await here.intervals(domain, (0, 2))
    stranger = (await here.tracer.chain(2))[1]
    async with module_service.store.reading() as connection:
        before = await snapshot(connection)
    far, sampler = 999999, f"samplers/{here.sampler_id}"
    new = {"skeleton_id": here.skeleton_id} | SETTINGS
    end = {"domain_type_id": 1, "start_node_id": here.nodes[0], "end_node_ids[0]": here.nodes[6]}
    pair = {"intervals[0][0]": here.nodes[0], "intervals[0][1]": -1}
    edge = [-1, here.nodes[1], here.nodes[0]]
    for path, form in (
        ("samplers/add", {k: v for k, v in new.items() if k != "review_required"}),
        ("samplers/add", new | {"skeleton_id": far}),
        ("samplers/add", new | {"interval_length": 0}),
        ("samplers/add", new | {"leaf_segment_handling": "x"}),
        ("samplers/add", new | {"merge_limit": 1.5}),
        (f"{sampler}/", {"leaf_handling_mode": "x"}),
        (f"samplers/{far}/delete", {}),
        (f"{sampler}/domains/add", {**end, "domain_type_id": 6}),
        (f"{sampler}/domains/add", {**end, "end_node_ids[0]": far}),
        (f"{sampler}/domains/add", {**end, "start_node_id": stranger}),
        (f"{sampler}/domains/add", {k: v for k, v in end.items() if k != "end_node_ids[0]"}),
        (f"{sampler}/domains/add", {**end, "parent_interval_id": far}),
        (f"samplers/{far}/domains/add", end),
        (f"{sampler}/domains/add-all", {}),
        (f"{sampler}/domains/add-all", {"domains[0]": "{"}),
        (f"{sampler}/domains/add-all", {"domains[0]": "{}"}),
        (f"samplers/domains/{far}/intervals/add-all", {}),
        (f"samplers/domains/{domain}/intervals/add-all", {**pair, "intervals[0][1]": stranger}),
        (f"samplers/domains/{domain}/intervals/add-all", pair),
        (f"samplers/domains/{domain}/intervals/add-all", {"added_nodes": json.dumps([[*edge, 5, 0, 0]])}),
        (f"samplers/domains/{domain}/intervals/add-all", {**pair, "added_nodes": json.dumps([[*edge, 5, 1, 0]])}),
        (f"samplers/domains/{domain}/intervals/add-all", {**pair, "added_nodes": json.dumps([[*edge, 15, 0, 0]])}),
        (
            f"samplers/domains/{domain}/intervals/add-all",
            {**pair, "added_nodes": json.dumps([[-1, here.nodes[2], here.nodes[0], 5, 0, 0]])},
        ),
        (f"samplers/domains/{domain}/intervals/add-all", {**pair, "added_nodes": "[[-1]]"}),
        (f"samplers/domains/{domain}/intervals/add-all", {**pair, "added_nodes": "["}),
        (f"samplers/domains/intervals/{interval}/set-state", {"state_id": 5}),
        (f"samplers/domains/intervals/{interval}/set-state", {}),
        (f"samplers/domains/intervals/{far}/set-state", {"state_id": 1}),
        (f"samplers/domains/intervals/{interval}/connectors/{far}/set-state", {"state_id": 1}),
        ("skeletons/sampler-count", {}),
    ):
        status, body = await here.tracer.refused(path, **form)
        assert (status < 500, is_error(body)) == (True, True), (path, form, body)
    async with module_service.store.reading() as connection:
        assert await snapshot(connection) == before
    for method, path in (
        ("POST", "samplers/"),
        ("GET", "samplers/add"),
        ("DELETE", f"{sampler}/"),
        ("POST", f"{sampler}/domains/"),
    ):
        assert (await here.tracer.actor.request(method, f"/{here.tracer.project_id}/{path}"))[0] == 405


async def test_states_are_set_and_filtered(here: Sampled) -> None:
    connector = await here.tracer.connector(here.nodes[1])
    first, second = await here.intervals(await here.domain(0, 6), (0, 2), (2, 4))
    base = "samplers/domains/intervals"
    await here.tracer.post(f"{base}/{first}/set-state", state_id=3)
    kept = [
        await here.tracer.post(f"{base}/{interval}/connectors/{connector}/set-state", state_id=state)
        for interval, state in ((first, 2), (second, 3), (first, 4))
    ]
    assert kept[0]["id"] == kept[2]["id"]
    found = await here.tracer.get("samplers/connectors/", connector_id=connector)
    assert [(one["interval_id"], one["state_id"]) for one in found] == [(second, 3), (first, 4)]
    for query in ({"interval_id": first}, {"connector_id": connector, "state_id": 4}):
        assert [one["interval_id"] for one in await here.tracer.get("samplers/connectors/", **query)] == [first]
    assert len(await here.tracer.get("samplers/connectors/", connector_id=connector, interval_id="", state_id="")) == 2
    counts = await here.tracer.post(
        "skeletons/sampler-count", **{"skeleton_ids[0]": here.skeleton_id, "skeleton_ids[1]": 999999}
    )
    assert counts == {str(here.skeleton_id): 1, "999999": 0}


async def test_numbers_may_be_left_empty(module_service: Service) -> None:
    made = await sampled(Tracer.of(module_service), interval_error="", merge_limit="", leaf_segment_handling="")
    await made.domain(0, 6, parent_interval_id="")
    shown = await made.tracer.get(f"samplers/{made.sampler_id}/", with_domains="true")
    assert (shown["interval_error"], shown["merge_limit"], shown["leaf_segment_handling"]) == (250, 0, "ignore")
    assert [domain["parent_interval"] for domain in shown["domains"]] == [None]


async def test_a_connector_that_is_deleted_is_sampled_no_more(here: Sampled) -> None:
    connector = await here.tracer.connector(here.nodes[1])
    [interval] = await here.intervals(await here.domain(0, 6), (0, 2))
    await here.tracer.post(f"samplers/domains/intervals/{interval}/connectors/{connector}/set-state", state_id=2)
    await here.tracer.post("connector/delete", connector_id=connector, state=UNCHECKED)
    assert await here.tracer.get("samplers/connectors/", interval_id=interval) == []


async def test_boundaries_are_not_taken_from_a_locked_neuron(here: Sampled, module_service: Service) -> None:
    domain = await here.domain(0, 6)
    form = {
        "added_nodes": json.dumps([[-1, here.nodes[1], here.nodes[0], 5, 0, 0]]),
        "intervals[0][0]": here.nodes[0],
        "intervals[0][1]": -1,
    }
    await here.tracer.post(f"samplers/domains/{domain}/intervals/add-all", **form)
    await Tracer.of(module_service, module_service.admin).annotate(here.skeleton_id, "locked")
    for path, expected in (
        (f"samplers/{here.sampler_id}/delete", 403),
        (f"samplers/domains/{domain}/intervals/add-all", 400),
    ):
        status, body = await here.tracer.refused(path, **form)
        assert (status, is_error(body)) == (expected, True), path
    kept = await here.tracer.post(f"samplers/{here.sampler_id}/delete", delete_created_nodes="false")
    assert kept["deleted_interval_nodes"] == 0


async def test_boundaries_come_and_go_with_their_sampler(here: Sampled, module_service: Service) -> None:
    first, second = here.nodes[:2]
    parents = await here.tracer.parents(here.nodes)
    domain = await here.domain(0, 6)
    added = [[-1, second, first, 2.5, 0, 0], [-2, second, -1, 5, 0, 0], [-3, second, -2, 7.5, 0, 0]]
    ends = [(first, -1), (-1, -2), (-2, -3), (-3, second)]
    made = await here.tracer.post(
        f"samplers/domains/{domain}/intervals/add-all",
        added_nodes=json.dumps(added),
        **{f"intervals[{i}][{side}]": pair[side] for i, pair in enumerate(ends) for side in (0, 1)},
    )
    new = [interval["end_node_id"] for interval in made["intervals"][:3]]
    assert made["n_added_nodes"] == 3
    assert await here.tracer.parents([*new, second]) == dict(zip([*new, second], [first, *new], strict=True))
    labels = await here.tracer.rows(
        "SELECT l.name FROM node_label n JOIN label l ON l.id = n.label_id WHERE n.treenode_id = ANY (%s)", new
    )
    assert labels == [("sampler-created",)] * 3
    await here.tracer.label(new[1], "sampler-created", "soma")
    deleted = await here.tracer.post(f"samplers/{here.sampler_id}/delete")
    assert deleted == {"deleted_sampler_id": str(here.sampler_id), "deleted_interval_nodes": 2}
    assert await here.tracer.parents([*here.nodes, *new]) == parents | {new[1]: first, second: new[1]}
    async with module_service.store.reading() as connection:
        assert await mismatches(connection) == []


async def test_samplers_of_one_skeleton_are_divided_side_by_side(here: Sampled, module_service: Service) -> None:
    samplers = [here.sampler_id] + [
        (await here.tracer.post("samplers/add", skeleton_id=here.skeleton_id, **SETTINGS))["id"] for _ in range(2)
    ]
    domains = [await replace(here, sampler_id=sampler).domain(0, 6) for sampler in samplers]
    parents = await here.tracer.parents(here.nodes)

    async def divide(number: int) -> Any:
        above, below = here.nodes[number : number + 2]
        added = json.dumps([[-1, below, above, 10 * number + 5, 0, 0]])
        return await here.tracer.post(
            f"samplers/domains/{domains[number]}/intervals/add-all",
            added_nodes=added,
            **{"intervals[0][0]": above, "intervals[0][1]": -1, "intervals[1][0]": -1, "intervals[1][1]": below},
        )

    made = await asyncio.gather(*(divide(number) for number in range(3)))
    assert [one["n_added_nodes"] for one in made] == [1, 1, 1]
    deleted = await asyncio.gather(*(here.tracer.post(f"samplers/{sampler}/delete") for sampler in samplers))
    assert [one["deleted_interval_nodes"] for one in deleted] == [1, 1, 1]
    assert await here.tracer.parents(here.nodes) == parents
    assert await here.tracer.rows("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == [(0,)]


async def test_boundaries_are_kept_where_that_is_asked_or_nothing_was_made(module_service: Service) -> None:
    for settings, form in (({}, {"delete_created_nodes": "false"}), ({"create_interval_boundaries": "false"}, {})):
        here = await sampled(Tracer.of(module_service), **settings)
        domain = await here.domain(0, 6)
        made = await here.tracer.post(
            f"samplers/domains/{domain}/intervals/add-all",
            added_nodes=json.dumps([[-1, here.nodes[1], here.nodes[0], 5, 0, 0]]),
            **{"intervals[0][0]": here.nodes[0], "intervals[0][1]": -1},
        )
        deleted = await here.tracer.post(f"samplers/{here.sampler_id}/delete", **form)
        assert deleted["deleted_interval_nodes"] == 0
        assert len(await here.tracer.nodes([made["intervals"][0]["end_node_id"]])) == 1


async def test_several_domains_are_added_at_once(here: Sampled) -> None:
    [interval] = await here.intervals(await here.domain(0, 3), (0, 2))
    wanted = [
        {"domain_type_id": 2, "start_node_id": here.nodes[3], "end_node_ids": here.nodes[4:6]},
        {
            "domain_type_id": 5,
            "start_node_id": here.nodes[1],
            "end_node_ids": [here.nodes[2]],
            "parent_interval_id": interval,
        },
    ]
    made = await here.tracer.post(
        f"samplers/{here.sampler_id}/domains/add-all",
        **{f"domains[{i}]": json.dumps(one) for i, one in enumerate(wanted)},
    )
    assert [(one["type_id"], len(one["ends"]), one["parent_interval"]) for one in made] == [
        (2, 2, None),
        (5, 1, interval),
    ]
    shown = await here.tracer.get("samplers/", with_domains="true", **{"skeleton_ids[0]": here.skeleton_id})
    assert [[domain["type_id"] for domain in sampler["domains"]] for sampler in shown] == [[1, 2, 5]]
    assert "intervals" not in shown[0]["domains"][0]


async def test_nodes_of_domains_and_intervals_are_not_deleted(here: Sampled) -> None:
    await here.intervals(await here.domain(1, 5), (1, 3))
    for number in (1, 3, 5):
        status, body = await here.tracer.refused("treenode/delete", treenode_id=here.nodes[number], state=UNCHECKED)
        assert (status, is_error(body)) == (400, True)
    for number in (2, 4, 6):
        await here.tracer.post("treenode/delete", treenode_id=here.nodes[number], state=UNCHECKED)


async def test_rerooting_is_refused_where_it_would_turn_a_domain(here: Sampled) -> None:
    twig = [await here.tracer.node(here.nodes[1], 10, 50)]
    twig.append(await here.tracer.node(twig[0], 10, 60))
    await here.domain(3, 6)
    for number in (3, 6):
        status, body = await here.tracer.refused("skeleton/reroot", treenode_id=here.nodes[number], state=UNCHECKED)
        assert (status, is_error(body)) == (400, True)
    await here.tracer.post("skeleton/reroot", treenode_id=twig[1], state=UNCHECKED)
    assert await here.domains() == [(3, [6], [])]


@pytest.mark.parametrize(
    ("cut", "deleted", "left"),
    [
        (6, (0, 0), [(1, [5], [(1, 3), (3, 5)])]),
        (5, (0, 0), [(1, [4], [(1, 3), (3, 4)])]),
        (4, (1, 0), [(1, [3], [(1, 3)])]),
        (3, (1, 0), [(1, [2], [(1, 2)])]),
        (2, (2, 1), []),
        (1, (2, 1), []),
    ],
)
async def test_domains_and_intervals_end_where_their_skeleton_is_cut(
    here: Sampled, cut: int, deleted: tuple[int, int], left: list[Any]
) -> None:
    await here.intervals(await here.domain(1, 5), (1, 3), (3, 5))
    made = await here.tracer.post("skeleton/split", treenode_id=here.nodes[cut], state=UNCHECKED)
    assert (made["samplers"]["n_deleted_intervals"], made["samplers"]["n_deleted_domains"]) == deleted
    assert await here.domains() == left


async def test_a_split_beside_a_domain_leaves_it(here: Sampled) -> None:
    twig = await here.tracer.node(here.nodes[2], 20, 50)
    await here.intervals(await here.domain(3, 5), (3, 5))
    made = await here.tracer.post("skeleton/split", treenode_id=twig, state=UNCHECKED)
    assert made["samplers"] == {"n_samplers": 1, "n_deleted_intervals": 0, "n_deleted_domains": 0}
    assert await here.domains() == [(3, [5], [(3, 5)])]


async def test_a_domain_without_intervals_outlives_a_split(here: Sampled) -> None:
    await here.domain(1, 5)
    made = await here.tracer.post("skeleton/split", treenode_id=here.nodes[3], state=UNCHECKED)
    assert made["samplers"] == {"n_samplers": 1, "n_deleted_intervals": 0, "n_deleted_domains": 0}
    assert await here.domains() == [(1, [2], [])]


async def test_samplers_of_the_skeleton_that_ends_go_over_to_the_other(here: Sampled) -> None:
    joined = await sampled(here.tracer)
    await joined.domain(1, 3)
    form = {"from_id": here.nodes[3], "state": UNCHECKED, "sampler_handling": "branch"}
    status, body = await here.tracer.refused("skeleton/join", to_id=joined.nodes[3], **form)
    assert (status, is_error(body)) == (400, True)
    made = await here.tracer.post("skeleton/join", to_id=joined.nodes[0], from_name_reference="true", **form)
    assert (made["samplers"]["n_samplers_lose"], made["samplers"]["n_deleted_samplers"]) == (1, 0)
    assert await joined.domains() == [(1, [3], [])]
    rows = await here.tracer.rows("SELECT skeleton_id FROM sampler WHERE id = %s", joined.sampler_id)
    assert rows == [(here.skeleton_id,)]
    assert any(name.startswith("Merged: ") for name in await here.tracer.annotations(here.skeleton_id))


@pytest.mark.parametrize(
    ("at", "mode", "left"),
    [
        (3, "branch", [(1, [5], [(2, 4)])]),
        (3, "domain-end", [(1, [5, -1], [(2, 4)])]),
        (5, "domain-end", [(1, [5], [(2, 4)])]),
        (6, "domain-end", [(1, [5], [(2, 4)])]),
        (3, "create-intervals", None),
        (2, "branch", None),
        (3, None, None),
    ],
)
async def test_a_join_does_to_domains_what_is_asked(here: Sampled, at: int, mode: str | None, left: Any) -> None:
    await here.intervals(await here.domain(1, 5), (2, 4))
    joined = await sampled(here.tracer)
    await joined.domain(0, 6)
    form = {"from_id": here.nodes[at], "to_id": joined.nodes[3], "state": UNCHECKED}
    form |= {"lose_sampler_handling": "delete-samplers"}
    form |= {} if mode is None else {"sampler_handling": mode}
    if left is None:
        status, body = await here.tracer.refused("skeleton/join", **form)
        assert (status, is_error(body)) == (400, True)
        assert len(await joined.domains()) == 1
        return
    made = await here.tracer.post("skeleton/join", **form)
    assert made["samplers"]["n_added_domains"] == 0
    assert await here.domains() == left
    assert (await here.tracer.refused("samplers/" + str(joined.sampler_id) + "/delete"))[0] == 404


async def test_a_join_can_begin_a_domain(here: Sampled) -> None:
    await here.domain(1, 5)
    other = await here.tracer.chain(3)
    made = await here.tracer.post(
        "skeleton/join", from_id=here.nodes[3], to_id=other[1], state=UNCHECKED, sampler_handling="new-domain"
    )
    assert made["samplers"]["n_added_domains"] == 1
    shown = await here.tracer.get(f"samplers/{here.sampler_id}/domains/")
    assert [(one["start_node_id"], [end["node_id"] for end in one["ends"]]) for one in shown] == [
        (here.nodes[1], [here.nodes[5], other[1]]),
        (other[1], [other[0], other[2]]),
    ]


async def test_everything_goes_with_a_neuron_and_history_keeps_it(here: Sampled, module_service: Service) -> None:
    connector = await here.tracer.connector(here.nodes[1])
    [interval] = await here.intervals(await here.domain(0, 6), (0, 2))
    await here.domain(3, 6, parent_interval_id=interval)
    await here.tracer.post(f"samplers/domains/intervals/{interval}/connectors/{connector}/set-state", state_id=2)
    async with module_service.store.reading() as connection:
        version, before = await newest_version(connection), await snapshot(connection)
    [(neuron,)] = await here.tracer.rows("SELECT neuron_id FROM skeleton WHERE id = %s", here.skeleton_id)
    await here.tracer.post(f"neuron/{neuron}/delete")
    assert (await here.tracer.refused(f"samplers/{here.sampler_id}/delete"))[0] == 404
    async with module_service.store.reading() as connection:
        assert await as_of(connection, version) == before
    for table in PARTS:
        assert len(before[table]) > 0, table
