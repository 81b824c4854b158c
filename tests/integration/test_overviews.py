"""Small pictures of whole sections, which CATMAID's front end asks for beside the tiles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catmaid_server.tiles.encode import decode_grey
from catmaid_server.tiles.imports.stacks import ImportedStack, import_stack
from tests.helpers.service import Service


@pytest.fixture
async def stack(service: Service, tmp_path: Path) -> ImportedStack:
    """A section of 600 x 300 pixels, black on the left and grey on the right, in tiles of 64 pixels."""
    folder = tmp_path / "sections"
    folder.mkdir()
    section = np.zeros((300, 600), np.uint8)
    section[:, 300:] = 200
    Image.fromarray(section).save(folder / "0.png")
    return await import_stack(
        service.store, tmp_path, folder, project="Test", owner="admin", resolution_nm=(4, 4, 40), tile_size=64
    )


async def overview_path(service: Service, stack: ImportedStack) -> str:
    info = await service.tracer.get(f"/{service.project_id}/stack/{stack.stack_id}/info")
    return str(info["mirrors"][0]["image_base"]).removeprefix(service.url) + "small/0.png"


async def test_an_overview_shows_a_whole_section(service: Service, stack: ImportedStack) -> None:
    path = await overview_path(service, stack)
    assert await service.tracer.request("GET", path.replace("small/0", "small/1")) == (
        404,
        {"error": f"Stack {stack.stack_id} has no section 1.", "type": "NotFound", "detail": None, "meta": None},
    )
    status, png = await service.tracer.request("GET", path)
    shown = decode_grey(png)
    assert (status, shown.shape) == (200, (75, 150))
    assert (shown[:, :70] == 0).all()
    assert (shown[:, 80:] == 200).all()
    status, jpg = await service.tracer.request("GET", path.replace(".png", ".jpg"))
    assert (status, jpg[:2]) == (200, b"\xff\xd8")
    assert (await service.visitor.request("GET", path))[0] == 403


async def test_images_that_are_gone_have_no_overview(service: Service, stack: ImportedStack) -> None:
    path = await overview_path(service, stack)
    stack.path.rename(stack.path.with_name("elsewhere"))
    status, body = await service.tracer.request("GET", path)
    assert (status, "are not where they were" in body["error"]) == (404, True)
    status, body = await service.tracer.request("GET", path.replace("/small", "abc/small"))
    assert (status, "has no images" in body["error"]) == (404, True)
