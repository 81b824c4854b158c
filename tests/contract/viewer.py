"""Neuroglancer as a client of CATMAID servers: what it sends, what it reads of answers, and what it keeps of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
import msgpack

ORIGIN = "https://neuroglancer-demo.appspot.com"


def iso(value: float | str) -> str:
    """Its form of a time: numbers are seconds, of which it keeps milliseconds; texts stay as they are."""
    if isinstance(value, str):
        return value
    moment = datetime.fromtimestamp(int(value * 1000) / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Node:
    """A node as it keeps it."""

    parent_id: int | None
    place: tuple[float, float, float]
    time: str
    labels: set[str] = field(default_factory=set)


@dataclass
class Neuroglancer:
    """The client: its requests, and the fields of the answers that it reads.

    Behind one host with the service, the browser does not say the page's origin with every request.
    """

    session: aiohttp.ClientSession
    url: str
    project_id: int
    token: str
    origin: str | None = ORIGIN

    async def send(self, method: str, path: str, form: Mapping[str, Any] | None = None) -> aiohttp.ClientResponse:
        headers = {"Authorization": f"Token {self.token}"} | ({"Origin": self.origin} if self.origin else {})
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return await self.session.request(
            method, self.url + path, headers=headers, data=None if form is None else urlencode(form)
        )

    async def get(self, path: str) -> Any:
        response = await self.send("GET", path)
        assert response.status == 200, await response.text()
        assert self.origin is None or response.headers["Access-Control-Allow-Origin"] in {"*", self.origin}
        if response.content_type == "application/json":
            return await response.json()
        return msgpack.unpackb(await response.read(), strict_map_key=False)

    async def edit(self, path: str, form: Mapping[str, Any], state: Any = None) -> Any:
        response = await self.send(
            "POST", f"/{self.project_id}/{path}", {**form, **({} if state is None else {"state": json.dumps(state)})}
        )
        assert response.status == 200, await response.text()
        assert response.headers["Access-Control-Allow-Origin"] in {"*", ORIGIN}
        return await response.json()

    async def refused(self, path: str, form: Mapping[str, Any], state: Any) -> Any:
        response = await self.send("POST", f"/{self.project_id}/{path}", {**form, "state": json.dumps(state)})
        assert response.status >= 400
        return await response.json()

    async def skeleton(self, skeleton_id: int) -> dict[int, Node]:
        rows, _, labels, *_ = await self.get(
            f"/{self.project_id}/skeletons/{skeleton_id}/compact-detail?with_tags=true&with_edition_times=true"
        )
        nodes = {row[0]: Node(row[1], (row[3], row[4], row[5]), iso(row[8])) for row in rows}
        for label, marked in labels.items():
            for node_id, time in marked:
                assert time > 0
                nodes[node_id].labels.add(label)
        return nodes

    async def browse(self, box: tuple[int, ...], lod: float = 1, **more: str) -> list[list[Any]]:
        """Rows of all levels of detail."""
        corners = dict(zip(("left", "top", "z1", "right", "bottom", "z2"), map(str, box), strict=True))
        query = urlencode({**corners, "lod_type": "percent", "lod": str(lod), "format": "msgpack", **more})
        answer = await self.get(f"/{self.project_id}/node/list?{query}")
        assert answer[3] is False
        further = answer[5] if len(answer) > 5 else []
        assert not any(level[3] for level in further)
        return [answer[0], *(level[0] for level in further)]


def neighbourhood(nodes: Mapping[int, Node], node_id: int) -> dict[str, Any]:
    """Its state for deleting, splitting and rerooting: without links, whatever there are."""
    node = nodes[node_id]
    parent = {} if node.parent_id is None else {"parent": [node.parent_id, nodes[node.parent_id].time]}
    children = sorted((key, child.time) for key, child in nodes.items() if child.parent_id == node_id)
    return {"edition_time": node.time, **parent, "children": children, "links": []}
