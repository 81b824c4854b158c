"""Tiles per second: those in memory beside nginx, which gives the same files, and cold ones beside tensorstore.

All in one run, side by side, with what the servers' processes work for each tile: other programs of the machine
disturb that less than they disturb what comes in a second.

Cold tiles are compared with the least that gives the same image files: tensorstore reads each box from the same
folder or the same HTTP server, and a thread encodes it. What the service does beside that is the answer itself, the
permission, the list of allowed hosts, and keeping the objects on disk.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

import aiohttp
import numpy as np
import psutil
import tensorstore
from numpy.typing import NDArray
from yarl import URL

from benchmarks.tile_client import Answered, ask, ask_once, worked_s
from catmaid_server.domain.accounts import users
from catmaid_server.service import lifecycle
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings
from catmaid_server.tiles.encode import encode
from catmaid_server.tiles.imports.stacks import import_tiles
from catmaid_server.tiles.omezarr import cache_context
from catmaid_server.tiles.pyramid import halved
from tests.browser.nginx import running_nginx

TILE = 256
SECTIONS = 48
SIDE = 4
"""Tiles along x and y, at full resolution."""
SECONDS = 2.0
CLIENTS = 8
TIMES = 2
PARTS = 4
"""In which cold tiles are asked for, in turns with tensorstore."""

Places: TypeAlias = NDArray[np.int64]
"""(n, 3): section, row and column of each tile."""


def main() -> dict[str, Any]:
    """Measure, print and return."""
    with tempfile.TemporaryDirectory(prefix="catmaid-bench-images-") as folder:
        return asyncio.run(_measured(Path(folder)))


async def _measured(scratch: Path) -> dict[str, Any]:
    files, folder = scratch / "pyramid", scratch / "data"
    volume = _sections()
    _write_pyramid(volume, files)
    for extension in ("jpg", "png"):  # one for each, so that nothing of it was fetched before
        _write_zarr(volume, scratch / f"{extension}.zarr")
    settings = Settings(
        data_dir=folder,
        workers=1,
        root_path="/catmaid",
        trusted_proxies="127.0.0.1",
        image_folders=str(scratch),
        private_image_hosts="127.0.0.1",
    )
    for title in ("Members only", "Public"):
        async with opened_store(settings) as store:
            await import_tiles(
                store, files, project=title, owner="admin", tile_source_type=1, file_extension="jpg",
                dimension=volume.shape[::-1], resolution_nm=(4, 4, 40), tile_size=(TILE, TILE), zoom_levels=3,
            )  # fmt: skip
    async with opened_store(settings) as store, store.writing(user_id=None, project_id=None, label="benchmark") as tx:
        await users.grant(tx, 2, "can_browse", to=users.ANONYMOUS)
    record = lifecycle.start(settings)
    (scratch / "nginx").mkdir()
    try:
        async with running_nginx(scratch / "nginx", URL(record.url).port or 0, "http://127.0.0.1:1/", scratch) as front:
            print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
            service = Service(
                record.url,
                (folder / "admin.token").read_text().strip(),
                _processes(record.pid, "catmaid_server.service.worker"),
            )
            results = await _warm(service, front)
            results |= await _cold(service, "from disk", str(scratch))
            results |= await _cold(service, "over HTTP", front.files_urls[0])
    finally:
        lifecycle.stop(settings)
    return results


class Service:
    """The service, and its processes that answer."""

    def __init__(self, url: str, token: str, pids: list[int]) -> None:
        self.url = url
        self.pids = pids
        self._headers = {"X-Authorization": f"Token {token}"}

    async def tiles(self, project_id: int, stack_id: int) -> tuple[str, str]:
        """Path of a stack's tiles below the service, and a ticket."""
        async with aiohttp.ClientSession(headers=self._headers) as session:
            async with session.get(f"{self.url}/{project_id}/stack/{stack_id}/info") as answer:
                base = (await answer.json())["mirrors"][0]["image_base"]
            async with session.post(f"{self.url}/{project_id}/tile-ticket") as answer:
                ticket = (await answer.json())["ticket"]
        return base.split("/catmaid/", 1)[1], ticket

    async def added(self, project_id: int, address: str) -> tuple[str, str]:
        """Register a stack; as `tiles`."""
        form = {"address": address, "tile_width": TILE, "tile_height": TILE, "resolution": [4, 4, 40]}
        async with (
            aiohttp.ClientSession(headers=self._headers) as session,
            session.post(f"{self.url}/{project_id}/stacks/add", json=form) as answer,
        ):
            made = await answer.json()
            if answer.status != 200:
                raise SystemExit(made)
        return await self.tiles(project_id, made["stack_id"])


async def _warm(service: Service, front: Any) -> dict[str, Any]:
    """The same tiles by nginx as files, by the service from memory, and by nginx before the service."""
    places = _places()
    as_files = [f"pyramid/{z}/{row}_{col}_0.jpg" for z, row, col in places]
    below, ticket = await service.tiles(1, 1)
    members = [f"{below}0/{z}/{row}/{col}.jpg?ticket={ticket}" for z, row, col in places]
    below, _ = await service.tiles(2, 2)
    public = [f"{below}0/{z}/{row}/{col}.jpg" for z, row, col in places]
    nginx = _processes(front.pid, "worker process")
    plain, encrypted = front.files_urls
    by_name: dict[str, tuple[str, list[str], list[int]]] = {
        "nginx, files": (plain, as_files, nginx),
        "service, members only": (service.url, members, service.pids),
        "service, public": (service.url, public, service.pids),
        "nginx, files, TLS": (encrypted, as_files, nginx),
        "nginx before service, public, TLS": (front.url, public, nginx),
        "nginx before service, members only, TLS": (front.url, members, [*nginx, *service.pids]),
    }
    print(f"{'warm tiles of 256 x 256 as JPEG':42} {'tiles/s':>9} {'CPU us':>8} {'MB/s':>8}")
    best: dict[str, Answered] = {}
    for turn in range(TIMES + 1):
        for name, (base, paths, pids) in by_name.items():
            seconds = SECONDS if turn else 1.0  # the first time all become warm
            found = await ask(base, paths, pids, seconds=seconds, clients=CLIENTS, trusted=front.certificate)
            if turn and (name not in best or found.per_s > best[name].per_s):
                best[name] = found
    for name, found in best.items():
        print(f"{name:42} {found.per_s:9.0f} {found.cpu_us:8.0f} {found.megabytes_per_s:8.0f}", flush=True)
    return {name: asdict(found) for name, found in best.items()}


async def _cold(service: Service, where: str, above: str) -> dict[str, Any]:
    """Tiles of a Zarr volume that nobody asked for before, and the same boxes by tensorstore, in turns."""
    print(f"{'cold tiles of 256 x 256, Zarr ' + where:42} {'tiles/s':>9} {'CPU us':>8}")
    results = {}
    for extension in ("jpg", "png"):
        address = f"{above}/{extension}.zarr"
        driver = {"driver": "http", "base_url": f"{address}/0/"} if "://" in above else None
        kvstore = driver or {"driver": "file", "path": f"{address}/0/"}
        below, ticket = await service.added(1, address)
        first, *rest = np.array_split(np.random.default_rng(2).permutation(_places()), PARTS + 1)
        await ask_once(service.url, _cold_paths(below, ticket, first, extension), clients=CLIENTS)
        found: dict[str, list[tuple[float, float]]] = {}
        for places in rest:
            for name, encoded in (("tensorstore reads", None), (f"tensorstore reads, {extension} made", extension)):
                found.setdefault(name, []).append(await _read_all(kvstore, places, encoded))
            paths = _cold_paths(below, ticket, places, extension)
            worked = worked_s(service.pids)
            took = await ask_once(service.url, paths, clients=CLIENTS)
            found.setdefault(f"service, {extension}", []).append((took, worked_s(service.pids) - worked))
        for name, parts in found.items():
            per_s, cpu_us = sum(map(len, rest)) / sum(took for took, _ in parts), 1e6 * sum(cpu for _, cpu in parts)
            cpu_us /= sum(map(len, rest))
            print(f"{name:42} {per_s:9.0f} {cpu_us:8.0f}", flush=True)
            results[f"cold, {where}: {name}"] = {"per_s": per_s, "cpu_us": cpu_us}
    return results


def _places() -> list[tuple[int, int, int]]:
    return [(z, row, col) for z in range(SECTIONS) for row in range(SIDE) for col in range(SIDE)]


def _cold_paths(below: str, ticket: str, places: Places, extension: str) -> list[str]:
    return [f"{below}0/{z}/{row}/{col}.{extension}?ticket={ticket}" for z, row, col in places]


async def _read_all(kvstore: dict[str, str], places: Places, extension: str | None) -> tuple[float, float]:
    """Read boxes with an empty cache, and make image files of them; seconds, and seconds of CPU."""
    spec = {"driver": "zarr", "kvstore": kvstore}
    store = await tensorstore.open(spec, context=cache_context(0), read=True)
    waiting = iter(places)
    began, worked = time.perf_counter(), time.process_time()

    async def reader() -> None:
        for z, row, col in waiting:
            box = store[z, row * TILE : (row + 1) * TILE, col * TILE : (col + 1) * TILE]
            values = np.asarray(await box.read())
            if extension is not None:
                await asyncio.to_thread(encode, values, extension)

    await asyncio.gather(*(reader() for _ in range(CLIENTS)))
    return time.perf_counter() - began, time.process_time() - worked


def _sections() -> NDArray[np.uint8]:
    """(z, y, x): smooth noise, which JPEG makes about as small as electron micrographs."""
    rng = np.random.default_rng(1)
    noise = rng.normal(128, 60, (SECTIONS, SIDE * TILE, SIDE * TILE))
    for axis in (1, 2):
        noise = (np.roll(noise, 1, axis) + 2 * noise + np.roll(noise, -1, axis)) / 4
    return np.clip(noise, 0, 255).astype(np.uint8)


def _write_pyramid(volume: NDArray[np.uint8], folder: Path) -> None:
    """As CATMAID's tile source type 1."""
    for z, section in enumerate(volume):
        (folder / str(z)).mkdir(parents=True)
        for zoom in range(3):
            for row in range(-(-section.shape[0] // TILE)):
                for col in range(-(-section.shape[1] // TILE)):
                    tile = section[row * TILE : (row + 1) * TILE, col * TILE : (col + 1) * TILE]
                    (folder / str(z) / f"{row}_{col}_{zoom}.jpg").write_bytes(encode(np.ascontiguousarray(tile), "jpg"))
            section = halved(section)  # noqa: PLW2901  the next level


def _write_zarr(volume: NDArray[np.uint8], path: Path) -> None:
    """OME-Zarr 0.4 of one level, in chunks of a tile."""
    spec = {
        "driver": "zarr",
        "kvstore": {"driver": "file", "path": f"{path}/0/"},
        "metadata": {
            "chunks": [1, TILE, TILE],
            "compressor": {"id": "blosc", "cname": "zstd"},
            "dimension_separator": "/",
        },
    }
    made = tensorstore.open(spec, create=True, dtype=tensorstore.uint8, shape=volume.shape).result()
    made.write(volume).result()
    scale = [{"type": "scale", "scale": [40, 4, 4]}]
    axes = [{"name": name, "type": "space", "unit": "nanometer"} for name in "zyx"]
    dataset = {"path": "0", "coordinateTransformations": scale}
    (path / ".zgroup").write_text('{"zarr_format": 2}')
    (path / ".zattrs").write_text(
        json.dumps({"multiscales": [{"version": "0.4", "axes": axes, "datasets": [dataset]}]})
    )


def _processes(parent: int, words: str) -> list[int]:
    """The children of a process whose command line has these words."""
    children = psutil.Process(parent).children(recursive=True)
    return [child.pid for child in children if words in " ".join(child.cmdline())]


if __name__ == "__main__":
    main()
