"""Links, labels, reviews and log entries whose ids do not fit into 32 bits."""

from __future__ import annotations

from pathlib import Path

import pytest

from catmaid_server.transfer.exporters.bulk import export_csv
from catmaid_server.transfer.importers.bulk import import_bulk
from catmaid_wire import columns
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.database import fresh_store
from tests.helpers.service import Service

FAR = 2**40
OF_THEIR_OWN = ("connector_link", "node_label", "review", "log_entry")


@pytest.fixture
async def tracer(service: Service) -> Tracer:
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        for table in OF_THEIR_OWN:
            await tx.execute("SELECT setval(%s, %s)", (f"{table}_id_seq", FAR))
    return Tracer.of(service)


async def ids(tracer: Tracer, table: str) -> list[int]:
    return [found for (found,) in await tracer.rows(f"SELECT id FROM {table} ORDER BY id")]


async def test_they_are_made_read_and_deleted(tracer: Tracer) -> None:
    node = await tracer.node()
    connector = await tracer.connector(node)
    await tracer.post(f"label/treenode/{node}/update", tags="ends", delete_existing="false")
    await tracer.post(f"node/{node}/reviewed")
    for table in OF_THEIR_OWN:
        assert min(await ids(tracer, table)) > FAR, table
    box = {"left": -1e4, "right": 1e4, "top": -1e4, "bottom": 1e4, "z1": -1e4, "z2": 1e4}
    listed = await tracer.post("node/list", **box)
    (link,) = listed[1][0][7]
    assert link[4] > FAR
    body = (await tracer.actor.request(
        "POST",
        f"/{tracer.project_id}/node/list",
        data={name: str(value) for name, value in box.items()},
        headers={"Accept": columns.MEDIA_TYPE},
    ))[1]  # fmt: skip
    assert columns.decode(body)["links"]["id"].tolist() == [link[4]]
    await tracer.post("link/delete", connector_id=connector, treenode_id=node, state=UNCHECKED)
    await tracer.post(f"label/treenode/{node}/remove", tag="ends")
    assert (await ids(tracer, "connector_link"), await ids(tracer, "node_label")) == ([], [])
    assert await tracer.rows("SELECT count(*) FROM connector_link__history WHERE id > %s", FAR) == [(1,)]


async def test_what_has_them_goes_out_and_comes_in(
    tracer: Tracer, service: Service, server_dsn: str, template: str, tmp_path: Path
) -> None:
    node = await tracer.node()
    await tracer.connector(node)
    await tracer.post(f"label/treenode/{node}/update", tags="ends", delete_existing="false")
    await export_csv(service.store, service.project_id, tmp_path / "out")
    async with fresh_store(server_dsn, template) as other:
        await import_bulk(other, tmp_path / "out", user="admin")
        async with other.reading() as connection:
            for table in ("connector_link", "node_label"):
                cursor = await connection.execute(f"SELECT max(id), nextval('{table}_id_seq') FROM {table}")
                assert (await cursor.fetchone()) == (FAR + 1, FAR + 2), table


async def test_skeletons_and_nodes_keep_ids_of_32_bits(service: Service) -> None:
    tracer = Tracer.of(service)
    for table in ("treenode", "connector", "skeleton", "neuron"):
        assert await tracer.rows(f"SELECT pg_typeof(max(id))::text FROM {table}") == [("integer",)]
    before = await tracer.rows("SELECT last_value FROM concept_id_seq")
    node = await tracer.node()
    await tracer.connector(node)
    made = await tracer.rows("SELECT last_value FROM concept_id_seq")
    assert made[0][0] - before[0][0] == 3, "a neuron, a skeleton, and what links them in CATMAID"
