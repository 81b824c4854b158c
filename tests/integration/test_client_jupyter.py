"""The Jupyter server extension in a real Jupyter server."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

from catmaid_jupyter.jupyter.websocket import PromptKernelWebsocket
from catmaid_server.service.folder import ServiceFolder
from catmaid_server.service.local_socket import bound_socket
from catmaid_wire.service_record import ServiceRecord
from tests.helpers.impostor import impostor
from tests.helpers.patience import PATIENCE_S

TOKEN = "jupyter-token"
TILE = "3/stack/7/tiles/0af3/0/12/3/4.jpg"


@pytest.fixture
async def requests(data_dir: Path) -> AsyncIterator[list[web.Request]]:
    """What a stand-in for the embedded service was asked, over its socket; another program has its port."""
    requests: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        requests.append(request)
        if request.path == "/version":
            return web.json_response({"SERVER_VERSION": "x", "CATMAID_JUPYTER": {}})
        if request.query.get("ticket") != "good":
            return web.json_response({"error": "no"}, status=403)
        headers = {"Cache-Control": "private, max-age=31536000, immutable", "ETag": '"e"', "Set-Cookie": "a=b"}
        if "wait" in request.query:
            headers |= {"X-Image-Error": "It is slow.", "Retry-After": request.query["wait"]}
        return web.Response(body=b"\xff\xd8 tile", content_type="image/jpeg", headers=headers)

    app = web.Application()
    app.router.add_get("/{tail:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    lock = ServiceFolder(data_dir).lock()
    assert lock is not None
    with bound_socket(data_dir) as (listening, path):
        await web.SockSite(runner, listening).start()
        record = ServiceRecord(url="http://127.0.0.1:1", pid=1, started=str(listening.fileno()), socket=path)
        ServiceFolder(data_dir).write_record(record)
        yield requests
        await runner.cleanup()
    os.close(lock)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory, data_dir: Path) -> Iterator[str]:
    """A Jupyter server with the extension, and nothing of the user's; its URL."""
    home, port = tmp_path_factory.mktemp("jupyter"), unused_port()
    places = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    environment = {**os.environ, **places, "CATMAID_DATA_DIR": str(data_dir), "JUPYTER_PLATFORM_DIRS": "1"}
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}"]
    command += ["--ServerApp.base_url=/hub/me/", f"--ServerApp.root_dir={home}"]
    command += ["--ServerApp.jpserver_extensions={'catmaid_jupyter.jupyter': True}"]
    log = home / "log.txt"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        yield f"http://127.0.0.1:{port}/hub/me/"
    finally:
        process.terminate()
        process.wait(30)
    assert "Traceback" not in log.read_text()
    assert "stale" not in log.read_text()


@pytest.fixture
async def browser(jupyter: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A session that waits for the Jupyter server to answer."""
    async with aiohttp.ClientSession(jupyter, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    async with session.get("api") as answer:
                        if answer.status == 200:
                            break
                except aiohttp.ClientConnectorError:
                    await asyncio.sleep(0.1)
        yield session


async def test_a_tile_comes_through_without_cookies(
    browser: aiohttp.ClientSession, requests: list[web.Request]
) -> None:
    async with browser.get("", params={"token": TOKEN}) as answer:  # logs the browser in, with cookies
        await answer.read()
    assert len(browser.cookie_jar)

    path = f"catmaid-jupyter/proxy/{TILE}"
    headers = {"Authorization": f"token {TOKEN}", "X-Other": "secret"}
    async with browser.get(path, params={"ticket": "good"}, headers=headers) as answer:
        assert answer.status == 200
        assert await answer.read() == b"\xff\xd8 tile"
        assert answer.content_type == "image/jpeg"
        assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert answer.headers["ETag"] == '"e"'
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "a=b" not in answer.headers.getall("Set-Cookie", [])
    asked = requests[-1]
    assert asked.path == f"/{TILE}"
    assert not {"Cookie", "Authorization", "X-Other"} & set(asked.headers)

    async with browser.get(path, params={"ticket": "good", "wait": "2"}, headers=headers) as answer:
        assert (answer.headers["X-Image-Error"], answer.headers["Retry-After"]) == ("It is slow.", "2")

    async with browser.get(path, params={"ticket": "stale"}, headers=headers) as answer:
        assert answer.status == 403


async def test_only_tiles_of_users_come_through(browser: aiohttp.ClientSession, requests: list[web.Request]) -> None:
    me = {"Authorization": f"token {TOKEN}"}
    browser.cookie_jar.clear()
    async with browser.get(f"catmaid-jupyter/proxy/{TILE}", allow_redirects=False) as answer:
        assert answer.status in {302, 403}
    for path in ("3/treenode/create", "user-list", "3/stack/7/tiles/..%2f..%2fuser-list", f"{TILE}/../../x"):
        async with browser.get(f"catmaid-jupyter/proxy/{path}", headers=me) as answer:
            assert answer.status == 404, path
    async with browser.post(f"catmaid-jupyter/proxy/{TILE}", headers=me) as answer:
        assert answer.status in {403, 405}
    assert not [request for request in requests if request.path != "/version"]


async def test_the_port_of_a_service_that_crashed_gets_no_ticket(
    browser: aiohttp.ClientSession, data_dir: Path
) -> None:
    """Neither after a crash, nor while a service runs that has no socket on which to know it."""
    me = {"Authorization": f"token {TOKEN}"}
    folder = ServiceFolder(data_dir)
    with impostor(unused_port()) as (url, heard):
        folder.write_record(ServiceRecord(url=url, pid=1, started="once"))
        async with browser.get(f"catmaid-jupyter/proxy/{TILE}", params={"ticket": "good"}, headers=me) as answer:
            assert (answer.status, "not running" in await answer.text()) == (502, True)
        lock = folder.lock()
        assert lock is not None
        async with browser.get(f"catmaid-jupyter/proxy/{TILE}", params={"ticket": "good"}, headers=me) as answer:
            assert (answer.status, "cannot prove who it is" in await answer.text()) == (502, True)
        os.close(lock)
    assert heard == []


async def test_no_service_is_said_in_one_line(browser: aiohttp.ClientSession, data_dir: Path) -> None:
    (data_dir / "service.json").unlink(missing_ok=True)
    me = {"Authorization": f"token {TOKEN}"}
    async with browser.get(f"catmaid-jupyter/proxy/{TILE}", headers=me) as answer:
        assert answer.status == 502
        assert "not running" in await answer.text()


async def test_kernel_websockets_answer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nagle's algorithm is off before the kernel is connected."""
    done: list[object] = []

    async def as_usual(self: object, kernel_id: str) -> None:
        done.append(kernel_id)

    monkeypatch.setattr(KernelWebsocketHandler, "open", as_usual)
    monkeypatch.setattr(PromptKernelWebsocket, "set_nodelay", lambda self, value: done.append(value))
    await PromptKernelWebsocket.__new__(PromptKernelWebsocket).open("a-kernel")
    assert done == [True, "a-kernel"]
