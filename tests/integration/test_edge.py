"""What every request passes: faults are logged without secrets, and bad requests are the caller's."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.accounts import accounts
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.projects import project_list
from tests.helpers.answers import is_error
from tests.helpers.patience import PATIENCE_S
from tests.helpers.service import Service, serving


async def test_a_fault_is_logged_without_passwords_and_hashes(
    service: Service, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def faulty(user: User, *, password_matches: bool) -> User:
        raise RuntimeError(f"a fault with {user}")

    monkeypatch.setattr(accounts, "require_login", faulty)
    status, answer = await service.visitor.request(
        "POST", "/accounts/login", data={"name": "tracer", "pwd": "a tracer's password"}
    )
    assert status == 500
    assert isinstance(answer, dict)
    assert answer["type"] == "InternalError"
    logged = capsys.readouterr().out
    assert "RuntimeError" in logged
    assert "a tracer's password" not in logged
    assert "argon2" not in logged


async def test_a_wrong_method_is_told_the_right_ones(service: Service) -> None:
    async with aiohttp.ClientSession() as session, session.patch(f"{service.url}/version") as response:
        assert response.status == 405
        assert response.headers["Allow"] == "GET,HEAD"
        assert (await response.json())["type"] == "HTTPMethodNotAllowed"


async def test_a_connection_that_stays_open_is_not_a_slow_request(service: Service) -> None:
    headers = {"Authorization": f"Token {service.tracer.token}"}
    async with aiohttp.ClientSession(service.url, headers=headers) as session:
        before = await latencies_of_events(session, service)
        async with session.ws_connect(f"/{service.project_id}/events") as socket:
            assert "hello" in await socket.receive_json(timeout=PATIENCE_S)
        assert await latencies_of_events(session, service) == before


async def latencies_of_events(session: aiohttp.ClientSession, service: Service) -> list[str]:
    """What the metrics say of the time that `events` took; other tests of this process count, too."""
    lines = (await metrics(session, service)).splitlines()
    of_events = [line for line in lines if line.startswith("catmaid_request_seconds_") and "/events" in line]
    return [line for line in of_events if not line.endswith(" 0.0") and "_created" not in line]


async def metrics(session: aiohttp.ClientSession, service: Service) -> str:
    """As Prometheus asks for them."""
    async with session.get("/metrics", headers={"Authorization": f"Bearer {service.admin.token}"}) as response:
        assert response.status == 200
        return await response.text()


@pytest.mark.parametrize("path", ["/{}/stack/" + "9" * 5000 + "/info", "/{}/stack/99999999999/info"])
async def test_an_id_beyond_all_ids_is_not_found(service: Service, path: str) -> None:
    status, _ = await service.tracer.request("GET", path.format(service.project_id))
    assert status == 404


@pytest.mark.parametrize("target", ["//\\evil.example/", "/\\\\evil.example//x", "///evil.example", "/\\//evil.org"])
async def test_no_address_leads_to_another_host(service: Service, target: str) -> None:
    host, _, port = service.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {target} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n".encode())
    answer = (await reader.read()).decode()
    writer.close()
    location = re.search(r"(?m)^Location: (.*?)\r$", answer)
    assert location is None or re.match(r"/[^/\\]", location[1]), answer


@pytest.mark.parametrize("path", ["//version", "/apis"])
async def test_who_is_sent_on_keeps_the_query_as_it_was(service: Service, path: str) -> None:
    query = "?a=b%26c%3Dd&e=%0D%0ASet-Cookie:%20x"
    url = URL(service.url + path + query, encoded=True)
    async with aiohttp.ClientSession() as session, session.get(url, allow_redirects=False) as response:
        assert response.status in (301, 308)
        assert response.headers["Location"].endswith(query)
        assert "Set-Cookie" not in response.headers


async def test_words_that_are_no_methods_are_counted_as_one(service: Service) -> None:
    async with aiohttp.ClientSession(service.url) as session:
        for method in ("PROPFIND", "MKCOL", "TRACE"):
            async with session.request(method, "/version") as response:
                assert response.status == 405
        text = await metrics(session, service)
    assert 'method="other"' in text
    assert not any(method in text for method in ("PROPFIND", "MKCOL", "TRACE"))


async def test_a_query_without_end_is_stopped(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And leaves its connection to others."""

    async def endless(connection: Connection, user: User, **_: object) -> None:
        await connection.execute("SELECT pg_sleep(60)")

    monkeypatch.setattr(project_list, "visible_projects", endless)
    async with (
        Store.opened(store.dsn, pool_size=1, longest_query_s=0.2) as impatient,
        serving(impatient, tmp_path) as (url, _),
        aiohttp.ClientSession() as session,
    ):
        for _attempt in range(2):
            async with session.get(f"{url}/projects/") as response:
                assert response.status == 503
                assert is_error(await response.json(), "StoreUnavailable")
        async with session.get(f"{url}/health") as response:
            assert response.status == 200


@pytest.mark.parametrize("charset", ["klingon", "punycode", "idna", "unicode_escape", "utf-7"])
async def test_a_charset_that_is_unknown_or_takes_long_to_read_is_refused(service: Service, charset: str) -> None:
    status, answer = await service.tracer.request(
        "POST",
        f"/{service.project_id}/node/list",
        data=b"left=1",
        headers={"Content-Type": f"application/x-www-form-urlencoded; charset={charset}"},
    )
    assert status == 400, answer
