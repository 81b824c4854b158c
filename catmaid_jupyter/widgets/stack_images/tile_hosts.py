"""Where the tiles of a stack are, and how they come from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from catmaid_jupyter.api.errors import NotFound, Unreachable
from catmaid_jupyter.api.http import Http
from catmaid_wire import tile_layouts

_OWN_PROXY = "catmaid-jupyter/proxy/"
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
WAIT_S = 1.5
"""So long a page waits for an image that its service has to get elsewhere: browsers ask a server for six things at
once, and those that do not come must not keep the others waiting."""
_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)


@dataclass(frozen=True, slots=True)
class TileHost:
    """One mirror of a stack.

    base_url : absolute, with a slash at the end.
    template : path below it, with {zoom}, {z}, {row} and {col}.
    own_path : the base below the connected service; None if the tiles are elsewhere.
    """

    base_url: str
    template: str
    media_type: str
    own_path: str | None

    def path(self, zoom: int, z: int, row: int, col: int) -> str:
        """Path of a tile below the base."""
        return self.template.format(zoom=zoom, z=z, row=row, col=col)

    async def load(self, http: Http, zoom: int, z: int, row: int, col: int) -> bytes | None:
        """Fetch an encoded tile; None where the stack has none. `Unreachable` if nobody answers."""
        path = self.path(zoom, z, row, col)
        if self.own_path is None:
            return await _fetch(self.base_url + path)
        return await _asked(http, self.own_path + path)

    async def load_soon(self, http: Http, zoom: int, z: int, row: int, col: int) -> bytes | None:
        """As `load`; a `CatmaidError` with the reason if an image cannot be had, or not soon."""
        if self.own_path is None:
            return await self.load(http, zoom, z, row, col)
        path = self.own_path + self.path(zoom, z, row, col)
        return await _asked(http, path, params={"wait": WAIT_S}, headers={"Accept": "application/json, image/*"})


def tile_hosts(info: Mapping[str, Any], service_url: str) -> list[TileHost]:
    """Read the mirrors of a stack from CATMAID's description of it, best first; unknown types are left out."""
    mirrors: Sequence[Mapping[str, Any]] = sorted(info["mirrors"], key=lambda mirror: mirror["position"])
    return [_host(mirror, service_url) for mirror in mirrors if mirror["tile_source_type"] in tile_layouts.PATHS]


def browser_addresses(host: TileHost, ticket: str | None, browser_path: str = "") -> list[dict[str, Any]]:
    """List the addresses by which a browser may reach a host, absolute or below its Jupyter server.

    The second kind works for a local service where the Jupyter server has this package's extension, or
    jupyter-server-proxy.

    browser_path : path of the service on the Jupyter server's site, as on a hub; empty if there is none.
    """
    own_ticket = ticket if host.own_path is not None else None
    template = host.template if own_ticket is None else f"{host.template}?wait={WAIT_S:g}"
    addresses = [host.base_url]
    if host.own_path is not None and browser_path:
        addresses.insert(0, f"{browser_path}{host.own_path}")
    url = URL(host.base_url)
    if host.own_path is not None and url.host in _LOCAL and url.port is not None:
        addresses += [f"{_OWN_PROXY}{host.own_path}", f"proxy/{url.port}{url.path}"]
    return [{"base_url": address, "template": template, "ticket": own_ticket} for address in addresses]


def zoom_levels(info: Mapping[str, Any], tile_width: int, tile_height: int) -> int:
    """Count the levels of a stack; where the server does not say, halved while larger than one tile."""
    factors = info.get("downsample_factors")
    if factors:
        return len(factors)
    if info.get("num_zoom_levels", -1) >= 0:
        return int(info["num_zoom_levels"]) + 1
    levels, (width, height) = 1, (info["dimension"]["x"], info["dimension"]["y"])
    while width > tile_width or height > tile_height:
        width, height, levels = width / 2, height / 2, levels + 1
    return levels


def _host(mirror: Mapping[str, Any], service_url: str) -> TileHost:
    extension = str(mirror["file_extension"]).lstrip(".")
    base = f"{str(mirror['image_base']).rstrip('/')}/"
    return TileHost(
        base_url=base,
        template=f"{tile_layouts.PATHS[mirror['tile_source_type']]}.{extension}",
        media_type=tile_layouts.MEDIA_TYPES.get(extension.lower(), "application/octet-stream"),
        own_path=base.removeprefix(service_url) if base.startswith(service_url) else None,
    )


async def _asked(http: Http, path: str, **options: Any) -> bytes | None:
    try:
        return (await http.request("GET", path, **options)).body
    except NotFound:
        return None


async def _fetch(url: str) -> bytes | None:
    try:
        async with aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=True) as session, session.get(url) as answer:
            if answer.status == 404:
                return None
            answer.raise_for_status()
            return await answer.read()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise Unreachable(f"The image host {URL(url).host} does not answer.", detail=str(error)) from error
