"""What tensorstore is given when it reads volumes of other servers through this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import numpy as np
import pytest
from aiohttp import web

from catmaid_server.tiles.gateway.bridge import VolumeBridge
from catmaid_server.tiles.gateway.disk_cache import DiskCache
from catmaid_server.tiles.gateway.fetching import ObjectFetcher
from tests.helpers.image_hosts import QUICK, THIS_MACHINE, ImageHost, serving_images

BODY = bytes(range(256)) * 40


@asynccontextmanager
async def bridged(tmp_path: Path) -> AsyncIterator[tuple[aiohttp.ClientSession, str, VolumeBridge, ImageHost]]:
    """A client of a bridge, the address of a folder with the file `chunk`, the bridge, and the server behind it."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files/chunk").write_bytes(BODY)
    host = ImageHost(np.zeros((1, 1, 1), np.uint8), folders={"a": tmp_path / "files"})
    async with serving_images(host), aiohttp.ClientSession() as session:
        fetcher = ObjectFetcher(THIS_MACHINE, DiskCache(tmp_path / "cache", 1 << 26), QUICK)
        bridge = VolumeBridge(fetcher)
        try:
            yield session, await bridge.address(f"{host.url}/files/a"), bridge, host
        finally:
            await bridge.close()
            await fetcher.close()


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        ("", 200, BODY),
        ("bytes=0-9", 206, BODY[:10]),
        ("bytes=100-", 206, BODY[100:]),
        ("bytes=-7", 206, BODY[-7:]),
    ],
)
async def test_whole_objects_and_parts(tmp_path: Path, asked: str, status: int, body: bytes) -> None:
    async with bridged(tmp_path) as (session, address, _, _):
        headers = {"Range": asked} if asked else {}
        async with session.get(f"{address}chunk", headers=headers) as answer:
            assert (answer.status, await answer.read()) == (status, body)


async def test_what_is_not_there_and_who_does_not_know_the_secret(tmp_path: Path) -> None:
    async with bridged(tmp_path) as (session, address, _, host):
        async with session.get(f"{address}other") as answer:
            assert answer.status == 404
        async with session.head(f"{address}chunk") as answer:
            assert (answer.status, answer.content_length) == (200, len(BODY))
        asked = host.asked.total()
        secret = address.split("/")[3]
        for wrong in (address.replace(secret, "guess"), address.replace(secret, secret[:-1])):
            async with session.get(f"{wrong}chunk") as answer:
                assert answer.status == 404
        assert host.asked.total() == asked


async def test_trouble_is_told_to_who_reads_the_volume(tmp_path: Path) -> None:
    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<html>Log in</html>", content_type="text/html")

    async with bridged(tmp_path) as (session, address, bridge, host):
        host.before = page
        async with session.get(f"{address}chunk") as answer:
            assert answer.status == 424
        assert "web page" in str(bridge.failure(address))
