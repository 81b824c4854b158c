"""Exports over the API: a job writes them into one file."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from catmaid_jupyter import Project, connect
from catmaid_jupyter.api.errors import InvalidInput, NotAllowed, NotFound
from tests.helpers.job_workers import working
from tests.helpers.service import Service


@pytest.fixture
async def projects(service: Service, tmp_path: Path) -> AsyncIterator[tuple[Project, Project]]:
    """The project of its administrator, and of somebody who traces there."""

    def opened() -> tuple[Project, Project]:
        admin, tracer = (
            connect(service.url, token=actor.token).project("Test") for actor in (service.admin, service.tracer)
        )
        return admin, tracer

    async with working(service.store.dsn, tmp_path):
        yield await asyncio.to_thread(opened)


async def test_neurons_are_exported_as_one_file(projects: tuple[Project, Project], tmp_path: Path) -> None:
    admin, tracer = projects

    def cell() -> None:
        roots = [tracer.edit.create_treenode(x, 0, 0) for x in (100, 200)]
        first, second = (int(one) for one in tracer.skeletons["id"])
        with ZipFile(tracer.export().download(tmp_path / "all.zip")) as archive:
            assert sorted(archive.namelist()) == [f"{first}.swc", f"{second}.swc"]
            assert archive.read(f"{first}.swc").decode().splitlines()[-1].split()[:3] == [str(roots[0]), "0", "100.0"]
        job = tracer.export([second], "eswc")
        assert job.title == "Export of 1 skeleton as eswc"
        with ZipFile(job.download(tmp_path / "one.zip")) as archive:
            assert archive.namelist() == [f"{second}.eswc"]
        with ZipFile(admin.export(format="csv").download(tmp_path / "tables.zip")) as archive:
            assert len(archive.read("treenodes.csv").splitlines()) == 3
        rows = json.loads(gzip.decompress(admin.export(format="catmaid").download(tmp_path).read_bytes()))
        assert sum(row["model"] == "catmaid.treenode" for row in rows) == 2

    await asyncio.to_thread(cell)


async def test_skeletons_of_other_projects_are_refused_before_the_job(service: Service) -> None:
    path = f"/{service.project_id}/jobs/export"
    status, refusal = await service.tracer.request("POST", path, json={"skeleton_ids": [999]})
    assert (status, refusal["error"]) == (404, f"Project {service.project_id} has no skeleton 999.")
    assert await service.tracer.get(f"/{service.project_id}/jobs") == []


async def test_what_cannot_be_exported_is_said(projects: tuple[Project, Project]) -> None:
    _, tracer = projects

    def cell() -> None:
        with pytest.raises(NotAllowed, match="Exports as csv have who made what"):
            tracer.export(format="csv")
        with pytest.raises(InvalidInput, match="catmaid is of the whole project"):
            tracer.export([1], "catmaid")
        with pytest.raises(InvalidInput, match="There are no neurons to export"):
            tracer.export([])
        with pytest.raises(NotFound, match="There is no skeleton 999"):
            tracer.export([999])
        assert len(tracer.jobs) == 0

    await asyncio.to_thread(cell)
