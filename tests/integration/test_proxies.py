"""Behind proxies, every address that the service hands out is the one by which the client reaches it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import numpy as np
import pytest
from yarl import URL

import catmaid_jupyter as cj
from catmaid_jupyter.widgets.stack_images.tile_hosts import tile_hosts
from catmaid_server.db.store import Store
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.http.allowed_hosts import AllowedHosts
from catmaid_server.http.app import create_app
from catmaid_server.http.app_options import AppOptions
from catmaid_server.http.proxies import Proxies
from catmaid_server.routes import all_routes
from catmaid_server.tiles.imports.stacks import import_volume
from tests.helpers.service import Service, serving

HEADERS = {
    "X-Forwarded-For": "203.0.113.5",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "lab.example",
    "X-Forwarded-Prefix": "/em",
}
OUTSIDE = "https://lab.example/em/"
TRACER = {"name": "tracer", "pwd": "a tracer's password"}


@dataclass
class Site:
    """A service that trusts a proxy on this machine and has the root path /catmaid, with one stack."""

    url: str
    project_id: int
    token: str

    def session(self, *, token: bool = True, headers: dict[str, str] | None = None) -> aiohttp.ClientSession:
        own = {"X-Authorization": f"Token {self.token}"} if token else {}
        return aiohttp.ClientSession(self.url, headers={**own, **(HEADERS if headers is None else headers)})


@pytest.fixture(scope="module")
async def site(module_service: Service, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("images")
    image = np.zeros((2, 64, 64), np.uint8)
    await import_volume(
        module_service.store, folder, (2, 64, 64), lambda z: image[z],
        fingerprint="black", title="stack", project="Test", owner="admin", resolution_nm=(4, 4, 40),
    )  # fmt: skip
    proxies = Proxies.parsed("127.0.0.1", "/catmaid")
    hosts = AllowedHosts(frozenset({"lab.example"}))
    async with serving(module_service.store, folder, proxies=proxies, allowed_hosts=hosts) as (url, _):
        assert module_service.tracer.token is not None
        yield Site(url, module_service.project_id, module_service.tracer.token)


async def location(session: aiohttp.ClientSession, path: str) -> str:
    async with session.get(URL(path, encoded=True), allow_redirects=False) as response:
        assert response.status in (301, 302, 308), await response.text()
        return response.headers["Location"]


async def image_base(session: aiohttp.ClientSession, project_id: int, root: str = "") -> str:
    async with session.get(f"{root}/{project_id}/stacks") as response:
        ((stack, *_),) = [[stack["id"] for stack in await response.json()]]
    async with session.get(f"{root}/{project_id}/stack/{stack}/info") as response:
        return str((await response.json())["mirrors"][0]["image_base"])


async def test_images_and_exports(site: Site) -> None:
    async with site.session() as session:
        assert (await image_base(session, site.project_id)).startswith(f"{OUTSIDE}{site.project_id}/stack/")
        async with session.get("/projects/export") as response:
            assert f"{OUTSIDE}{site.project_id}/stack/" in await response.text()
        async with session.get("/projects/?with_mirrors=true") as response:
            assert "127.0.0.1" not in await response.text()
        async with session.get("/") as response:
            assert f'cj.connect("{OUTSIDE.rstrip("/")}")' in await response.text()


async def test_no_answer_names_the_address_behind_the_proxy(site: Site) -> None:
    own = URL(site.url).authority
    paths = {route.path for route in all_routes() if "GET" in route.methods and "{" not in route.path}
    paths |= {
        path.replace("{project_id:-?[0-9]+}", str(site.project_id))
        for route in all_routes()
        if "GET" in route.methods and (path := route.path).count("{") == 1 and "{project_id:" in path
    }
    assert len(paths) > 60
    async with site.session() as session:
        for path in sorted(paths):
            if path.endswith(("/events", "/channels/updates/")):
                continue
            async with session.get(path, allow_redirects=False) as response:
                assert own not in await response.text(errors="replace"), path
                assert response.status != 500, path
                if target := response.headers.get("Location", ""):
                    assert target.startswith("/em/"), path


@pytest.mark.parametrize("root", ["", "/catmaid"])
async def test_redirects_lead_to_where_the_client_is(site: Site, root: str) -> None:
    async with site.session() as session:
        project = f"/{site.project_id}"
        assert await location(session, f"{root}{project}/links/abc") == f"/em/?pid={site.project_id}&link=abc"
        assert await location(session, f"{root}/user/login/") == "/em/user/api-tokens/"
        assert await location(session, f"{root}/projects?x=%2F") == "/em/projects/?x=%2F"
        assert await location(session, f"{root}{project}//stacks?a=b") == f"/em{project}/stacks?a=b"
    async with site.session(token=False) as session:
        assert await location(session, f"{root}/user/password_change/") == (
            "/em/accounts/login?next=/em/user/password_change/"
        )
        assert await location(session, f"{root}/user/api-tokens/") == "/em/user/login/?next=/user/api-tokens/"
        assert await location(session, f"{root}/register") == "/em/"


async def test_the_root_path_holds_without_a_header(site: Site) -> None:
    async with site.session(headers={}) as session:
        assert await location(session, "/catmaid") == "/catmaid/"
        for root in ("", "/catmaid"):
            assert (await image_base(session, site.project_id, root)).startswith(f"{site.url}/catmaid/")
            assert await location(session, f"{root}/register") == "/catmaid/"
        async with session.get("/metrics") as response:
            assert 'route="/catmaid' not in await response.text()


async def test_a_proxy_that_is_not_trusted_moves_nothing(module_service: Service) -> None:
    headers = {**HEADERS, "X-Authorization": f"Token {module_service.tracer.token}"}
    async with aiohttp.ClientSession(module_service.url, headers=headers) as session:
        async with session.get("/projects/export") as response:
            assert "lab.example" not in await response.text()
        async with session.get("/") as response:
            assert f'cj.connect("{module_service.url}")' in await response.text()
        assert await location(session, "/register") == "/"


async def test_sessions_belong_to_the_path_and_to_tls(site: Site) -> None:
    async with site.session(token=False) as session:
        async with session.post("/accounts/login", data=TRACER) as response:
            cookies = {name.partition("_")[0]: cookie for name, cookie in response.cookies.items()}
        assert {(cookie["path"], cookie["secure"]) for cookie in cookies.values()} == {("/em/", True)}
        assert response.status == 200
        async with session.post("/accounts/logout") as response:
            (cookie,) = response.cookies.values()
        assert cookie.key == cookies["sessionid"].key
        assert (cookie["path"], cookie["max-age"]) == ("/em/", "0")


@pytest.mark.parametrize(("origin", "status"), [
    ("https://lab.example", 200), ("http://lab.example", 403), ("https://evil.example", 403),
    ("{own}", 403),
])  # fmt: skip
async def test_pages_of_the_outer_address_are_ours(site: Site, origin: str, status: int) -> None:
    origin = origin.format(own=site.url)
    async with site.session(token=False) as session:
        async with session.post("/accounts/login", data=TRACER) as response:
            (cookie,) = (cookie for name, cookie in response.cookies.items() if name.startswith("sessionid"))
        headers = {"Origin": origin, "Cookie": f"{cookie.key}={cookie.value}"}
        async with session.post("/accounts/login", data=TRACER, headers={"Origin": origin}) as response:
            assert response.status == status
        try:
            async with session.ws_connect(f"/{site.project_id}/events", headers=headers) as socket:
                assert "hello" in await socket.receive_json()
                opened = 200
        except aiohttp.WSServerHandshakeError as error:
            opened = error.status
        assert opened == status


@pytest.mark.parametrize(("headers", "words"), [
    ({"X-Forwarded-Proto": "ftp"}, "X-Forwarded-Proto: it is http or https, not 'ftp'"),
    ({"X-Forwarded-Prefix": "em"}, "X-Forwarded-Prefix: it is a path such as /catmaid, not 'em'"),
    ({"X-Forwarded-Host": "a b"}, "The header X-Forwarded-Host is malformed"),
    ({"X-Forwarded-Host": "lab.example/x"}, "The header X-Forwarded-Host is malformed"),
    ({"X-Forwarded-Host": "u:p@lab.example"}, "The header X-Forwarded-Host is malformed"),
    ({"X-Forwarded-Host": "lab.example:99999"}, "The header X-Forwarded-Host is malformed"),
])  # fmt: skip
async def test_a_proxy_that_is_set_up_wrongly_is_told_so(site: Site, headers: dict[str, str], words: str) -> None:
    async with site.session(headers=headers) as session, session.get("/projects/export") as response:
        assert response.status == 400
        assert words in await response.text()


async def test_the_client_works_below_a_path(site: Site) -> None:
    def use() -> None:
        heard: list[str] = []
        with cj.connect(f"{site.url}/catmaid", token=site.token) as instance:
            assert instance.url == f"{site.url}/catmaid/"
            project = instance.project("Test")
            project.edit.create_treenode(1, 2, 3, neuron_name="below")
            heard += list(project.neurons["name"])
            (host,) = tile_hosts(project.stack().info, instance.url)
            assert host.own_path is not None
            assert host.base_url == instance.url + host.own_path
        assert "below" in heard

    await asyncio.to_thread(use)


def test_a_root_path_that_hides_a_route_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="must not begin with /apis: that is an address of the service's own"):
        create_app(
            store, all_routes(), AppOptions(secret=b"", data_dir=tmp_path, proxies=Proxies.parsed(root_path="/apis/x"))
        )
