"""The tiles and values of a stack for the pages of a widget that shows it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from http import HTTPStatus
from io import BytesIO
from typing import Any, Final, cast

import numpy as np

from catmaid_jupyter.api.errors import CatmaidError, InvalidInput
from catmaid_jupyter.client.stack import Stack, turned
from catmaid_jupyter.widgets.rpc import Buffers, method
from catmaid_jupyter.widgets.stack_images.tile_hosts import TileHost, browser_addresses, tile_hosts, zoom_levels
from catmaid_wire.zoom_factors import are_halved

_TILES_AT_ONCE: Final = 64
_LARGEST_EXACT: Final = 2**53
"""Pages know whole numbers up to this."""


class GivesTiles:
    """What the pages of a widget with a `stack` ask the kernel for."""

    project: Any
    stack: Any

    def _find_tiles(self, stack: Stack) -> None:
        self._hosts = tile_hosts(stack.info, self.project.instance.url)

    @method
    async def _tile_access(self, _params: dict[str, Any]) -> dict[str, Any]:
        """Say where a browser may find the tiles by itself. Asked again when that stops working."""
        instance, project_id = self.project.instance, self.project.id
        # A service that was started again may be at another port.
        info = (await instance.http.request("GET", f"{project_id}/stack/{self.stack['id']}/info")).json()
        self._hosts = tile_hosts(info, instance.url)
        ticket = await self._ticket() if any(host.own_path is not None for host in self._hosts) else None
        found = [browser_addresses(host, ticket, instance.http.browser_path) for host in self._hosts]
        return {"direct": [address for addresses in found for address in addresses]}

    @method
    async def _tiles(self, params: dict[str, Any]) -> Buffers:
        """Fetch tiles for browsers that cannot: ``{zoom, z, tiles: [[row, col], ...]}``, in the order asked for.

        `errors` has the reason for each that cannot be had now, and None for the others.
        """
        places = params["tiles"]
        if len(places) > _TILES_AT_ONCE:
            raise InvalidInput(f"At most {_TILES_AT_ONCE} tiles at once.")
        host = self._first_host()
        http, zoom, z = self.project.instance.http, int(params["zoom"]), int(params["z"])
        loading = (_or_reason(host.load_soon(http, zoom, z, int(row), int(col))) for row, col in places)
        tiles, errors = zip(*await asyncio.gather(*loading), strict=True) if places else ((), ())
        found = {"ok": [tile is not None for tile in tiles], "errors": errors, "media_type": host.media_type}
        return Buffers(found, [tile or b"" for tile in tiles])

    @method
    async def _voxel(self, params: dict[str, Any]) -> dict[str, Any]:
        """The value of a voxel: ``{voxel: [x, y, z]}``, in pixels and sections; None where nobody tells it."""
        base = next((host.own_path for host in self._hosts if host.own_path is not None), None)
        if base is None or "cutouts" not in self.project.instance.capabilities:
            return {"value": None}
        places = zip("xyz", map(int, params["voxel"]), strict=True)
        asked = {"zoom": 0} | {f"{axis}{end}": index + end for axis, index in places for end in (0, 1)}
        answer = await self.project.instance.http.request("GET", f"{base}cutout", params=asked)
        value = np.load(BytesIO(answer.body), allow_pickle=False).item()
        is_exact = not isinstance(value, int) or abs(value) <= _LARGEST_EXACT
        return {"value": value if is_exact else str(value)}

    async def _ticket(self) -> str | None:
        """Fetch what lets a browser load tiles without a token; None from servers that know no tickets."""
        instance = self.project.instance
        if "tickets" not in instance.capabilities:
            return None
        answer = await instance.http.request("POST", f"{self.project.id}/tile-ticket")
        return str(answer.json()["ticket"])

    def _first_host(self) -> TileHost:
        if not self._hosts:
            raise InvalidInput("This stack's images are of a kind that the viewer cannot show.")
        return self._hosts[0]


async def _or_reason(loading: Awaitable[bytes | None]) -> tuple[bytes | None, str | None]:
    """A tile, or why the service has none."""
    try:
        return await loading, None
    except CatmaidError as error:
        if error.status != HTTPStatus.FAILED_DEPENDENCY:
            raise
        return None, error.message


def level_factors(stack: Mapping[str, Any], level: int) -> tuple[float, float]:
    """How many pixels of full resolution one of a level is, to the right and down; `stack` is as pages know it."""
    across, down = stack["zoom_factors"][level] if stack.get("zoom_factors") else (2**level, 2**level)
    return across, down


def stack_state(stack: Stack, hosts: Sequence[TileHost]) -> dict[str, Any]:
    """A stack as pages know it."""
    factors = [(pair["x"], pair["y"]) for pair in stack.info.get("downsample_factors") or ()]
    mirrors = sorted(stack.info["mirrors"], key=lambda mirror: cast("int", mirror["position"]))
    width, height = (mirrors[0]["tile_width"], mirrors[0]["tile_height"]) if mirrors else (512, 512)
    return {
        "id": stack.id,
        "title": stack.title,
        "dimension": list(stack.dimension),
        "resolution": list(stack.resolution),
        "translation": list(turned(stack.plane, stack.translation)),
        "plane": stack.plane,
        "is_grid": not mirrors,
        "is_labels": stack.is_labels,
        "tile_width": width,
        "tile_height": height,
        "zoom_levels": zoom_levels(stack.info, width, height),
        **({} if are_halved(factors) else {"zoom_factors": [list(pair) for pair in factors]}),
        "broken_sections": list(stack.broken_sections),
        "revision": (hosts[0].own_path or hosts[0].base_url) if hosts else "",
    }
