"""What users did in a project, counted: of whom, of when, and of which time zone's days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.helpers.answers import is_error
from tests.helpers.arbors import Tracer
from tests.helpers.service import Service

DAY = "2020-02-29"


@pytest.fixture(scope="module")
async def tracer(module_service: Service) -> Tracer:
    """Who made a skeleton of 20 nm late on one day, in UTC, with a synapse on it the day after."""
    tracer, admin = Tracer.of(module_service), Tracer.of(module_service, module_service.admin)
    nodes = await tracer.chain(3)
    connector = await tracer.connector(nodes[1])
    partner = await admin.node(-1, 500)
    await admin.post(
        "link/create", from_id=partner, to_id=connector, link_type="postsynaptic_to", state='{"nocheck": true}'
    )
    await admin.post(f"node/{nodes[0]}/reviewed")
    await admin.post(f"neurons/{await neuron_of(tracer, nodes[0])}/rename", name="PN left")
    at = datetime(2020, 2, 29, 23, 30, tzinfo=UTC)
    async with module_service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        await tx.execute("UPDATE treenode SET creation_time = %s WHERE id = ANY (%s)", (at, nodes))
        for node, days in ((nodes[1], 0), (partner, 1)):
            await tx.execute(
                "UPDATE connector_link SET creation_time = %s WHERE treenode_id = %s", (at + timedelta(days=days), node)
            )
        await tx.execute("UPDATE review SET review_time = %s", (at + timedelta(days=1),))
    return tracer


async def neuron_of(tracer: Tracer, node: int) -> int:
    found = await tracer.rows("SELECT neuron_id FROM skeleton WHERE id = %s", await tracer.skeleton_of(node))
    return int(found[0][0])


async def ids(tracer: Tracer) -> dict[str, str]:
    return {name: str(user_id) for name, user_id in await tracer.rows("SELECT username, id FROM app_user")}


async def history(tracer: Tracer, first: str, last: str, zone: str = "UTC") -> dict[str, Any]:
    found: dict[str, Any] = await tracer.get("stats/user-history", start_date=first, end_date=last, time_zone=zone)
    return found


async def test_work_is_counted_by_day_and_user(tracer: Tracer) -> None:
    names, found = await ids(tracer), await history(tracer, DAY, "2020-03-01")
    assert found["days"] == ["20200229", "20200301"]
    assert found["stats_table"][names["tracer"]] == {
        "20200229": {"new_treenodes": 3, "new_cable_length": 20},
        "20200301": {},
    }
    assert found["stats_table"][names["admin"]] == {
        "20200229": {},
        "20200301": {"new_connectors": 1, "new_reviewed_nodes": 1},
    }


async def test_a_day_begins_where_the_clock_says(tracer: Tracer) -> None:
    """Half past eleven in Greenwich is the next morning in Tokyo."""
    names, found = await ids(tracer), await history(tracer, DAY, "2020-03-01", "Asia/Tokyo")
    of_tracer = found["stats_table"][names["tracer"]]
    assert (of_tracer["20200229"], of_tracer["20200301"]["new_treenodes"]) == ({}, 3)


async def test_no_day_is_no_work(tracer: Tracer) -> None:
    found = await history(tracer, "2020-03-02", "2020-03-01")
    assert (found["days"], set(map(str, found["stats_table"].values()))) == ([], {"{}"})


@pytest.mark.parametrize(("first", "last", "zone"), [
    ("9999-12-30", "9999-12-31", "UTC"), ("0001-01-01", "0001-01-02", "Asia/Tokyo"),
    ("1950-01-01", "2020-01-01", "UTC"), ("yesterday", "today", "UTC"), ("2020-02-30", "2020-03-01", "UTC"),
    (DAY, DAY, "Mars/Olympus"), (DAY, DAY, "../../../etc/passwd"), (DAY, DAY, "/etc/localtime"), (DAY, DAY, "\x00"),
    (DAY, DAY, ""),
])  # fmt: skip
async def test_a_period_that_is_none_is_refused(tracer: Tracer, first: str, last: str, zone: str) -> None:
    status, body = await tracer.refused("stats/user-history", start_date=first, end_date=last, time_zone=zone)
    assert (status, is_error(body)) == (400, True), body


async def test_nodes_are_their_authors(tracer: Tracer) -> None:
    names = await ids(tracer)
    assert await tracer.get("stats/nodecount") == {names["tracer"]: 3, names["admin"]: 1}
    assert await tracer.get("stats/editor") == {}


async def test_who_edits_the_nodes_of_others(module_service: Service) -> None:
    tracer, admin = Tracer.of(module_service), Tracer.of(module_service, module_service.admin)
    node = await tracer.node(-1, 1000)
    await admin.post(f"treenodes/{node}/confidence", new_confidence=4, state='{"nocheck": true}')
    assert await tracer.get("stats/editor") == {(await ids(tracer))["admin"]: 1}
    await tracer.post("treenode/delete", treenode_id=node, state='{"nocheck": true}')


async def test_cable_is_ranked_and_named(tracer: Tracer) -> None:
    ranked = await tracer.get("stats/cable-length")
    assert [length for _, length in ranked] == [20, 0]
    assert await tracer.get("stats/cable-length", n_skeletons=1) == ranked[:1]
    assert await tracer.get("stats/cable-length", name_pattern="^pn") == ranked[:1]
    status, body = await tracer.refused("stats/cable-length", name_pattern="(")
    assert (status, is_error(body)) == (400, True)


async def test_totals(tracer: Tracer) -> None:
    assert await tracer.get("stats/aggregates") == {
        "cable_length_total": 20,
        "n_treenodes": 4,
        "n_connectors": 1,
        "n_skeletons": 2,
        "n_skeletons_non_zero_length": 1,
    }
    assert "n_skeletons" not in await tracer.get("stats/aggregates", with_skeletons="false")
    nothing = {"with_skeletons": "false", "with_node_count": "false", "with_cable_length": "false"}
    assert await tracer.get("stats/aggregates", **nothing) == {}


async def test_when_a_user_was_active(tracer: Tracer) -> None:
    found = await tracer.get("stats/user-activity", username="tracer")
    assert found["skeleton_nodes"] == [datetime(2020, 2, 29, 23, 30, tzinfo=UTC).timestamp()] * 3
    assert len(found["presynaptic"]) == 1
    assert await tracer.get("stats/user-activity", username="nobody") == {
        "skeleton_nodes": [],
        "presynaptic": [],
        "postsynaptic": [],
    }


async def test_edits_are_counted_between_moments_lately_by_default(tracer: Tracer) -> None:
    async def edits(**period: str) -> int:
        return sum(entry["count"] for entry in await tracer.get("stats/history", **period))

    today = datetime.now(UTC).date()
    ((all_nodes,),) = await tracer.rows("SELECT count(*) FROM treenode")
    assert await edits() == all_nodes
    assert await edits(start_date=today.isoformat()) == all_nodes
    assert await edits(start_date=today.isoformat(), end_date=(today + timedelta(1)).isoformat()) == all_nodes
    assert await edits(start_date=DAY, end_date=today.isoformat()) == 0, "a day begins at midnight, and here it ends so"
    for moment in ("yesterday", "2020-02-30", "\x00"):
        status, body = await tracer.refused("stats/history", start_date=moment)
        assert (status, is_error(body)) == (400, True), body


async def test_administrators_see_how_the_server_does(module_service: Service) -> None:
    stats = await module_service.admin.get(f"/{module_service.project_id}/stats/server")
    assert set(stats) == {"time", "server", "database"}
    assert len(stats["server"]["load_avg"]) == 3
    database = stats["database"]
    assert database["version"].startswith("PostgreSQL")
    assert 0 <= database["c_ratio"] <= 100
    ratios = [database[f"{of}cache_hit_ratio"] for of in ("", "user_", "idx_")]
    assert all(ratio is None or 0 <= ratio <= 1 for ratio in ratios)
    assert 0 < database["oldest_current_xid"] < database["autovacuum_freeze_max_age"]


async def test_today_in_the_past_is_the_day_of_the_version(tracer: Tracer) -> None:
    """As of a version of 2020, "today", "the last ten days" and "the last week" end then, whenever one asks."""
    version = int((await tracer.get("version"))["version"])
    async with tracer.store.writing(user_id=None, project_id=None, label="set up") as tx:
        at = datetime(2020, 2, 29, 23, 45, tzinfo=UTC)
        await tx.execute("UPDATE transaction_info SET time = %s WHERE id = %s", (at, version))
    assert (await tracer.get("stats/summary", as_of=version))["treenodes_created"] == 3
    assert (await tracer.get("stats/user-history", as_of=version))["days"][-1] == "20200229"
    drawn = await tracer.get("useranalytics", userid=(await ids(tracer))["tracer"], all_writes=True, as_of=version)
    assert b"No tree nodes" not in drawn
