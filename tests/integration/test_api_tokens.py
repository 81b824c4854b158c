"""API tokens of the user who asks: over HTTP and on the page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg_pool import PoolClosed

from catmaid_server.auth.token_uses import TokenUses
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import api_tokens, users
from catmaid_server.domain.accounts.api_tokens import NewApiToken
from tests.helpers.service import Actor, Service
from tests.integration.test_accounts import browsing, who

TRACER = {"username": "tracer", "password": "a tracer's password"}


def with_token(service: Service, token: str) -> Actor:
    return Actor(service.visitor.session, service.url, token)


async def revoked(actor: Actor, token_id: int) -> tuple[int, Any]:
    return await actor.request("DELETE", f"/api-tokens/{token_id}/")


class TestOverHttp:
    """`/api-tokens/`."""

    async def test_a_token_is_shown_once_works_and_is_revoked(self, service: Service) -> None:
        made: Any = await service.tracer.post("/api-tokens/", name=" laptop ")
        assert (made["name"], made["expiry"], made["ending"]) == ("laptop", None, made["token"][-4:])
        mine = with_token(service, made["token"])
        assert (await mine.get("/accounts/login"))["username"] == "tracer"
        await mine.post(f"/{service.project_id}/treenode/create")
        listed: Any = await service.tracer.get("/api-tokens/")
        assert [token["name"] for token in listed] == ["", "laptop"]
        assert made["token"] not in str(listed)
        assert set(listed[1]) == {"id", "name", "ending", "creation_time", "expiry", "last_use"}
        assert await revoked(service.tracer, made["id"]) == (200, {"revoked_token_id": made["id"]})
        assert (await mine.request("GET", "/accounts/login"))[0] == 401
        assert (await revoked(service.tracer, made["id"]))[0] == 404

    async def test_what_is_kept_does_not_hold_the_token(self, service: Service) -> None:
        """Neither the store nor what is remembered for requests that come again."""
        made = (
            await service.tracer.request(
                "POST",
                "/api-tokens/",
                data={"name": "laptop"},
                headers={"Idempotency-Key": "7b0a2a5c-6f5e-4a6e-9d2f-3f6a4a4f9d10"},
            )
        )[1]
        async with service.store.reading() as connection:
            for table in ("edit_answer", "api_token", "transaction_info"):
                rows = await (await connection.execute(f"SELECT t::text FROM {table} t")).fetchall()
                assert made["token"] not in str(rows)
                assert made["token"].encode().hex() not in str(rows)

    async def test_tokens_of_others_are_nobodys_business(self, service: Service) -> None:
        made: Any = await service.admin.post("/api-tokens/", name="of admin")
        assert (await revoked(service.tracer, made["id"]))[0] == 404
        assert "of admin" not in str(await service.tracer.get("/api-tokens/"))
        assert (await service.visitor.refused("/api-tokens/", name="x"))[0] == 403
        anonymous: Any = await service.visitor.get("/accounts/anonymous-api-token")
        visitor = with_token(service, anonymous["token"])
        assert (await visitor.refused("/api-tokens/", name="x"))[0] == 403
        assert (await visitor.request("GET", "/api-tokens/"))[0] == 403

    @pytest.mark.parametrize("form", [
        {}, {"name": "  "}, {"name": "a" * 201}, {"name": "a\nb"}, {"name": "x", "days": 0}, {"name": "x", "days": -3},
        {"name": "x", "days": 4000}, {"name": "x", "days": "soon"}, {"name": "x", "days": 1.5},
    ])  # fmt: skip
    async def test_unfit_names_and_days_are_refused(self, module_service: Service, form: dict[str, object]) -> None:
        before = len(await module_service.tracer.get("/api-tokens/"))
        status, refusal = await module_service.tracer.refused("/api-tokens/", **form)
        assert (status, refusal["type"]) == (400, "ValueError")
        assert len(await module_service.tracer.get("/api-tokens/")) == before

    async def test_a_token_expires_also_where_it_is_remembered(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: Any = await service.tracer.post("/api-tokens/", name="short", days=1)
        mine = with_token(service, made["token"])
        await mine.get("/accounts/login")

        class Tomorrow(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return datetime.now(tz) + timedelta(days=1, minutes=1)

        monkeypatch.setattr("catmaid_server.auth.access.datetime", Tomorrow)
        assert (await mine.request("GET", "/accounts/login"))[0] == 401
        monkeypatch.undo()
        async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            await tx.execute("UPDATE api_token SET expiry = now() WHERE id = %s", (made["id"],))
        assert (await mine.request("GET", "/accounts/login"))[0] == 401
        listed: Any = await service.tracer.get("/api-tokens/")
        assert listed[-1]["expiry"] is not None

    async def test_the_last_use_is_kept_without_a_write_for_each_request(self, module_service: Service) -> None:
        made: Any = await module_service.tracer.post("/api-tokens/", name="used")
        assert made["last_use"] is None
        before = datetime.now(UTC)
        for _ in range(3):
            await with_token(module_service, made["token"]).get("/accounts/login")
        async with module_service.store.reading() as connection:
            unwritten = await api_tokens.list_tokens(connection)
            versions = await (await connection.execute("SELECT count(*) FROM transaction_info")).fetchone()
        assert [token.last_use for token in unwritten if token.id == made["id"]] == [None]
        listed: Any = await module_service.tracer.get("/api-tokens/")
        (used,) = (token for token in listed if token["id"] == made["id"])
        assert before <= datetime.fromisoformat(used["last_use"]) <= datetime.now(UTC)
        async with module_service.store.reading() as connection:
            assert await (await connection.execute("SELECT count(*) FROM transaction_info")).fetchone() == versions
        async with browsing(module_service) as browser, browser.post("/user/login/", data=TRACER) as response:
            assert f"{datetime.fromisoformat(used['last_use']):%Y-%m-%d %H:%M} UTC" in await response.text()

    async def test_uses_are_not_lost_when_the_store_is_away(self, module_service: Service) -> None:
        made: Any = await module_service.tracer.post("/api-tokens/", name="kept")
        uses = TokenUses()
        uses.note(made["id"])
        uses.note(2**31 - 1)  # of a token that was revoked meanwhile
        async with Store.opened(module_service.store.dsn, pool_size=1) as away:
            pass
        with pytest.raises(PoolClosed):
            await uses.write(away)
        await uses.write(module_service.store)
        listed: Any = await module_service.tracer.get("/api-tokens/")
        assert [token["last_use"] is None for token in listed if token["id"] == made["id"]] == [False]

    async def test_all_tokens_are_revoked_at_once(self, service: Service) -> None:
        made: Any = await service.tracer.post("/api-tokens/", name="laptop")
        assert (await service.tracer.request("DELETE", "/api-tokens/"))[0] == 400
        assert (await service.tracer.request("DELETE", "/api-tokens/?confirm=admin"))[0] == 400
        path = "/api-tokens/?confirm=tracer"
        assert await service.tracer.request("DELETE", path) == (200, {"revoked_tokens": 2})
        for actor in (service.tracer, with_token(service, made["token"])):
            assert (await actor.request("GET", "/accounts/login"))[0] == 401
        assert (await service.admin.request("GET", "/accounts/login"))[0] == 200

    async def test_a_token_makes_none_that_outlives_it(self, service: Service) -> None:
        short: Any = await service.tracer.post("/api-tokens/", name="short", days=10)
        mine = with_token(service, short["token"])
        for days in (11, 3650):
            status, refusal = await mine.refused("/api-tokens/", name="longer", days=days)
            assert status == 403
            assert "makes none that is valid longer" in str(refusal["error"])
        same: Any = await mine.post("/api-tokens/", name="as long")
        assert same["expiry"] == short["expiry"]
        shorter: Any = await mine.post("/api-tokens/", name="shorter", days=9)
        assert datetime.fromisoformat(shorter["expiry"]) < datetime.fromisoformat(short["expiry"])
        assert datetime.fromisoformat(short["expiry"]) < datetime.now(UTC) + timedelta(days=11)


def test_a_new_token_does_not_show_itself() -> None:
    made = NewApiToken(1, "laptop", "0123456789abcdef", datetime.now(UTC), "cdef", None)
    assert "0123456789" not in repr(made)


async def test_history_keeps_what_a_token_was(service: Service) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        user = await users.require_user(tx, "tracer")
        expiry = datetime(2030, 1, 1, tzinfo=UTC)
        made = await api_tokens.create_token(tx, user.id, "old", expiry=expiry)
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        await tx.execute("UPDATE api_token SET expiry = NULL WHERE id = %s", (made.id,))
    await revoked(service.tracer, made.id)
    async with service.store.reading() as connection:
        rows = await (
            await connection.execute(
                "SELECT ending, expiry FROM api_token__with_history WHERE id = %s ORDER BY version", (made.id,)
            )
        ).fetchall()
    assert rows == [(made.ending, expiry), (made.ending, None)]


class TestOnThePage:
    """`/user/login/` and `/user/api-tokens/`."""

    async def test_log_in_make_and_revoke(self, service: Service) -> None:
        async with browsing(service) as browser:
            async with browser.get("/user/api-tokens/") as response:
                assert (response.url.path, response.status) == ("/user/login/", 200)
            async with browser.post("/user/login/", data={**TRACER, "password": "wrong"}) as response:
                assert "Unknown user name or wrong password." in await response.text()
            assert await who(browser) == users.ANONYMOUS
            async with browser.post("/user/login/", data=TRACER) as response:
                assert response.url.path == "/user/api-tokens/"
                assert "You are tracer" in await response.text()
            async with browser.post("/user/api-tokens/", data={"name": "<b>my</b> laptop", "days": "30"}) as response:
                text = await response.text()
                assert response.headers["Cache-Control"] == "no-store"
                assert "default-src 'none'" in response.headers["Content-Security-Policy"]
            (token,) = re.findall(r"<pre>(\w{40})</pre>", text)
            assert "&lt;b&gt;my&lt;/b&gt; laptop" in text
            assert "<script" not in text
            assert (await with_token(service, token).get("/accounts/login"))["username"] == "tracer"
            async with browser.get("/user/api-tokens/") as response:
                again = await response.text()
            assert token not in again
            assert token[-4:] in again
            token_id = (await service.tracer.get("/api-tokens/"))[-1]["id"]
            async with browser.post("/user/api-tokens/revoke", data={"token_id": token_id}) as response:
                assert response.url.path == "/user/api-tokens/"
                assert "laptop" not in await response.text()
            async with browser.post("/user/api-tokens/revoke", data={"token_id": token_id}) as response:
                assert f"You have no API token {token_id}." in await response.text()
            for name in ("one", "two"):
                async with browser.post("/user/api-tokens/", data={"name": name}) as response:
                    assert "Revoke all" in await response.text()
            async with browser.post("/user/api-tokens/revoke-all", data={"confirm": "x"}) as response:
                assert response.status == 400
            async with browser.post("/user/api-tokens/revoke-all", data={"confirm": "tracer"}) as response:
                assert "You have no tokens." in await response.text()
            for days in ("many", "0"):
                async with browser.post("/user/api-tokens/", data={"name": "x", "days": days}) as response:
                    assert 'role="alert"' in await response.text()
            assert (await with_token(service, token).request("GET", "/accounts/login"))[0] == 401

    async def test_pages_of_other_sites_make_nothing(self, service: Service) -> None:
        async with browsing(service) as browser:
            elsewhere = {"Origin": "https://elsewhere.example"}
            async with browser.post("/user/login/", data=TRACER, headers=elsewhere) as response:
                assert response.status == 403
            async with browser.post("/user/login/", data=TRACER):
                pass
            for path, form in (("", {"name": "theirs"}), ("revoke", {"token_id": "1"}), ("revoke-all", {})):
                async with browser.post(f"/user/api-tokens/{path}", data=form, headers=elsewhere) as response:
                    assert response.status == 403
        assert "theirs" not in str(await service.tracer.get("/api-tokens/"))

    async def test_visitors_are_sent_to_log_in(self, service: Service) -> None:
        for method, path in (("GET", ""), ("POST", ""), ("POST", "revoke"), ("POST", "revoke-all")):
            async with service.visitor.session.request(
                method, f"{service.url}/user/api-tokens/{path}", allow_redirects=False
            ) as response:
                assert (response.status, response.headers["Location"]) == (302, "/user/login/?next=/user/api-tokens/")
        async with service.visitor.session.get(service.url) as response:
            assert 'href="user/login/"' in await response.text()
