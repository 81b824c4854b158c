"""`stack.cutout` and `stack.picture`: values with coordinates, and figures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from matplotlib.collections import LineCollection
from numpy.typing import NDArray
from PIL import Image

from catmaid_jupyter import Project
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client import stack_values
from catmaid_jupyter.client.stack import Stack
from catmaid_jupyter.client.stack_values import scale_bar
from catmaid_server.db.store import Store
from catmaid_server.tiles.pyramid import halved
from tests.helpers.image_hosts import ImageHost, serving_images
from tests.helpers.remote_stack import VOLUME, added_stack, box_of, gateway_to_images, project_of
from tests.helpers.service import Service


@pytest.fixture
async def host() -> AsyncIterator[ImageHost]:
    async with serving_images(ImageHost(VOLUME)) as serving:
        yield serving


@pytest.fixture
async def gateway(store: Store, tmp_path: Path) -> AsyncIterator[Service]:
    async with gateway_to_images(store, tmp_path) as service:
        yield service


@pytest.fixture
async def project(gateway: Service) -> Project:
    return await project_of(gateway)


@pytest.fixture
async def stack(project: Project, host: ImageHost) -> Stack:
    return await added_stack(project, host, "EM")


async def test_a_cutout_has_the_values_and_coordinates_of_its_voxels(stack: Stack) -> None:
    def cell() -> None:
        found = stack.cutout(box_of((200, 800), (100, 650), (2, 7)))
        assert found.dims == ("z", "y", "x")
        assert np.array_equal(found.to_numpy(), VOLUME[2:7, 100:650, 200:800])
        assert found.z.to_numpy().tolist() == [380, 420, 460, 500, 540]
        assert (float(found.x[0]), float(found.y[-1]), found.x.attrs["units"]) == (900, 200 + 649 * 4, "nm")
        x, y, z = 100 + 4 * 321, 200 + 4 * 123, 300 + 40 * 6
        assert int(found.sel(x=x, y=y, z=z, method="nearest")) == VOLUME[6, 123, 321]
        one = stack.cutout(((x, y, z), (x, y, z)))
        assert (one.shape, int(one[0, 0, 0])) == ((1, 1, 1), VOLUME[6, 123, 321])

    await asyncio.to_thread(cell)


async def test_a_coarser_cutout_lies_where_the_means_of_pixels_lie(stack: Stack) -> None:
    def cell() -> None:
        found = stack.cutout(box_of((0, 900), (0, 700), (4, 5)), zoom=1)
        assert np.array_equal(found.to_numpy()[0], halved(VOLUME[4]))
        assert (float(found.x[0]), float(found.x[1])) == (102, 110)

    await asyncio.to_thread(cell)


async def test_a_large_cutout_is_read_in_parts_and_when_it_is_computed(
    stack: Stack, host: ImageHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack_values, "_BLOCK", (2, 256, 300))
    box, part = box_of((10, 890), (20, 680), (0, 9)), VOLUME[:9, 20:680, 10:890]

    def cell() -> None:
        assert np.array_equal(stack.cutout(box).to_numpy(), part)
        host.asked.clear()
        lazy = stack.cutout(box, lazy=True)
        assert lazy.chunks == ((2, 2, 2, 2, 1), (256, 256, 148), (300, 300, 280))
        assert np.array_equal(lazy[3:5, :300].compute(scheduler="threads").to_numpy(), part[3:5, :300])
        assert np.array_equal(lazy.to_numpy(), part)

    await asyncio.to_thread(cell)


async def test_values_come_as_the_source_has_them(project: Project, tmp_path: Path) -> None:
    values: NDArray[np.uint16] = np.random.default_rng(1).integers(0, 4000, (3, 90, 80)).astype(np.uint16)

    def cell() -> None:
        with h5py.File(tmp_path / "deep.h5", "w") as file:
            file["raw"] = values
        deep = project.add_stack(tmp_path / "deep.h5", resolution=(4, 4, 40))
        found = deep.cutout(((0, 0, 0), (1e6, 1e6, 1e6)))
        assert found.dtype == np.uint16
        assert np.array_equal(found.to_numpy(), values)

    await asyncio.to_thread(cell)


async def test_what_cannot_be_cut_out_is_said(stack: Stack, host: ImageHost) -> None:
    async def fail(_request: Any) -> Any:
        raise ConnectionResetError

    def cell() -> None:
        box = box_of((0, 9), (0, 9), (0, 1))
        for wrong, zoom, message in (
            (((0, 0, 0), (9, 9, 9)), 0, "has no voxel of 'EM' along x: it is from 0 to 9 nm, the stack from 98 to"),
            (((9, 9, 9), (0, 0, 0)), 0, "is the lower one"),
            (((0, 0), (9, 9)), 0, "A box is two corners"),
            (box, 9, "zoom levels 0 to 2, not 9"),
        ):
            with pytest.raises(InvalidInput, match=message):
                stack.cutout(wrong, zoom)
        with pytest.raises(InvalidInput, match="came without its project"):
            Stack.from_info(stack.info).cutout(box)
        host.before = fail
        with pytest.raises(InvalidInput, match=r"127\.0\.0\.1"):
            stack.cutout(box_of((500, 800), (0, 9), (8, 9)))

    await asyncio.to_thread(cell)


async def test_a_request_for_too_much_is_refused(gateway: Service, stack: Stack) -> None:
    path = str(stack.info["mirrors"][0]["image_base"]).removeprefix(gateway.url) + "cutout"
    for query, message in (
        ({"x1": 100_000, "y1": 100_000}, "at most 16777216 voxels"),
        ({"x0": 5, "x1": 5}, "not empty"),
        ({"x0": -5, "x1": 5}, "begins at 0"),
    ):
        status, body = await gateway.tracer.request("GET", path, params=query)
        assert (status, message in body["error"]) == (400, True)
    assert (await gateway.visitor.request("GET", path))[0] == 403


async def test_a_picture_has_the_section_the_neurons_and_a_scale_bar(project: Project, stack: Stack) -> None:
    def cell() -> None:
        z = 300 + 40 * 4
        root = project.edit.create_treenode(1000, 1000, z)
        project.edit.create_treenode(1400, 1300, z, parent_id=root)
        box = box_of((100, 700), (100, 500), (3, 6))
        found = project.selection(project.skeletons)
        figure = stack.picture(box, overlay=found, width=4)
        axes = figure.axes[0]
        shown = axes.get_images()[0]
        assert np.array_equal(np.asarray(shown.get_array()), VOLUME[4, 100:500, 100:700])
        assert list(shown.get_extent()) == [100 + 99.5 * 4, 100 + 699.5 * 4, 200 + 499.5 * 4, 200 + 99.5 * 4]
        (lines,) = (c for c in axes.collections if isinstance(c, LineCollection))
        assert np.sort(lines.get_segments()[0], axis=0).tolist() == [[1000, 1000], [1400, 1300]]
        assert [text.get_text() for text in axes.texts] == [scale_bar(2400)[1]]
        png, svg = BytesIO(), BytesIO()
        figure.savefig(png, dpi=150)
        figure.savefig(svg, format="svg")
        assert Image.open(png).size == (600, 400)
        assert b"<svg" in svg.getvalue()
        assert not stack.picture(box, scale_bar=False).axes[0].texts

    await asyncio.to_thread(cell)


@pytest.mark.parametrize(("width", "length"), [(2400, 200), (5000, 1000), (60_000, 10_000), (11, 2)])
def test_a_scale_bar_is_round_and_about_a_fifth(width: float, length: float) -> None:
    assert scale_bar(width)[0] == pytest.approx(length)
