"""What one client sends, or leaves half done, does not hold up others."""

from __future__ import annotations

import asyncio
import gzip
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from structlog.testing import capture_logs

from catmaid_server.domain.accounts import users
from catmaid_server.http import keys, received
from catmaid_server.http.answer_meter import ANSWERS
from catmaid_server.http.limits import MAX_FORM_FIELDS, NOBODY
from tests.helpers.answers import is_error
from tests.helpers.patience import PATIENCE_S
from tests.helpers.service import Actor, Service

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n'


@pytest.fixture(scope="module")
def service(module_service: Service) -> Service:
    return module_service


async def sent(actor: Actor, path: str, content_type: str, body: bytes, **headers: str) -> tuple[int, Any]:
    return await actor.request("POST", path, data=body, headers={"Content-Type": content_type, **headers})


async def raw_answer(service: Service, head: str, body: bytes = b"") -> bytes:
    """The first line of the answer to a request whose body does not end."""
    host, _, port = urlsplit(service.url).netloc.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"{head}\r\nHost: {host}:{port}\r\n\r\n".encode() + body)
    line = await reader.readline()
    writer.close()
    return line


@pytest.mark.parametrize(("content_type", "body"), [
    (MULTIPART, PART * 40_000 + b"--b--"),
    (MULTIPART, PART * 101 + b"--b--"),
    (FORM, urlencode([("name", "x")] * 101).encode()),
    (FORM, b"name=" + b"x" * 2**16),
])  # fmt: skip
async def test_who_is_nobody_sends_little(service: Service, content_type: str, body: bytes) -> None:
    for path in ("/accounts/login", "/register", "/api-token-auth/"):
        status, answer = await sent(service.visitor, path, content_type, body)
        assert (status, is_error(answer)) == (413, True), path
        assert str(answer["error"]).startswith("Without a login")
        packed = gzip.compress(body)
        status, answer = await sent(service.visitor, path, content_type, packed, **{"Content-Encoding": "gzip"})
        assert (status, is_error(answer)) == (413, True), path


async def test_as_much_as_nobody_may_send_is_read(service: Service) -> None:
    body = urlencode([("name", "nobody")] * NOBODY.most_fields).encode()
    status, answer = await sent(service.visitor, "/accounts/login", FORM, body)
    assert (status, is_error(answer)) == (400, True)


async def test_a_body_is_not_read_of_who_may_not_send_it(service: Service) -> None:
    path = f"/{service.project_id}/skeletons/import"
    line = await raw_answer(service, f"POST {path} HTTP/1.1\r\nContent-Type: {MULTIPART}\r\nContent-Length: 60000000")
    assert line.startswith(b"HTTP/1.1 403 ")


async def test_a_body_that_does_not_come_is_not_waited_for(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(received, "_FIRST_S", 0.05)
    line = await raw_answer(
        service, f"POST /accounts/login HTTP/1.1\r\nContent-Type: {FORM}\r\nContent-Length: 100", b"name="
    )
    assert line.startswith(b"HTTP/1.1 408 ")


async def test_others_are_answered_while_many_parts_are_read(service: Service) -> None:
    body = PART.replace(b'"x"', b'"skeleton_ids"') * 100_000 + b"--b--"
    large = asyncio.create_task(sent(service.tracer, f"/{service.project_id}/skeletons/summary", MULTIPART, body))
    answered = 0
    while not large.done() and answered <= 5:
        await service.visitor.get("/health")
        answered += 1
    assert (await large)[0] == 200
    assert answered > 5


async def test_parts_may_be_many_but_not_any_number(service: Service) -> None:
    body = PART * (MAX_FORM_FIELDS + 1) + b"--b--"
    status, answer = await sent(service.tracer, f"/{service.project_id}/skeletons/summary", MULTIPART, body)
    assert (status, is_error(answer)) == (413, True)


@pytest.mark.parametrize("sent_before", [b"", b"name=x"])
async def test_a_client_that_hangs_up_is_no_failure(
    service: Service, sent_before: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = ANSWERS.labels("POST", "/accounts/login", 499)
    before = gone._value.get()
    host, _, port = urlsplit(service.url).netloc.partition(":")
    with capture_logs() as logs:
        _, writer = await asyncio.open_connection(host, int(port))
        head = f"POST /accounts/login HTTP/1.1\r\nHost: {host}\r\nContent-Type: {FORM}\r\nContent-Length: 100\r\n\r\n"
        writer.write(head.encode() + sent_before)
        await writer.drain()
        await service.visitor.get("/health")
        writer.close()
        async with asyncio.timeout(PATIENCE_S):
            while gone._value.get() == before:
                await service.visitor.get("/health")
    assert [entry for entry in logs if entry["log_level"] in ("error", "warning")] == []


async def test_queries_of_one_user_do_not_take_all_connections(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with service.store.reading() as connection:
        tracer = await users.require_user(connection, "tracer")
    database_turns = service.app[keys.DATABASE_TURNS]
    assert database_turns._at_once < service.store.pool_size
    monkeypatch.setattr(database_turns, "_patience_s", 0.05)
    path = f"/{service.project_id}/stacks"
    async with AsyncExitStack() as held:
        for _ in range(database_turns._at_once):
            await held.enter_async_context(database_turns.turn(tracer.id))
        status, answer = await service.tracer.request("GET", path)
        assert (status, is_error(answer)) == (429, True)
        assert "requests to the database under way" in answer["error"]
        await service.admin.get(path)
    await service.tracer.get(path)
