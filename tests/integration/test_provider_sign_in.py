"""Signing in with OpenID Connect and GitHub, of which small servers answer as the real ones do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from yarl import URL

from catmaid_server.auth.providers.provider import ProviderKind, ProviderSettings
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import identities, users
from catmaid_server.domain.accounts.newcomers import Admission
from catmaid_server.http import keys
from tests.helpers.github import GitHubStandIn, github
from tests.helpers.openid import CLIENT_ID, CLIENT_SECRET, OpenIdStandIn, new_key, openid_provider
from tests.helpers.service import Service, fresh_service

ANYONE = Admission(registration=True)
ANA = {"email": "ana@uni.example", "email_verified": True, "preferred_username": "ana", "given_name": "Ana"}


def registered(key: str, address: str) -> ProviderSettings:
    kind: ProviderKind = "github" if key == "github" else "openid"
    return ProviderSettings(
        key=key, title=key.title(), kind=kind, address=address, client_id=CLIENT_ID, client_secret=CLIENT_SECRET
    )


@dataclass
class Browser:
    """A browser at the service, that follows no redirect by itself."""

    session: aiohttp.ClientSession

    async def get(self, address: str | URL, **headers: str) -> tuple[int, str, str]:
        """Status, where it leads, and the text."""
        async with self.session.get(address, allow_redirects=False, headers=headers) as answer:
            return answer.status, answer.headers.get("Location", ""), unescape(await answer.text())

    async def way_back(self, provider: str, subject: str = "", *, path: str = "", **headers: str) -> URL:
        """Go to a provider and be signed in there; the address to which it sends the browser back."""
        status, there, text = await self.get(f"/sign-in/{provider}{path}", **headers)
        assert status == 302, text
        _, back, page = await self.get(URL(there, encoded=True))
        if back:
            return URL(back, encoded=True)
        line = next(line for line in page.splitlines() if (f"as {subject}<" if subject else "Cancel") in line)
        return URL(line.split('"')[1], encoded=True)

    async def sign_in(self, provider: str, subject: str = "", **how: Any) -> tuple[int, str, str]:
        return await self.get(await self.way_back(provider, subject, **how))

    async def name(self) -> str:
        async with self.session.get("/accounts/login") as answer:
            return str((await answer.json())["username"])


@asynccontextmanager
async def browser_at(service: Service) -> AsyncIterator[Browser]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(service.url, cookie_jar=jar) as session:
        yield Browser(session)


@pytest.fixture
async def provider() -> AsyncIterator[OpenIdStandIn]:
    async with openid_provider(OpenIdStandIn({"ana-at-uni": dict(ANA), "bo": {}})) as running:
        yield running


@pytest.fixture
async def service(store: Store, tmp_path: Path, provider: OpenIdStandIn) -> AsyncIterator[Service]:
    known = (registered("oidc", provider.issuer), registered("orcid", f"{provider.issuer}/away"))
    async with fresh_service(store, tmp_path, providers=known, admission=ANYONE) as running:
        yield running


@pytest.fixture
async def browser(service: Service) -> AsyncIterator[Browser]:
    async with browser_at(service) as opened:
        yield opened


async def test_who_signs_in_is_known_again_by_the_subject_alone(
    browser: Browser, service: Service, provider: OpenIdStandIn
) -> None:
    _, _, page = await browser.get("/user/login/?next=/docs/")
    assert 'href="../../sign-in/oidc?next=/docs/">Sign in with Oidc</a>' in page
    assert await browser.sign_in("oidc", "ana-at-uni", path="?next=/docs/") == (302, "/docs/", "")
    assert await browser.name() == "ana"
    async with service.store.reading() as connection:
        ana = await users.require_user(connection, "ana")
        assert (ana.first_name, ana.is_superuser) == ("Ana", False)
    # Whatever they are called by now, and whatever their address.
    provider.people["ana-at-uni"] = {"preferred_username": "tracer", "email": "other@uni.example"}
    async with browser_at(service) as another:
        assert (await another.sign_in("oidc", "ana-at-uni"))[0] == 302
        assert await another.name() == "ana"


async def test_nobody_takes_over_who_was_here_before(
    browser: Browser, service: Service, provider: OpenIdStandIn
) -> None:
    """Neither by a name, in whatever capitals, nor by an address."""
    async with service.store.writing(user_id=None, project_id=None, label="test") as tx:
        await users.create_user(tx, "Ana", email="ana@uni.example")
    await browser.sign_in("oidc", "ana-at-uni")
    assert await browser.name() == "ana-2"
    provider.people["bo"] = {"preferred_username": "admin"}
    await browser.sign_in("oidc", "bo")
    assert await browser.name() == "admin-2"


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"aud": "another program"}, "made for another program"),
        ({"aud": [CLIENT_ID, "another program"]}, "made for another program"),
        ({"iss": "https://evil.example"}, "names another provider"),
        ({"exp": 1_000_000_000}, "has expired"),
        ({"nonce": "of another sign-in"}, "belongs to another sign-in"),
        ({"nonce": None}, "belongs to another sign-in"),
        ({"sub": None}, "has no right 'sub'"),
        ({"sub": 7}, "has no right 'sub'"),
    ],
)
async def test_a_token_has_to_be_for_this_sign_in(
    browser: Browser, provider: OpenIdStandIn, claims: dict[str, Any], words: str
) -> None:
    provider.claims = claims
    status, _, page = await browser.sign_in("oidc", "ana-at-uni")
    assert (status, words in page) == (403, True), page
    assert await browser.name() == "AnonymousUser"


async def test_a_token_has_to_be_signed_by_the_provider(browser: Browser, provider: OpenIdStandIn) -> None:
    stranger = new_key("first")
    provider.signs_with = stranger
    assert "is not signed by it" in (await browser.sign_in("oidc", "ana-at-uni"))[2]
    provider.signs_with = new_key("nobody's")
    assert "unknown key" in (await browser.sign_in("oidc", "ana-at-uni"))[2]
    # A provider may change its key: then it publishes the new one.
    provider.published = provider.signs_with
    assert (await browser.sign_in("oidc", "ana-at-uni"))[0] == 302


async def test_a_code_is_good_once_and_in_one_browser(browser: Browser, service: Service) -> None:
    back = await browser.way_back("oidc", "ana-at-uni")
    async with browser_at(service) as another:
        status, _, page = await another.get(back)
        assert (status, "not begun in this browser" in page) == (403, True)
        await another.way_back("oidc", "ana-at-uni")
        assert "not begun in this browser" in (await another.get(back))[2]
    assert (await browser.get(back))[0] == 302
    assert "not begun in this browser" in (await browser.get(back))[2]
    # Of another sign-in in this browser, the code does not go with the state.
    code = (await browser.way_back("oidc", "ana-at-uni")).query["code"]
    later = await browser.way_back("oidc", "ana-at-uni")
    assert "does not take the code" in (await browser.get(later.update_query(code=code)))[2]
    assert "not begun in this browser" in (await browser.get(later.update_query(state="x")))[2]
    assert "another provider" in (await browser.get(later.update_query(iss="https://evil.example")))[2]


async def test_consent_that_is_denied_and_other_errors_are_told(browser: Browser) -> None:
    status, _, page = await browser.sign_in("oidc")
    assert (status, "You did not let Oidc tell" in page) == (403, True)
    back = await browser.way_back("oidc")
    told = back.update_query(error="server_error", error_description="<b>Closed</b> today")
    assert "Oidc says: <b>Closed</b> today" in (await browser.get(told))[2]
    async with browser.session.get(told) as answer:
        assert "&lt;b&gt;Closed" in await answer.text()
    assert (await browser.get("/sign-in/nobody"))[0] == 404


async def test_an_outage_is_told_and_ends(browser: Browser, provider: OpenIdStandIn) -> None:
    assert (await browser.get("/sign-in/orcid"))[0] == 502
    provider.status = 503
    status, _, page = await browser.get("/sign-in/oidc")
    assert (status, "Oidc answered 503. Try again" in page) == (502, True)
    provider.status = 200
    assert (await browser.sign_in("oidc", "ana-at-uni"))[0] == 302


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_nobody_is_led_elsewhere(browser: Browser, path: str) -> None:
    back = await browser.way_back("oidc", "ana-at-uni", path=str(URL().with_query(next=path)))
    assert (await browser.get(back))[1] == "/"
    assert (await browser.get(URL("/user/login/").with_query(next=path)))[1] == "/"


@pytest.mark.parametrize(
    ("admission", "verified", "words"),
    [
        (Admission.parsed(False, ""), True, "people are let in by invitation"),
        (Admission.parsed(False, "uni.example"), True, "people are let in by invitation"),
        (Admission.parsed(True, "uni.example"), True, ""),
        (Admission.parsed(True, "uni.example"), False, "an e-mail address of uni.example"),
        (Admission.parsed(True, "other.example,.uni.example"), True, "an e-mail address of other.example"),
    ],
)
async def test_who_may_make_an_account_is_a_setting(
    store: Store, tmp_path: Path, provider: OpenIdStandIn, admission: Admission, verified: bool, words: str
) -> None:
    provider.people["ana-at-uni"]["email_verified"] = verified
    known = (registered("oidc", provider.issuer),)
    async with (
        fresh_service(store, tmp_path, providers=known, admission=admission) as service,
        browser_at(service) as browser,
    ):
        status, _, page = await browser.sign_in("oidc", "ana-at-uni")
        assert (status, words in page) == (403 if words else 302, True)
        # Who is linked comes in, whatever the setting; who is closed does not.
        async with store.writing(user_id=None, project_id=None, label="test") as tx:
            tracer = await users.require_user(tx, "tracer")
            await identities.link(tx, tracer.id, provider.issuer, "bo")
        assert (await browser.sign_in("oidc", "bo"))[0] == 302
        assert await browser.name() == "tracer"
        async with store.writing(user_id=None, project_id=None, label="test") as tx:
            await users.set_active(tx, tracer.id, active=False)
        assert "The account 'tracer' is closed." in (await browser.sign_in("oidc", "bo"))[2]


async def test_github_tells_who_it_is_by_its_api(store: Store, tmp_path: Path) -> None:
    octo = {"id": 583231, "login": "octo", "name": "Octo Cat"}
    emails = [{"email": "octo@uni.example", "primary": True, "verified": True}]
    async with github(server := GitHubStandIn(octo, emails)) as address:
        options: Any = {"providers": (registered("github", address),), "admission": Admission(True, ("uni.example",))}
        async with fresh_service(store, tmp_path, **options) as service, browser_at(service) as browser:
            back = await browser.way_back("github")
            assert (await browser.get(back))[0] == 302
            assert await browser.name() == "octo"
            async with store.reading() as connection:
                found = await identities.list_identities(connection)
            assert [(one.issuer, one.subject) for one in found] == [(address, "583231")]
            wrong = (await browser.way_back("github")).update_query(code="guessed")
            assert "does not take the code" in (await browser.get(wrong))[2]
            # Logins are given to others, numbers are not.
            server.user = {"id": 1, "login": "octo", "name": None}
            await browser.sign_in("github")
            assert await browser.name() == "octo-2"


async def test_two_who_are_one_become_one_user(service: Service) -> None:
    """Who clicks twice before the account is there."""
    async with browser_at(service) as one, browser_at(service) as other:
        ways = [await one.way_back("oidc", "ana-at-uni"), await other.way_back("oidc", "ana-at-uni")]
        await asyncio.gather(one.get(ways[0]), other.get(ways[1]))
        assert [await one.name(), await other.name()] == ["ana", "ana"]


async def test_users_add_and_remove_their_sign_ins(browser: Browser, service: Service) -> None:
    own = {"Sec-Fetch-Site": "same-origin"}
    form = {"username": "tracer", "password": "a tracer's password"}
    assert (await browser.get("/user/sign-ins/"))[1] == "/user/login/?next=/user/sign-ins/"
    async with browser.session.post("/user/login/", data=form | {"next": "/user/sign-ins/"}) as answer:
        assert answer.url.path == "/user/sign-ins/"
        assert "?add=true" in await answer.text()
    # No page of another site gets its own account added.
    assert (await browser.get("/sign-in/oidc?add=true"))[0] == 403
    assert await browser.sign_in("oidc", "ana-at-uni", path="?add=true", **own) == (302, "/user/sign-ins/", "")
    _, _, page = await browser.get("/user/sign-ins/")
    assert "<td>Oidc</td><td>ana-at-uni</td>" in page
    async with browser_at(service) as another:
        await another.sign_in("oidc", "ana-at-uni")
        assert await another.name() == "tracer"
        # An account elsewhere is that of one user.
        async with another.session.post("/user/sign-ins/", data={"issuer": "nobody's"}) as answer:
            assert "no identity of nobody" in await answer.text()
        await another.sign_in("oidc", "bo")
        assert await another.name() == "bo"
        assert "another user here" in (await another.sign_in("oidc", "ana-at-uni", path="?add=true", **own))[2]
        issuer = service.app[keys.OPTIONS].providers[0].address
        async with another.session.post("/user/sign-ins/", data={"issuer": issuer}) as answer:
            assert "your only way to sign in" in await answer.text()
    async with browser.session.post("/user/sign-ins/", data={"issuer": issuer}) as answer:
        assert "There are none." in await answer.text()
