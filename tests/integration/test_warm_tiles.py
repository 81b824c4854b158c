"""Tiles in memory are given by the connection itself: as in the usual way, and only to who may have them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from yarl import URL

from catmaid_server.db.store import Store
from catmaid_server.http import keys, warm_tiles
from catmaid_server.tiles.imports.stacks import import_volume
from tests.helpers.patience import PATIENCE_S
from tests.helpers.service import Service, fresh_service

VOLUME = np.random.default_rng(5).integers(0, 256, (4, 200, 300), dtype=np.uint8)
OF_THE_TILE = {"etag", "content-length", "date", "x-request-id"}


@pytest.fixture
async def service(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    monkeypatch.setattr(warm_tiles, "TRUSTED_S", 3600.0)
    async with fresh_service(store, tmp_path) as made:
        await import_volume(
            store, tmp_path, VOLUME.shape, lambda z: VOLUME[z], fingerprint="noise", title="EM", project="Test",
            owner="admin", resolution_nm=(4, 4, 40), tile_size=128, file_extension="png",
        )  # fmt: skip
        yield made


@dataclass
class Line:
    """One connection to a service."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: str
    """Headers of its requests."""

    @classmethod
    async def to(cls, service: Service) -> Line:
        url = URL(service.url)
        assert url.host is not None
        head = f"Host: {url.raw_authority}\r\nX-Authorization: Token {service.tracer.token}\r\n"
        return cls(*await asyncio.open_connection(url.host, url.port), head)

    async def get(self, path: str, more: str = "") -> tuple[int, dict[str, str], bytes]:
        self.writer.write(f"GET {path} HTTP/1.1\r\n{self.head}{more}\r\n".encode())
        return await self.answer()

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        async with asyncio.timeout(PATIENCE_S):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            return int(first.split()[1]), headers, await self.reader.readexactly(int(headers.get("content-length", 0)))


async def made_warm(service: Service) -> tuple[Line, str]:
    """A connection that may give tiles of a stack by itself, and where they are: each was asked for by somebody."""
    stacks = await service.tracer.get(f"/{service.project_id}/stacks")
    info = await service.tracer.get(f"/{service.project_id}/stack/{stacks[0]['id']}/info")
    below = URL(info["mirrors"][0]["image_base"]).raw_path
    line = await Line.to(service)
    for z in range(4):
        assert (await line.get(f"{below}0/{z}/0/1.png"))[0] == 200
    return line, below


def given(service: Service) -> int:
    return service.app[keys.WARM_TILES].given


async def test_they_are_as_in_the_usual_way(service: Service) -> None:
    line, below = await made_warm(service)
    before, seen = given(service), set()
    for z in range(4):
        warm = await line.get(f"{below}0/{z}/0/1.png")
        usual = await (await Line.to(service)).get(f"{below}0/{z}/0/1.png", "Connection: close\r\n")
        assert (warm[0], warm[2]) == (usual[0], usual[2])
        assert warm[1]["etag"] == usual[1]["etag"]
        fixed = [{k: v for k, v in each[1].items() if k not in OF_THE_TILE | {"connection"}} for each in (warm, usual)]
        assert fixed[0] == fixed[1]
        seen.add(warm[1]["x-request-id"])
    assert given(service) == before + 4
    assert len(seen) == 4


async def test_those_that_are_not_in_memory_are_made_and_requests_behind_them_wait(service: Service) -> None:
    line, below = await made_warm(service)
    before, others = given(service), [f"{below}0/{z}/1/{col}.png" for z in range(4) for col in range(2)]
    paths = [*others, f"{below}0/9/0/0.png", f"/{service.project_id}/stacks", f"{below}0/1/0/1.png"]
    # One after the other: the connection has answered all that came before.
    bodies = [(await line.get(path))[2] for path in others[:2]]
    assert given(service) == before + 2
    line.writer.write(f"GET {paths[2]} HTTP/1.1\r\n{line.head}\r\n".encode())
    await line.writer.drain()
    await asyncio.sleep(0)
    for path in paths[3:]:
        line.writer.write(f"GET {path} HTTP/1.1\r\n{line.head}\r\n".encode())
        await asyncio.sleep(0)
    answers = [await line.answer() for _ in paths[2:]]
    assert [status for status, _, _ in answers] == [*[200] * 6, 404, 200, 200]
    bodies += [body for _, _, body in answers[:6]]
    usual = [(await (await Line.to(service)).get(path, "Connection: close\r\n"))[2] for path in others]
    assert bodies == usual


async def test_a_tile_that_cannot_be_made_is_answered_in_the_usual_way(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, below = await made_warm(service)

    async def fail(*_: object) -> bytes:
        raise RuntimeError("torn")

    with monkeypatch.context() as patch:
        patch.setattr(service.app[keys.TILES], "tile", fail)
        assert (await line.get(f"{below}0/1/1/0.png"))[0] == 500
    line = await Line.to(service)
    assert (await line.get(f"{below}0/1/1/0.png"))[0] == 200


async def test_they_are_counted_as_all_others(service: Service) -> None:
    line, below = await made_warm(service)
    counted = 'catmaid_answers_total{method="GET",route="/{project_id}/stack/{stack_id}/tiles/{revision}/{zoom}'
    answers = []
    for _ in range(2):
        lines = (await service.admin.get("/metrics")).decode().splitlines()
        (counter,) = [each for each in lines if each.startswith(counted) and 'status="200"' in each]
        answers.append(float(counter.rpartition(" ")[2]))
        await line.get(f"{below}0/1/0/1.png")
    assert answers[1] == answers[0] + 1


async def test_who_loses_access_gets_none_at_once(service: Service) -> None:
    line, below = await made_warm(service)
    before = given(service)
    assert (await line.get(f"{below}0/1/0/1.png"))[0] == 200
    assert given(service) == before + 1
    async with service.store.writing(user_id=None, project_id=None, label="test") as tx:
        await tx.execute("DELETE FROM api_token")
    assert (await line.get(f"{below}0/1/0/1.png"))[0] == 401
    assert given(service) == before + 1


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("0/1/0/1.png", "If-None-Match: *\r\n", 304),
        ("0/1/0/1.png", "Origin: https://example.org\r\n", 200),
        ("0/1/0/1.png?window=0,100", "", 200),
        ("0/1/0/1.jpg", "", 200),
        ("0/1/9/9.png", "", 404),
        ("0/99/0/0.png", "", 404),
        ("0/1/0/1.png?ticket=wrong", "", 403),
    ],
)
async def test_other_requests_take_the_usual_way(service: Service, path: str, more: str, status: int) -> None:
    line, below = await made_warm(service)
    before = given(service)
    assert (await line.get(below + path, more))[0] == status
    assert given(service) == before


async def test_a_request_in_pieces_or_in_a_body_is_none(service: Service) -> None:
    line, below = await made_warm(service)
    wanted = [(await line.get(f"{below}0/{z}/0/1.png"))[2] for z in range(4)]
    request = f"GET {below}0/1/0/1.png HTTP/1.1\r\n{line.head}\r\n".encode()
    post = f"POST /{service.project_id}/tile-ticket HTTP/1.1\r\n{line.head}Content-Type: text/plain\r\n"
    line.writer.write(f"{post}Content-Length: {len(request)}\r\n\r\n".encode())
    await asyncio.sleep(0)
    line.writer.write(request)
    status, headers, _ = await line.answer()
    assert (status, headers["content-type"].partition(";")[0]) == (200, "application/json")
    assert (await line.get(f"{below}0/2/0/1.png"))[2] == wanted[2]
    line.writer.write(request[:40])
    await asyncio.sleep(0)
    line.writer.write(request[40:])
    assert (await line.answer())[2] == wanted[1]
    line.writer.write(request + request)
    assert [(await line.answer())[2] for _ in range(2)] == [wanted[1]] * 2
    assert (await line.get(f"{below}0/3/0/1.png"))[2] == wanted[3]


async def test_they_are_given_again_after_a_request_with_a_body(service: Service) -> None:
    line, below = await made_warm(service)
    post = f"POST /{service.project_id}/tile-ticket HTTP/1.1\r\n{line.head}Content-Length: 3\r\n"
    line.writer.write(f"{post}Content-Type: application/x-www-form-urlencoded\r\n\r\na=b".encode())
    assert (await line.answer())[0] == 200
    before = given(service)
    assert (await line.get(f"{below}0/2/0/1.png"))[0] == 200
    assert given(service) == before + 1


async def test_what_was_found_out_is_looked_at_again_after_a_while(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_tiles, "TRUSTED_S", 0.0)
    line, below = await made_warm(service)
    before = given(service)
    assert (await line.get(f"{below}0/2/0/1.png"))[0] == 200
    assert given(service) == before


async def test_a_worker_that_ends_says_so_with_each_answer(service: Service) -> None:
    line, below = await made_warm(service)
    before = given(service)
    service.app[keys.WARM_TILES].close()
    for z in range(3):
        assert (await line.get(f"{below}0/{z}/0/1.png"))[0] == 200
    assert given(service) == before
