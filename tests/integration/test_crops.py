"""Crops: a box of one or several stacks as a TIFF for ImageJ or as OME-Zarr, made by a job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import h5py
import numpy as np
import pytest
import tensorstore
import tifffile
from aiohttp import web
from numpy.typing import NDArray

from catmaid_jupyter import Project
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.jobs.job import JobFailed
from catmaid_jupyter.client.stack import Stack
from catmaid_server.db.store import Store
from catmaid_server.tiles.crops import blocks, plan
from catmaid_server.tiles.pyramid import halved
from tests.helpers.image_hosts import ImageHost, serving_images
from tests.helpers.job_workers import working
from tests.helpers.remote_stack import (
    ORIGIN,
    SIZE,
    TEMPLATE,
    VOLUME,
    added_stack,
    box_of,
    gateway_to_images,
    project_of,
)
from tests.helpers.service import Service


@pytest.fixture
async def host() -> AsyncIterator[ImageHost]:
    async with serving_images(ImageHost(VOLUME)) as serving:
        yield serving


@pytest.fixture
async def gateway(store: Store, tmp_path: Path) -> AsyncIterator[Service]:
    async with gateway_to_images(store, tmp_path) as service, working(store.dsn, tmp_path / "data"):
        yield service


@pytest.fixture
async def project(gateway: Service) -> Project:
    return await project_of(gateway)


@pytest.fixture
async def stack(project: Project, host: ImageHost) -> Stack:
    return await added_stack(project, host, "Left EM")


def zarr_of(folder: Path, path: str) -> NDArray[Any]:
    opened = tensorstore.open(
        {"driver": "zarr3", "kvstore": {"driver": "file", "path": f"{folder / path}/"}}, open=True
    )
    return np.asarray(opened.result().read().result())


async def test_a_crop_becomes_a_tiff_that_imagej_understands(stack: Stack, project: Project, tmp_path: Path) -> None:
    def cell() -> None:
        job = stack.crop(box_of((200, 800), (100, 650), (2, 7)))
        path = job.download(tmp_path)
        assert (path.name, job.state) == ("Left_EM_zoom0_x200_y100_z2.tif", "done")
        assert job.title == "Crop 600 x 550 x 5 of Left EM"
        with tifffile.TiffFile(path) as file:
            assert np.array_equal(file.asarray(), VOLUME[2:7, 100:650, 200:800])
            assert (len(file.pages), file.series[0].axes) == (5, "ZYX")
            told = file.imagej_metadata
            assert told is not None
            assert (told["unit"], told["spacing"], told["slices"]) == ("um", 0.04, 5)
            assert "the centre of the first at 900, 600, 380 nm" in told["Info"]
            tags: Any = file.pages[0]
            numerator, denominator = tags.tags["XResolution"].value
            assert numerator / denominator == pytest.approx(250), "pixels of each micrometre"
        assert project.jobs.table["file"].tolist() == [path.name]
        assert [one.id for one in project.jobs] == [job.id]

    await asyncio.to_thread(cell)


async def test_several_stacks_are_channels_and_a_coarser_level_has_means(
    stack: Stack, project: Project, host: ImageHost, tmp_path: Path
) -> None:
    def cell() -> None:
        said: dict[str, Any] = {"dimension": (900, 700, 9), "resolution": SIZE, "translation": (100, 200, 340)}
        deeper = project.add_stack(host.url + TEMPLATE + "?second", "Right", **said)
        path = stack.crop(box_of((0, 900), (0, 700), (1, 4)), zoom=1, stacks=[deeper]).download(tmp_path / "two.tif")
        with tifffile.TiffFile(path) as file:
            found = file.asarray()
            assert file.series[0].axes == "ZCYX"
            assert file.imagej_metadata is not None
            assert file.imagej_metadata["Labels"][:2] == ["Left EM section 1", "Right section 1"]
        assert np.array_equal(found[:, 0], np.stack([halved(section) for section in VOLUME[1:4]]))
        assert np.array_equal(found[:, 1], np.stack([halved(section) for section in VOLUME[0:3]]))

    await asyncio.to_thread(cell)


async def test_a_crop_becomes_ome_zarr_in_a_zip(
    stack: Stack, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = np.random.default_rng(1).integers(0, 2**40, (3, 90, 80)).astype(np.uint64)
    with h5py.File(tmp_path / "ids.h5", "w") as file:
        file["raw"] = deep

    def cell() -> None:
        ids = project.add_stack(tmp_path / "ids.h5", "ids", resolution=SIZE, translation=ORIGIN)
        box = box_of((5, 700), (7, 650), (0, 9))
        path = stack.crop(box, format="zarr").download(tmp_path)
        assert path.name == "Left_EM_zoom0_x5_y7_z0.ome.zarr.zip"
        with ZipFile(path) as archive:
            archive.extractall(tmp_path / "one")
        assert np.array_equal(zarr_of(tmp_path / "one", "0"), VOLUME[:, 7:650, 5:700])
        again = project.add_stack(tmp_path / "one", "again")
        assert (again.dimension, again.resolution) == ((695, 643, 9), SIZE)
        assert again.translation == pytest.approx((100 + 5 * 4, 200 + 7 * 4, 300))
        both = stack.crop(box, format="zarr", stacks=[ids]).download(tmp_path / "both.zip")
        with ZipFile(both) as archive:
            archive.extractall(tmp_path / "both")
        assert np.array_equal(zarr_of(tmp_path / "both", "1/0"), deep[:, 7:, 5:])

    await asyncio.to_thread(cell)


async def test_other_types_become_ome_tiff(project: Project, tmp_path: Path) -> None:
    values = np.random.default_rng(1).integers(-4000, 4000, (3, 90, 80)).astype(np.int16)
    with h5py.File(tmp_path / "signed.h5", "w") as file:
        file["raw"] = values

    def cell() -> None:
        signed = project.add_stack(tmp_path / "signed.h5", resolution=SIZE)
        path = signed.crop(((0, 0, 0), (1e6, 1e6, 1e6))).download(tmp_path)
        with tifffile.TiffFile(path) as file:
            assert np.array_equal(file.asarray(), values)
            assert file.ome_metadata is not None
            assert 'PhysicalSizeZ="40' in file.ome_metadata

    await asyncio.to_thread(cell)


async def test_a_page_is_read_in_bands(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST_BLOCK_VOXELS", 512 * 900)

    def cell() -> None:
        path = stack.crop(box_of((0, 900), (0, 700), (4, 5))).download(tmp_path)
        assert np.array_equal(tifffile.imread(path), VOLUME[4])

    await asyncio.to_thread(cell)


async def test_what_cannot_be_cropped_is_said_before_the_job(
    stack: Stack, project: Project, host: ImageHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cell() -> None:
        coarse = project.add_stack(
            host.url + TEMPLATE + "?coarse", "coarse", dimension=(900, 700, 9), resolution=(8, 8, 40)
        )
        whole = box_of((0, 900), (0, 700), (0, 9))
        with pytest.raises(InvalidInput, match="stacks in one TIFF need the same voxels"):
            stack.crop(whole, stacks=[coarse])
        with pytest.raises(InvalidInput, match="The box has no voxel of 'Left EM' along x"):
            stack.crop(box_of((2000, 2100), (0, 10), (0, 1)))
        with pytest.raises(InvalidInput, match="has the zoom levels 0 to"):
            stack.crop(whole, zoom=99)
        with pytest.raises(InvalidInput, match="The format of a crop is 'tiff' or 'zarr', not 'png'"):
            stack.crop(whole, format="png")  # type: ignore[arg-type]
        with pytest.raises(InvalidInput, match="1 to 8 different stacks"):
            stack.crop(whole, stacks=[stack])
        with pytest.raises(InvalidInput, match="A box is two corners"):
            stack.crop(((1, 2, 3),))
        monkeypatch.setattr(plan, "MOST_TIFF_BYTES", 5e6)
        with pytest.raises(InvalidInput, match=r"900 x 700 x 9 voxels are 0.0 GB, and ImageJ reads"):
            stack.crop(whole)
        assert len(project.jobs) == 0

    await asyncio.to_thread(cell)


async def test_images_that_fail_make_the_job_fail(stack: Stack, host: ImageHost, tmp_path: Path) -> None:
    def cell() -> None:
        host.volume = VOLUME[:, :, :0]
        host.before = broken
        job = stack.crop(box_of((0, 100), (0, 100), (0, 2)))
        with pytest.raises(JobFailed, match=r"^Crop 100 x 100 x 2 of Left EM: failed\. "):
            job.download(tmp_path)
        assert len(job.log) == 1
        assert list(tmp_path.glob("*.tif")) == []

    await asyncio.to_thread(cell)


async def broken(_request: Any) -> Any:
    return web.Response(status=500)


async def test_catmaids_clients_get_a_crop_and_a_message(gateway: Service, stack: Stack, project: Project) -> None:
    form = {"stack_ids[0]": stack.id, "zoom_level": 0, "single_channel": 1, "rotationcw": 0}
    (x0, y0, z0), (x1, y1, z1) = box_of((10, 60), (20, 80), (1, 3))
    box = {"min_x": x0, "min_y": y0, "min_z": z0, "max_x": x1, "max_y": y1, "max_z": z1}
    path = f"/{gateway.project_id}/crop"
    assert await gateway.admin.post(path, **form, **box) == ""
    await asyncio.to_thread(lambda: next(iter(project.jobs)).wait())
    messages = await gateway.admin.get("/messages/list")
    status, content = await gateway.admin.request("GET", f"/messages/{messages['0']['id']}/mark_read")
    assert status == 200
    assert content[:4] in (b"II*\0", b"MM\0*")
    assert (await gateway.admin.request("GET", "/crop/download/crop_1_99.tif/"))[0] == 404
    assert (await gateway.admin.request("GET", "/crop/download/other.tif/"))[0] == 404
    assert (await gateway.tracer.request("GET", f"/crop/download/crop_{gateway.project_id}_1.tif/"))[0] == 404
    _, refusal = await gateway.admin.refused(path, **{**form, "rotationcw": 30}, **box)
    assert refusal["error"] == "Crops are not rotated here: ask for the box with rotationcw=0, and rotate the images."
    assert (await gateway.visitor.request("POST", path, data={**form, **box}))[0] in (401, 403)


async def test_a_job_is_found_cancelled_and_waited_for(stack: Stack, project: Project) -> None:
    def cell() -> None:
        job = stack.crop(box_of((0, 10), (0, 10), (0, 1))).wait(60)
        assert repr(job) == f"<Job {job.id} 'Crop 10 x 10 x 1 of Left EM': done>"
        assert job.result["stacks"][0]["voxels"] == [10, 10, 1]
        assert (job.cancel(), project.jobs[job.id].progress) == (False, 1.0)
        with pytest.raises(NotFound, match="There is no job 999 of yours"):
            project.jobs[999]
        assert "Crop 10 x 10 x 1 of Left EM" in project.jobs._repr_html_()

    await asyncio.to_thread(cell)
