"""Signing in of programs: they wait, a person says so in a browser, and nobody types a token."""

from __future__ import annotations

import asyncio
import queue
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from yarl import URL

import catmaid_jupyter as cj
from catmaid_jupyter.api import browser_sign_in
from tests.helpers.patience import PATIENCE_S
from tests.helpers.service import Service

LOGIN = {"username": "tracer", "password": "a tracer's password"}


@pytest.fixture
async def browser(service: Service) -> AsyncIterator[aiohttp.ClientSession]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(service.url, cookie_jar=jar) as session:
        yield session


async def text(browser: aiohttp.ClientSession, method: str, path: str, **values: Any) -> str:
    async with browser.request(method, path, **values) as answer:
        return await answer.text()


async def begun(service: Service) -> dict[str, Any]:
    found: dict[str, Any] = await service.visitor.post("/program-sign-ins/", name="Python <on> a machine")
    return found


async def test_a_program_waits_until_it_is_let_in(service: Service, browser: aiohttp.ClientSession) -> None:
    waiting = await begun(service)
    asked = {"request": waiting["request"]}
    assert await service.visitor.post("/program-sign-ins/token", **asked) == {"waits": True}
    # Who is not logged in is sent there first, and comes back.
    async with browser.get(f"/{waiting['page']}") as answer:
        assert answer.url.path == "/user/login/"
        assert answer.url.query["next"] == f"/{waiting['page']}"
    page = await text(browser, "POST", "/user/login/", data=LOGIN | {"next": f"/{waiting['page']}"})
    assert "Python &lt;on&gt; a machine" in page
    assert f"<pre>{waiting['code']}</pre>" in page
    assert "127.0.0.1" in page
    # Codes may be typed as one likes.
    typed = waiting["code"].lower().replace("-", " ")
    assert "Let in" in await text(browser, "POST", "/user/programs/", data={"code": typed, "allow": "true"})
    given = await service.visitor.post("/program-sign-ins/token", **asked)
    assert (given["waits"], given["username"]) == (False, "tracer")
    headers = {"X-Authorization": f"Token {given['token']}"}
    _, listed = await service.visitor.request("GET", "/api-tokens/", headers=headers)
    made = next(one for one in listed if one["ending"] == given["token"][-4:])
    assert (made["name"], made["expiry"] is not None) == ("Python <on> a machine, let in by browser", True)
    # Once.
    status, _ = await service.visitor.refused("/program-sign-ins/token", **asked)
    assert status == 404
    assert "No program waits" in await text(browser, "POST", "/user/programs/", data={"code": typed, "allow": "true"})


async def test_a_program_that_is_refused_is_told(service: Service, browser: aiohttp.ClientSession) -> None:
    waiting = await begun(service)
    await text(browser, "POST", "/user/login/", data=LOGIN)
    assert "No program waits" in await text(browser, "GET", "/user/programs/?code=BBBB-BBBB")
    assert "was not let in" in await text(browser, "POST", "/user/programs/", data={"code": waiting["code"]})
    status, error = await service.visitor.refused("/program-sign-ins/token", request=waiting["request"])
    assert (status, "Nobody let this program in" in str(error["error"])) == (404, True)


async def test_only_a_person_on_a_page_of_ours_lets_in(service: Service, browser: aiohttp.ClientSession) -> None:
    waiting = await begun(service)
    decision = {"code": waiting["code"], "allow": "true"}
    # An API token would make one that outlives it.
    assert (await service.tracer.refused("/user/programs/", **decision))[0] == 400
    await text(browser, "POST", "/user/login/", data=LOGIN)
    async with browser.post("/user/programs/", data=decision, headers={"Origin": "https://evil.example"}) as answer:
        assert answer.status == 403
    assert await service.visitor.post("/program-sign-ins/token", request=waiting["request"]) == {"waits": True}


async def test_too_many_programs_do_not_wait(service: Service) -> None:
    for _ in range(50):
        await begun(service)
    status, error = await service.visitor.refused("/program-sign-ins/", name="one more")
    assert (status, "50 programs wait" in str(error["error"])) == (400, True)


async def test_connect_signs_in_by_a_browser(
    service: Service, browser: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: queue.Queue[str] = queue.Queue()
    monkeypatch.setattr(browser_sign_in, "print", lambda line, **_: said.put(line), raising=False)
    await text(browser, "POST", "/user/login/", data=LOGIN)
    connecting = asyncio.create_task(asyncio.to_thread(cj.connect, service.url, sign_in=True))
    link = URL(re.search(r"Open (\S+)", await asyncio.to_thread(said.get, timeout=PATIENCE_S))[1])  # type: ignore[index]
    assert link.path == "/user/programs/"
    await text(browser, "POST", "/user/programs/", data={"code": link.query["code"], "allow": "true"})
    instance = await connecting
    assert instance.username == "tracer"
    await asyncio.to_thread(instance.close)
    # The cell may run again.
    again = await asyncio.to_thread(cj.connect, service.url, sign_in=True)
    assert again.username == "tracer"
    await asyncio.to_thread(again.close)
    assert browser_sign_in.forget(URL(f"{service.url}/"))
    with pytest.raises(cj.InvalidInput, match="without a token"):
        cj.connect(service.url, "a token", sign_in=True)
