"""A viewport is read in two steps and shows one state all the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from catmaid_server.db import arrays
from catmaid_server.db.store import Connection
from catmaid_server.domain.tracing import viewports
from catmaid_server.domain.tracing.viewports import Wanted
from catmaid_server.domain.values import Box
from tests.helpers.service import Service


async def test_an_edit_between_the_steps_is_seen_whole_or_not_at_all(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/{service.project_id}/treenode/create"
    root: Any = await service.tracer.post(path, x=0, y=0, z=0)
    child: Any = await service.tracer.post(
        path, x=1000, y=0, z=0, parent_id=root["treenode_id"], state='{"nocheck": true}'
    )
    steps = 0
    read = arrays.fetch_columns

    async def disturbed(connection: Connection, *args: Any) -> Mapping[str, Any]:
        nonlocal steps
        steps += 1
        if steps == 2:
            await service.tracer.post(f"/{service.project_id}/skeleton/split", treenode_id=child["treenode_id"])
        return await read(connection, *args)

    monkeypatch.setattr(viewports, "fetch_columns", disturbed)
    async with service.store.reading() as connection:
        found = await viewports.nodes_in_box(
            connection, service.project_id, Wanted(Box((900, -10, -10), (1100, 10, 10))), most_nodes=100
        )
    assert steps == 4, "read again, as something was committed between the steps"
    assert found.nodes["id"].tolist() == [child["treenode_id"]]
    assert found.nodes["parent_id"].tolist() == [-1]
    assert found.nodes["skeleton_id"].tolist() != [child["skeleton_id"]]
