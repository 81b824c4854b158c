"""The service speaks TLS with a certificate of one's own, and nothing else where others reach it."""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

import catmaid_jupyter as cj
from catmaid_server import service
from catmaid_server.service.settings import Settings
from catmaid_wire.service_record import ServiceRecord, read_record
from tests.helpers.certificates import make_certificate

LOGIN = {"name": "lee", "pwd": "correct horse battery"}


def command(
    folder: Path, *arguments: str | Path, typed: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "catmaid_server", *arguments, "--data-dir", folder],
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("data")
    yield folder
    service.stop(Settings(data_dir=folder))


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("certificate"), "lab")


def test_without_tls_others_are_let_in_only_by_order(folder: Path) -> None:
    refused = command(folder, "serve", "--detach", "--host", "0.0.0.0")
    assert refused.returncode == 1
    assert "give --tls-cert and --tls-key" in refused.stderr
    assert "--insecure" in refused.stderr
    assert read_record(folder) is None


@pytest.fixture(scope="module")
def record(folder: Path, trust: tuple[Path, Path]) -> ServiceRecord:
    """The record of a service with TLS, that listens everywhere and is called localhost."""
    certificate, key = trust
    started = command(
        folder, "serve", "--detach", "--host", "0.0.0.0", "--tls-cert", certificate, "--tls-key", key,
        CATMAID_ALLOWED_HOSTS="localhost",
    )  # fmt: skip
    assert started.returncode == 0, started.stderr
    record = read_record(folder)
    assert record is not None
    assert record.url.startswith("https://localhost:")
    assert started.stdout == f"The service runs at {record.url}\nOther machines reach it at {record.url}\n"
    assert started.stderr == ""
    return record


async def test_browsers_come_by_tls_alone(record: ServiceRecord, folder: Path, trust: tuple[Path, Path]) -> None:
    made = await asyncio.to_thread(command, folder, "user", "add", "lee", "--password", typed=LOGIN["pwd"])
    assert made.returncode == 0, made.stderr
    trusted = ssl.create_default_context(cafile=trust[0])
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusted)) as browser:
        async with browser.get(record.url) as page:
            assert f'cj.connect("{record.url}")' in await page.text()
        async with browser.post(f"{record.url}/accounts/login", data=LOGIN, headers={"Origin": record.url}) as answer:
            assert answer.status == 200
            assert all(cookie["secure"] for cookie in answer.cookies.values())
            assert answer.cookies
        with pytest.raises(aiohttp.ClientError):
            await browser.get(record.url.replace("https", "http"))
        async with browser.get(f"{record.url}/version") as answer:  # who spoke no TLS has harmed nobody
            assert answer.status == 200


def test_programs_of_this_machine_need_no_certificate(record: ServiceRecord, folder: Path) -> None:
    """They come over the socket, and are told addresses that browsers can use."""
    with cj.connect(data_dir=folder) as instance:
        assert instance.url == f"{record.url}/"
        page = instance.run(instance.http.request("GET", "/")).body.decode()
        assert f'cj.connect("{record.url}")' in page
        project = instance.create_project("Larva")
        assert project.edit.create_treenode(1, 2, 3)


def test_insecure_is_warned_of(folder: Path) -> None:
    service.stop(Settings(data_dir=folder))
    started = command(folder, "serve", "--detach", "--host", "0.0.0.0", "--insecure")
    assert started.returncode == 0, started.stderr
    record = read_record(folder)
    assert record is not None
    assert record.url.startswith("http://127.0.0.1:")
    assert f"Other machines reach it at {record.shared_url}\n" in started.stdout
    assert "warning: Without TLS" in started.stderr
