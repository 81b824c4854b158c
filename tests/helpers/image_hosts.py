"""A server of images on this machine, which answers in the ways that CATMAID's tile sources ask."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from aiohttp import web
from numpy.typing import NDArray
from PIL import Image

from catmaid_server.tiles.encode import encode
from catmaid_server.tiles.gateway.fetching import FetchLimits
from catmaid_server.tiles.gateway.hosts import ImageHosts
from catmaid_server.tiles.pyramid import halved

TOKEN = "a token of the images"
THIS_MACHINE = ImageHosts.parsed("*", "127.0.0.0/8")
QUICK = FetchLimits(connect_s=1, answer_s=0.5, in_all_s=2, pauses_s=(0.01, 0.01), failure_kept_s=0.2, host_rests_s=0.3)


def sections_of(folder: Path) -> NDArray[np.uint8]:
    """A volume (z, y, x) of the PNG files of a folder."""
    return np.stack([np.asarray(Image.open(path)) for path in sorted(folder.glob("*.png"))])


@dataclass
class ImageHost:
    """Serves a volume (z, y, x) in tiles of `size` pixels, and the files of folders below `/files/<name>/`.

    asked
        How often each path was asked for.
    before
        Called with each request; may answer in place of the host.
    """

    volume: NDArray[np.uint8]
    size: int = 256
    folders: dict[str, Path] = field(default_factory=dict)
    url: str = ""
    asked: Counter[str] = field(default_factory=Counter)
    before: Callable[[web.Request], Awaitable[web.StreamResponse | None]] | None = None

    def level(self, zoom: int, z: int) -> NDArray[np.uint8]:
        """A section at a zoom level."""
        image: NDArray[np.uint8] = self.volume[z]
        for _ in range(zoom):
            image = halved(image)
        return image

    def cut(self, zoom: int, z: int, row: int, col: int) -> NDArray[np.uint8] | None:
        """The pixels of a tile; None beyond the volume."""
        if not 0 <= z < len(self.volume):
            return None
        tile = self.level(zoom, z)[row * self.size : (row + 1) * self.size, col * self.size : (col + 1) * self.size]
        return tile if tile.size else None

    def application(self) -> web.Application:
        """The server."""
        app = web.Application(middlewares=[self._counted])
        number = r"\d+"
        for path, handler in (
            (rf"/1/{{z:{number}}}/{{row:{number}}}_{{col:{number}}}_{{zoom:{number}}}.png", self._tile),
            (rf"/4/{{z:{number}}}/{{zoom:{number}}}/{{row:{number}}}_{{col:{number}}}.png", self._tile),
            (rf"/5/{{zoom:{number}}}/{{z:{number}}}/{{row:{number}}}/{{col:{number}}}.png", self._tile),
            (r"/7/largeDataTileSource/256/256/{zoom}/{z}/{row}/{col}.png", self._tile),
            ("/8/node/ab/em/tile/xy/{zoom}/{col}_{row}_{z}", self._tile),
            ("/8/node/ab/em/tile/yz/{zoom}/{z}_{row}_{col}", self._yz_tile),
            ("/12/xy/256/{zoom}/{col}/{row}/{z}", self._boss),
            ("/2", self._query),
            ("/3/7/stack/9/tile", self._query),
            ("/6/node/ab/em/raw/xy/256_256/{x}_{y}_{z}/png", self._voxels),
            ("/6/node/ab/em/raw/xz/256_256/{x}_{z}_{y}/png", self._xz_voxels),
            ("/6/node/ab/em/info", self._dvid_info),
            ("/10/s{zoom}/0_1/256_256/{x}_{y}_{z}.png", self._h2n5),
            ("/files/{name}/{path:.*}", self._file),
        ):
            app.router.add_get(path, handler)
        return app

    @web.middleware
    async def _counted(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked[request.path] += 1
        if self.before is not None:
            answer = await self.before(request)
            if answer is not None:
                return answer
        response: web.StreamResponse = await handler(request)
        return response

    async def _tile(self, request: web.Request) -> web.Response:
        return _png(self.cut(*(int(request.match_info[name]) for name in ("zoom", "z", "row", "col"))))

    async def _yz_tile(self, request: web.Request) -> web.Response:
        """DVID's plane yz: y to the right, z down; CATMAID's zy has z to the right and y down."""
        x, row, col = (int(request.match_info[name]) for name in ("z", "row", "col"))
        plane = self.volume[col * self.size : (col + 1) * self.size, row * self.size : (row + 1) * self.size, x]
        return _png(plane)

    async def _boss(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Token {TOKEN}":
            return web.Response(status=401)
        return await self._tile(request)

    async def _query(self, request: web.Request) -> web.Response:
        q = request.query
        zoom = round(-np.log2(float(q["scale"])))
        return _png(self._box(zoom, int(q["z"]), int(q["x"]), int(q["y"]), int(q["width"]), int(q["height"])))

    async def _voxels(self, request: web.Request) -> web.Response:
        x, y, z = (int(request.match_info[name]) for name in "xyz")
        return _png(self._box(0, z, x, y, self.size, self.size))

    async def _xz_voxels(self, request: web.Request) -> web.Response:
        x, y, z = (
            int(request.match_info[name]) for name in "xyz"
        )  # y: the row of the section, z its depth in the volume
        return _png(self.volume[y : y + self.size, z, x : x + self.size])

    async def _dvid_info(self, _request: web.Request) -> web.Response:
        z, y, x = self.volume.shape
        extended = {"MaxPoint": [x - 1, y - 1, z - 1], "VoxelSize": [4.6, 4.6, 50], "VoxelUnits": ["nanometers"] * 3}
        return web.json_response({"Base": {}, "Extended": extended})

    async def _h2n5(self, request: web.Request) -> web.Response:
        zoom, x, y, z = (int(request.match_info[name]) for name in ("zoom", "x", "y", "z"))
        return _png(self._box(zoom, z, x, y, self.size, self.size))

    def _box(self, zoom: int, z: int, x: int, y: int, width: int, height: int) -> NDArray[np.uint8]:
        return self.level(zoom, z)[y : y + height, x : x + width]

    async def _file(self, request: web.Request) -> web.StreamResponse:
        path = self.folders[request.match_info["name"]] / request.match_info["path"]
        return web.FileResponse(path) if path.is_file() else web.Response(status=404)


def _png(pixels: NDArray[np.uint8] | None) -> web.Response:
    if pixels is None or not pixels.size:
        return web.Response(status=404)
    return web.Response(body=encode(np.ascontiguousarray(pixels), "png"), content_type="image/png")


@asynccontextmanager
async def serving_images(host: ImageHost) -> AsyncIterator[ImageHost]:
    """The host on a free port; `host.url` is where, without a slash at the end."""
    runner = web.AppRunner(host.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield host
    finally:
        await asyncio.wait_for(runner.cleanup(), 10)
