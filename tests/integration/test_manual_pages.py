"""The manual at `/docs/`: what is built, nothing from outside of its folder, and no script but its own."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import aiohttp

from catmaid_server.db.store import Store
from tests.helpers.service import serving

SCRIPT = b"document.title = 1"
HASH = base64.b64encode(hashlib.sha256(SCRIPT).digest()).decode()


async def test_pages_come_with_a_policy_for_their_own_scripts(store: Store, tmp_path: Path) -> None:
    site = tmp_path / "site"
    (site / "how-to").mkdir(parents=True)
    (site / "index.html").write_bytes(b"<script>" + SCRIPT + b"</script>Contents")
    (site / "how-to" / "index.html").write_text("Pages")
    (site / "search.json").write_text("{}")
    (tmp_path / "secret.txt").write_text("not for others")
    async with serving(store, tmp_path, manual=site) as (url, _), aiohttp.ClientSession(url) as session:
        async with session.get("/docs") as answer:
            assert answer.url.path == "/docs/"
            assert await answer.read() == (site / "index.html").read_bytes()
            policy = answer.headers["Content-Security-Policy"]
            assert f"'sha256-{HASH}'" in policy
            assert "default-src 'none'" in policy
        async with session.get("/docs/how-to/") as answer:
            assert await answer.text() == "Pages"
            assert "sha256" not in answer.headers["Content-Security-Policy"]
        async with session.get("/docs/search.json") as answer:
            assert answer.content_type == "application/json"
        for name in ("nothing", "%2e%2e/secret.txt", "..%2fsecret.txt", "how-to"):
            async with session.get(f"/docs/{name}") as answer:
                assert answer.status == 404, name


async def test_where_it_was_not_built_a_page_says_how(store: Store, tmp_path: Path) -> None:
    async with serving(store, tmp_path, manual=tmp_path / "nowhere") as (url, _), aiohttp.ClientSession(url) as session:
        async with session.get("/docs/") as answer:
            assert "make docs" in await answer.text()
        async with session.get("/docs/how-to/troubleshooting/") as answer:
            assert answer.status == 404
