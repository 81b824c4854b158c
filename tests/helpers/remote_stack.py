"""A project with a stack whose images are on another server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from catmaid_jupyter import Project, connect
from catmaid_jupyter.client.stack import Stack
from catmaid_server.db.store import Store
from tests.helpers.image_hosts import QUICK, THIS_MACHINE, ImageHost
from tests.helpers.service import Service, fresh_service

VOLUME: Final = np.random.default_rng(8).integers(0, 256, (9, 700, 900), dtype=np.uint8)
TEMPLATE: Final = "/1/{z}/{row}_{col}_{zoom}.png"
ORIGIN: Final = (100.0, 200.0, 300.0)
SIZE: Final = (4, 4, 40)


@asynccontextmanager
async def gateway_to_images(store: Store, folder: Path) -> AsyncIterator[Service]:
    """A service that may read images of servers on this machine, and of a folder."""
    options: dict[str, Any] = {"image_hosts": THIS_MACHINE, "image_patience": QUICK, "image_folders": (folder,)}
    async with fresh_service(store, folder / "data", **options) as service:
        yield service


async def project_of(service: Service) -> Project:
    """The project of a service as its administrator has it in a notebook."""
    return await asyncio.to_thread(lambda: connect(service.url, token=service.admin.token).project("Test"))


async def added_stack(project: Project, host: ImageHost, title: str) -> Stack:
    """A stack of the host's `VOLUME`: pixels of 4 x 4 x 40 nm, the first at `ORIGIN`."""
    said: dict[str, Any] = {"dimension": (900, 700, 9), "resolution": SIZE, "translation": ORIGIN}
    return await asyncio.to_thread(lambda: project.add_stack(host.url + TEMPLATE, title, **said))


def box_of(x: tuple[int, int], y: tuple[int, int], z: tuple[int, int]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The box of voxels between these indices of full resolution, nm."""
    spans = list(zip((x, y, z), SIZE, ORIGIN, strict=True))
    lower = tuple(start + (a - 0.5) * step for (a, _), step, start in spans)
    return lower, tuple(start + (b - 0.5) * step for (_, b), step, start in spans)
