"""A real JupyterHub with the example of deploy/, whose people sign in by a name and any password."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp.test_utils import unused_port

from tests.helpers.folders import REPOSITORY
from tests.helpers.patience import PATIENCE_S

PROXY = REPOSITORY / "js/node_modules/.bin/configurable-http-proxy"
ADMIN_TOKEN = uuid.uuid4().hex

_CONFIG = """
load_subconfig({example!r})
c.JupyterHub.bind_url = {url!r}
c.JupyterHub.hub_port = {hub_port}
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.db_url = "sqlite:///hub.sqlite"
c.JupyterHub.cookie_secret_file = "cookie_secret"
c.JupyterHub.load_groups = {groups!r}
c.JupyterHub.services += [{{"name": "test", "api_token": {token!r}}}]
c.JupyterHub.load_roles += [{{"name": "test", "services": ["test"], "scopes": {scopes!r}}}]
c.Authenticator.allow_all = True
c.ConfigurableHTTPProxy.command = [{proxy!r}]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.Spawner.args = ["--allow-root", "--ServerApp.root_dir=.", "--LabApp.expose_app_in_browser=True"]
c.Spawner.cmd = [{python!r}, "-m", "jupyterhub.singleuser"]
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r}
c.Spawner.start_timeout = {patience}
c.Spawner.http_timeout = {patience}
c.JupyterHub.init_spawners_timeout = -1
"""


@dataclass(frozen=True)
class Hub:
    """A running hub.

    url
        With a slash at the end.
    homes
        Folder with a folder of each user in which their server works.
    service_url
        Where the service listens on this machine, which browsers elsewhere do not reach; without a slash at the end.
    """

    url: str
    homes: Path
    service_url: str
    session: aiohttp.ClientSession

    async def api(self, method: str, path: str, **options: Any) -> aiohttp.ClientResponse:
        """Ask the hub, or the server of somebody, as its administrator."""
        headers = {"Authorization": f"token {ADMIN_TOKEN}"}
        return await self.session.request(method, self.url + path, headers=headers, **options)

    async def start_server(self, name: str) -> None:
        """Start the notebook server of a user, who is made if need be."""
        await self.api("POST", f"hub/api/users/{name}")
        await self.api("POST", f"hub/api/users/{name}/server")
        async with asyncio.timeout(PATIENCE_S):
            while (await self.api("GET", f"user/{name}/api/status")).status != 200:
                await asyncio.sleep(0.5)

    async def run(self, name: str, code: str) -> str:
        """What a cell prints in a new kernel of a user's server; an AssertionError with its traceback if it fails."""
        kernel = await (await self.api("POST", f"user/{name}/api/kernels", json={"name": "python3"})).json()
        address = f"{self.url}user/{name}/api/kernels/{kernel['id']}/channels"
        headers = {"Authorization": f"token {ADMIN_TOKEN}"}
        printed: list[str] = []
        async with asyncio.timeout(PATIENCE_S), self.session.ws_connect(address, headers=headers) as socket:
            await socket.send_json(_request(code))
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    continue
                told = json.loads(message.data)
                content = told["content"]
                if told["msg_type"] == "stream":
                    printed.append(content["text"])
                elif told["msg_type"] == "execute_reply":
                    assert content["status"] == "ok", "\n".join(content.get("traceback", ["aborted"]))
                elif _is_end(told):
                    break
        await self.api("DELETE", f"user/{name}/api/kernels/{kernel['id']}")
        return "".join(printed)


def _is_end(told: dict[str, Any]) -> bool:
    """Whether the kernel has done what it was asked."""
    is_idle = told["msg_type"] == "status" and told["content"]["execution_state"] == "idle"
    return is_idle and (told["parent_header"] or {}).get("msg_type") == "execute_request"


def _request(code: str) -> dict[str, object]:
    return {
        "channel": "shell",
        "header": {
            "msg_id": uuid.uuid4().hex,
            "session": uuid.uuid4().hex,
            "username": "",
            "date": "",
            "msg_type": "execute_request",
            "version": "5.3",
        },
        "parent_header": {},
        "metadata": {},
        "content": {
            "code": code,
            "silent": False,
            "store_history": False,
            "user_expressions": {},
            "allow_stdin": False,
        },
    }


@asynccontextmanager
async def running_hub(folder: Path, data_dir: Path, groups: Mapping[str, Sequence[str]]) -> AsyncIterator[Hub]:
    """A hub that works in a folder, with a service on a data folder, and these groups of users."""
    url = f"http://127.0.0.1:{unused_port()}/"
    config = folder / "jupyterhub_config.py"
    config.write_text(
        _CONFIG.format(
            example=str(REPOSITORY / "deploy/jupyterhub_config.py"),
            url=url,
            hub_port=unused_port(),
            proxy_port=unused_port(),
            groups={name: {"users": list(members)} for name, members in groups.items()},
            token=ADMIN_TOKEN,
            scopes=["admin:users", "admin:servers", "access:servers", "groups"],
            proxy=str(PROXY),
            python=sys.executable,
            homes=str(folder / "home" / "{username}"),
            patience=int(PATIENCE_S),
        )
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    environment |= {
        "CATMAID_DATA_DIR": str(data_dir),
        "CATMAID_PORT": str(unused_port()),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    log = folder / "hub.log"
    process = _started(config, environment, log)
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            await _answering(session, url, process, log)
            yield Hub(url, folder / "home", f"http://127.0.0.1:{environment['CATMAID_PORT']}", session)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()


def _started(config: Path, environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "jupyterhub", "-f", str(config)]
    with log.open("wb") as output:
        return subprocess.Popen(command, cwd=config.parent, env=environment, stdout=output, stderr=output)


async def _answering(session: aiohttp.ClientSession, url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while process.poll() is None:
            try:
                async with session.get(f"{url}services/catmaid/version") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.3)
    raise AssertionError(f"JupyterHub did not start:\n{log.read_text()[-5000:]}")
