"""Send requests from several clients for some seconds and say how long the answers took."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp


@dataclass(frozen=True)
class Figures:
    """Latencies in ms, throughput in answers per second."""

    median_ms: float
    p95_ms: float
    rps: float

    @classmethod
    def of(cls, latencies: list[float], wall_s: float) -> Figures:
        ordered = sorted(latencies)
        p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
        return cls(1e3 * statistics.median(ordered), 1e3 * p95, len(ordered) / wall_s)


class Server:
    """The service under test."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._headers = {"X-Authorization": f"Token {token}"}

    async def read(self, request: dict[str, Any], clients: int, seconds: float, accept: str | None) -> Figures:
        """The same request, again and again."""
        headers = self._headers | ({"Accept": accept} if accept else {})

        async def once(session: aiohttp.ClientSession) -> None:
            async with session.request(
                request["method"],
                self._url + request["path"],
                data=request.get("form"),
                params=request.get("query"),
                headers=headers,
            ) as response:
                body = await response.read()
                if response.status != 200:
                    raise SystemExit(f"{request['path']}: {response.status} {body[:300]!r}")

        async with _session(clients) as session:
            for _ in range(3):
                await once(session)
            began = time.perf_counter()

            async def client(latencies: list[float]) -> None:
                while time.perf_counter() - began < seconds:
                    await _timed(latencies, lambda: once(session))

            return await _together(client, clients, began)

    async def trace(self, clients: int, length: int) -> Figures:
        """Each client appends a chain of nodes with the state that a tracing client sends."""
        rows = iter(range(clients))

        async with _session(clients) as session:

            async def client(latencies: list[float]) -> None:
                row, parent, state = next(rows), -1, json.dumps({"nocheck": True})
                for i in range(length):
                    form = {
                        "x": 5000 + 10 * i,
                        "y": 5000 + 500 * row,
                        "z": 4000,
                        "radius": -1,
                        "confidence": 5,
                        "parent_id": parent,
                        "state": state,
                    }
                    began = time.perf_counter()
                    async with session.post(
                        f"{self._url}/1/treenode/create", data=form, headers=self._headers
                    ) as response:
                        answer = await response.json()
                    latencies.append(time.perf_counter() - began)
                    parent = answer["treenode_id"]
                    state = json.dumps({"parent": [parent, answer["edition_time"]]})

            return await _together(client, clients, time.perf_counter())


def _session(clients: int) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=clients))


async def _timed(latencies: list[float], act: Callable[[], Awaitable[None]]) -> None:
    began = time.perf_counter()
    await act()
    latencies.append(time.perf_counter() - began)


async def _together(client: Callable[[list[float]], Awaitable[None]], clients: int, began: float) -> Figures:
    latencies: list[float] = []
    await asyncio.gather(*(client(latencies) for _ in range(clients)))
    return Figures.of(latencies, time.perf_counter() - began)
