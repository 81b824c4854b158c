"""`project.add_stack` and what it gives back."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catmaid_jupyter import Project, connect
from catmaid_jupyter.api.errors import InvalidInput, NotAllowed, NotFound
from catmaid_jupyter.client.stack import Stack
from catmaid_server.db.store import Store
from tests.helpers.image_hosts import QUICK, THIS_MACHINE, ImageHost, serving_images
from tests.helpers.service import Service, fresh_service

VOLUME = np.random.default_rng(8).integers(0, 256, (6, 600, 700), dtype=np.uint8)
TEMPLATE = "/1/{z}/{row}_{col}_{zoom}.png"
SAID: dict[str, Any] = {"dimension": (700, 600, 6), "resolution": np.array([4.0, 4.0, 40.0])}


@pytest.fixture
async def host(shared: Path) -> AsyncIterator[ImageHost]:
    async with serving_images(ImageHost(VOLUME, folders={"vnc1": shared / "data/vnc1"})) as serving:
        yield serving


@pytest.fixture
async def gateway(store: Store, tmp_path: Path) -> AsyncIterator[Service]:
    async with fresh_service(
        store, tmp_path / "data", image_hosts=THIS_MACHINE, image_patience=QUICK, image_folders=(tmp_path,)
    ) as service:
        yield service


@pytest.fixture
async def project(gateway: Service) -> Project:
    return await asyncio.to_thread(lambda: connect(gateway.url, token=gateway.admin.token).project("Test"))


async def test_a_stack_is_added_by_one_line_and_removed_by_another(project: Project, host: ImageHost) -> None:
    def cell() -> None:
        stack = project.add_stack(f"{host.url}/files/vnc1/vnc1.zarr")
        assert isinstance(stack, Stack)
        assert (stack.title, stack.dimension, stack.resolution) == ("vnc1", (1024, 1024, 10), (4.6, 4.6, 50.0))
        assert stack.notes[0].endswith("3 level(s), 2 zoom level(s).")
        tiles = project.add_stack(host.url + TEMPLATE, "Tiles", tile_size=256, window=(10, 200), **SAID)
        assert list(project.stacks.title) == ["vnc1", "Tiles"]
        assert pickle.loads(pickle.dumps(tiles)) == tiles
        project.remove_stack("vnc1")
        project.remove_stack(tiles)
        assert project.stacks.empty
        with pytest.raises(NotFound, match=r"project\.add_stack"):
            project.stack()

    await asyncio.to_thread(cell)


async def test_what_is_wrong_is_said(gateway: Service, project: Project, host: ImageHost) -> None:
    def cell() -> None:
        with pytest.raises(InvalidInput, match="say its dimension"):
            project.add_stack(host.url + TEMPLATE)
        with pytest.raises(InvalidInput, match=r"resolution is \(x, y, z\), not 2 values"):
            project.add_stack(host.url + TEMPLATE, dimension=(700, 600, 6), resolution=(4, 4))
        with pytest.raises(NotAllowed, match="CATMAID_IMAGE_FOLDERS"):
            project.add_stack(Path("/etc"))
        tracer = connect(gateway.url, token=gateway.tracer.token).project("Test")
        with pytest.raises(NotAllowed):
            tracer.add_stack(host.url + TEMPLATE, **SAID)

    await asyncio.to_thread(cell)
