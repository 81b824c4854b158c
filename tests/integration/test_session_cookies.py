"""Browsers share cookies among all services of a host, whatever their ports: each service has a name of its own."""

from __future__ import annotations

from pathlib import Path

import aiohttp
from aiohttp.test_utils import TestServer
from yarl import URL

from catmaid_server.auth import sessions
from catmaid_server.http.app import create_app
from catmaid_server.http.app_options import AppOptions
from catmaid_server.routes import all_routes
from tests.helpers.service import Service

TRACER = {"name": "tracer", "pwd": "a tracer's password"}


def service_of(service: Service, folder: Path, secret: bytes) -> TestServer:
    """A service over the same store, with another data folder and so with another secret."""
    app = create_app(
        service.store,
        all_routes(),
        AppOptions(secret=secret, data_dir=folder, session_cookie=sessions.cookie_name(secret)),
    )
    return TestServer(app)


async def username(browser: aiohttp.ClientSession, url: URL, headers: dict[str, str] | None = None) -> str:
    async with browser.get(url / "accounts/login", headers=headers) as answer:
        return str((await answer.json())["username"])


async def log_in(browser: aiohttp.ClientSession, url: URL) -> None:
    async with browser.post(url / "accounts/login", data=TRACER) as answer:
        assert answer.status == 200


async def test_two_services_on_one_host_have_two_sessions(service: Service, tmp_path: Path) -> None:
    names = sessions.cookie_name(b"first"), sessions.cookie_name(b"second")
    assert names[0] != names[1]
    assert all(name.startswith("sessionid_") for name in names)
    async with (
        service_of(service, tmp_path, b"first") as first,
        service_of(service, tmp_path, b"second") as second,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser,
    ):
        one, other = first.make_url("/"), second.make_url("/")
        await log_in(browser, one)
        assert (await username(browser, one), await username(browser, other)) == ("tracer", "AnonymousUser")
        await log_in(browser, other)
        assert (await username(browser, one), await username(browser, other)) == ("tracer", "tracer")
        async with browser.post(other / "accounts/logout") as answer:
            assert set(answer.cookies) == {names[1]}
        assert (await username(browser, one), await username(browser, other)) == ("tracer", "AnonymousUser")


async def test_catmaids_name_is_understood(service: Service, tmp_path: Path) -> None:
    """Programs may send it; who logs out leaves alone what another program keeps under it on the same host."""
    name = sessions.cookie_name(b"first")
    async with service_of(service, tmp_path, b"first") as running, aiohttp.ClientSession() as program:
        url = running.make_url("/")
        async with program.post(url / "accounts/login", data=TRACER) as answer:
            session = answer.cookies[name].value
        ours = {"Cookie": f"sessionid={session}"}
        theirs = {"Cookie": f"{name}={session}; sessionid=of-another-program"}
    async with service_of(service, tmp_path, b"first") as running, aiohttp.ClientSession() as program:
        url = running.make_url("/")
        assert await username(program, url, headers=ours) == "tracer"
        assert await username(program, url, headers=theirs) == "tracer"
        async with program.post(url / "accounts/logout", headers={**theirs, "X-Requested-With": "x"}) as answer:
            assert set(answer.cookies) == {name}
        async with program.post(url / "accounts/logout", headers={**ours, "X-Requested-With": "x"}) as answer:
            assert set(answer.cookies) == {name, "sessionid"}
