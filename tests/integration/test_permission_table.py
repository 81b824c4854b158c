"""Every route, tried as everybody: who is let in is written down in `permission_table.txt`, and nowhere else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from catmaid_server.auth import sessions
from catmaid_server.domain.accounts import login_sessions, users
from catmaid_server.domain.projects import projects
from tests.helpers.service import Service

TABLE = Path(__file__).with_name("permission_table.txt")
REFUSALS = {401, 403}
AT_ONCE = 8
DELETIONS = {("DELETE", "/{project_id}/"), ("DELETE", "/api-tokens/"), ("POST", "/user/api-tokens/revoke-all")}
"""They delete nothing of what is called otherwise than `confirm` says."""
TRIED_LAST = ("/{project_id}/archive", "/accounts/logout")
"""One after the other: nobody edits what is archived, and a logout ends the session."""

ANYONE, MEMBER, USER, NAMED_MEMBER = {"anyone"}, {"member"}, {"user"}, {"named member"}
OUTSIDER = ANYONE | USER
INSIDER = OUTSIDER | MEMBER | NAMED_MEMBER | {"browse", "named browse"}
TO_ANNOTATE = {"annotate+token", "named annotate+token"}
TOKENED = TO_ANNOTATE | {"import+token", "fork+token", "administer+token"}
EVERYTHING = INSIDER | TOKENED | {"annotate", "administer", "superuser"}


@dataclass(frozen=True)
class Role:
    """Somebody who asks.

    permissions
        What they were granted in the project of the request.
    lets_in
        The first words of the lines of the table that are open to them.
    by
        How they say who they are: not at all, by the cookie of a session, or by API token.
    """

    lets_in: set[str]
    permissions: tuple[str, ...] = ()
    by: str = "session"
    is_superuser: bool = False
    is_active: bool = True
    elsewhere: tuple[str, ...] = ()
    """Permissions in another project."""


ROLES = {
    "visitor": Role(ANYONE, by="nothing"),
    "visitor who may browse": Role(ANYONE | MEMBER | {"browse"}, ("can_browse",), by="nothing"),
    "visitor who may annotate": Role(
        ANYONE | MEMBER | {"browse", "annotate", "annotate+token"}, ("can_annotate",), by="nothing"
    ),
    "user": Role(OUTSIDER),
    "stranger": Role(OUTSIDER | MEMBER | NAMED_MEMBER, elsewhere=users.PERMISSIONS),
    "stranger's token": Role(OUTSIDER | MEMBER | NAMED_MEMBER, elsewhere=users.PERMISSIONS, by="token"),
    "browser": Role(INSIDER, ("can_browse",)),
    "browser's token": Role(INSIDER, ("can_browse", "can_annotate_with_token"), by="token"),
    "annotator": Role(INSIDER | TO_ANNOTATE | {"annotate"}, ("can_browse", "can_annotate")),
    "annotator's token": Role(INSIDER | {"annotate"}, ("can_browse", "can_annotate"), by="token"),
    "annotator's writing token": Role(
        INSIDER | TO_ANNOTATE | {"annotate"}, ("can_annotate", "can_annotate_with_token"), by="token"
    ),
    "importer": Role(INSIDER | {"import+token"}, ("can_browse", "can_import")),
    "importer's token": Role(INSIDER, ("can_browse", "can_import"), by="token"),
    "forker": Role(INSIDER | {"fork+token"}, ("can_browse", "can_fork")),
    "administrator": Role(EVERYTHING - {"superuser"}, ("can_administer",)),
    "administrator's token": Role(EVERYTHING - TOKENED - {"superuser"}, ("can_administer",), by="token"),
    "superuser": Role(EVERYTHING, is_superuser=True),
    "superuser's token": Role(EVERYTHING, is_superuser=True, by="token"),
    "inactive user": Role(ANYONE, users.PERMISSIONS, is_active=False),
    "inactive superuser": Role(ANYONE, is_superuser=True, is_active=False),
    "inactive user's token": Role(set(), users.PERMISSIONS, is_active=False, by="token"),
}


@dataclass(frozen=True)
class Entry:
    """One request of the table."""

    needs: str
    method: str
    path: str

    def address(self, project_id: int) -> str:
        """The path with values for what stands in braces: the project, and names and ids of nothing."""
        values = {"project_id": str(project_id), "workspace_id": "-1", "extension": "jpg"}
        path = re.sub(
            r"\{(\w+)\}", lambda found: values.get(found[1], "999999" if "_id" in found[1] else "0"), self.path
        )
        return f"{path}?confirm=another" if (self.method, self.path) in DELETIONS else path


def entries() -> Iterator[Entry]:
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            row = re.fullmatch(r"([a-z+ ]+?) +([A-Z]+(?: [A-Z]+)*) +(/\S*)", line)
            assert row is not None, f"cannot read {line!r}"
            assert row[1] in EVERYTHING, line
            yield from (Entry(row[1], method, row[3]) for method in row[2].split())


def without_slash(known: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Requests that are sent on to a path with a slash at its end, whatever is there."""
    paths = {path for _, path in known}
    short = {path[:-1] for path in paths if path.endswith("/")} - paths - {""}
    return {(method, path) for method in ("GET", "HEAD", "DELETE") for path in short}


def test_the_table_has_every_route_and_no_other(module_service: Service) -> None:
    routes = {
        (route.method, route.resource.canonical)
        for route in module_service.app.router.routes()
        if route.resource is not None
    }
    heads = {path for method, path in routes if method == "HEAD"}
    assert heads == {path for method, path in routes if method == "GET"}, "HEAD is GET without a body"
    routes = {(method, path) for method, path in routes if method != "HEAD"}
    listed = [(entry.method, entry.path) for entry in entries()]
    assert len(listed) == len(set(listed))
    expected = {(method, path) for method, path in set(listed) | without_slash(set(listed)) if method != "HEAD"}
    assert sorted(routes - expected) == [], f"add these to {TABLE.name}"
    assert sorted(expected - routes) == [], f"take these out of {TABLE.name}"


@pytest.fixture
async def headers(module_service: Service, request: pytest.FixtureRequest) -> AsyncIterator[dict[str, str]]:
    """What somebody of this role says of themselves; their permissions end with the test."""
    role, store = ROLES[request.param], module_service.store
    name = users.ANONYMOUS if role.by == "nothing" else request.param
    async with store.writing(user_id=None, project_id=None, label="set up") as tx:
        if role.by != "nothing":
            await users.create_user(tx, name, is_superuser=role.is_superuser)
        admin = await users.require_user(tx, "admin")
        other = await projects.ensure_project(tx, "Another", owner_id=admin.id)
        for project_id, permissions in ((module_service.project_id, role.permissions), (other, role.elsewhere)):
            for permission in permissions:
                await users.grant(tx, project_id, permission, to=name)
        user = await users.require_user(tx, name)
        token = await users.issue_token(tx, user.id)
        session_id = await login_sessions.begin_session(tx, user.id)
        await tx.execute("UPDATE app_user SET is_active = %s WHERE id = %s", (role.is_active, user.id))
    yield {
        "nothing": {},
        "session": {
            "Cookie": f"{sessions.COOKIE}={sessions.issue(b'only for tests', session_id, user.id, user.password)}",
            "X-Requested-With": "XMLHttpRequest",
        },
        "token": {"X-Authorization": f"Token {token}"},
    }[role.by]
    async with store.writing(user_id=None, project_id=None, label="tear down") as tx:
        await tx.execute("DELETE FROM project_permission WHERE user_id = %s", (user.id,))


@pytest.mark.parametrize(("name", "headers"), [(name, name) for name in ROLES], indirect=["headers"], ids=list(ROLES))
async def test_everybody_is_let_in_where_the_table_says(
    module_service: Service, name: str, headers: dict[str, str]
) -> None:
    """Whether the route is reached: what it thinks of a request without parameters does not matter."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def fault(session: aiohttp.ClientSession, entry: Entry) -> str | None:
        async with (
            turns,
            session.request(
                entry.method, entry.address(module_service.project_id), headers=headers, allow_redirects=False
            ) as response,
        ):
            let_in = response.status not in REFUSALS
            if let_in is (entry.needs in ROLES[name].lets_in) and response.status < 500:
                return None
            return f"{entry.method} {entry.path} needs {entry.needs}, but answers {response.status}"

    async with aiohttp.ClientSession(module_service.url, cookie_jar=aiohttp.DummyCookieJar()) as session:
        answers = await asyncio.gather(*(fault(session, entry) for entry in entries() if entry.path not in TRIED_LAST))
        for path in TRIED_LAST:
            answers += [await fault(session, entry) for entry in entries() if entry.path == path]
    assert [answer for answer in answers if answer is not None] == []
