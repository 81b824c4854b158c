"""Project tokens, which give permissions in a project to users who apply them, and forks of projects.

Who may annotate by a token may do so with an API token, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict, cast

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.memberships import require_known
from catmaid_server.domain.errors import NotFound
from catmaid_server.domain.projects import invitations, join_requests, projects
from catmaid_server.domain.times import ZonedTime

sql = load("projects/project_tokens")

FORKER_PERMISSIONS = (
    "can_administer",
    "can_annotate",
    "can_browse",
    "can_fork",
    "can_import",
    "delete_project",
)
VISITOR_PERMISSIONS = ("can_browse", "can_annotate", "can_fork")


class ProjectToken(TypedDict):
    """A token with which users may enter the project. The queries give its fields in this order."""

    id: int
    creation_time: ZonedTime
    edition_time: ZonedTime
    name: str
    token: str
    needs_approval: bool
    enabled: bool
    default_permissions: list[str]
    user: int
    project: int


class JoinRequest(TypedDict):
    """A user who applied a token and awaits approval. The query gives its fields in this order."""

    token_id: int
    token_name: str
    user_id: int
    username: str
    full_name: str
    permissions: list[str]
    time: ZonedTime


class EnteredProject(TypedDict):
    """The project of a token that a user applied, and what the token lets them do there."""

    project_id: int
    project_name: str
    permissions: list[str]
    needs_approval: bool


async def create_token(
    tx: Connection, project_id: int, user_id: int, *, name: str, needs_approval: bool, permissions: Sequence[str]
) -> ProjectToken:
    """Make a token that grants permissions; `InvalidInput` for an unknown permission. Without a name it gets one."""
    require_known(permissions)
    made = await fetch_one(
        tx,
        sql.create,
        project_id=project_id,
        user_id=user_id,
        name=name,
        needs_approval=needs_approval,
        permissions=list(permissions),
    )
    assert made is not None
    return _project_token(made)


async def list_tokens(connection: Connection, project_id: int) -> list[ProjectToken]:
    """The tokens of a project."""
    return [_project_token(row) for row in await fetch_all(connection, sql.list, project_id=project_id)]


async def withdraw_token(tx: Connection, project_id: int, token_id: int) -> None:
    """Let nobody in with a token any more; who used it stays. `NotFound` if the project has no such token."""
    if await fetch_value(tx, sql.withdraw, project_id=project_id, token_id=token_id) is None:
        raise NotFound(f"Project {project_id} has no token {token_id}.")


async def list_uses(connection: Connection, project_id: int, user_id: int) -> list[int]:
    """Ids of the tokens of a project that a user has applied."""
    rows = await fetch_all(connection, sql.uses_by_user, project_id=project_id, user_id=user_id)
    return [token_id for (token_id,) in rows]


async def apply_token(
    tx: Connection, user_id: int, token: str, *, approval: bool = True, mail_limit: int = 0
) -> EnteredProject:
    """Let a user into the project of a token: with `approval`, not before it is approved if the token needs that.

    Who made the token is told then, by mail, too, if they may have mail sent (`mail_limit` in an hour).

    Raises `InvalidInput` for a malformed token, `NotFound` for one that is unknown, or lets nobody in any more.
    """
    await invitations.hold(tx, token)
    found = await invitations.find(tx, token, user_id)
    if found.why_ended:
        raise NotFound(found.why_ended)
    waits = found.needs_approval and approval
    cursor = await tx.execute(sql.note_use, {"token_id": found.id, "user_id": user_id, "enabled": not waits})
    if cursor.rowcount and not waits:
        granted = await fetch_value(tx, sql.permissions_of, project_id=found.project_id, token_id=found.id)
        await projects.grant_to_user(tx, found.project_id, user_id, granted)
    elif cursor.rowcount:
        await join_requests.tell_maker(tx, found.id, user_id, limit=mail_limit)
    return {
        "project_id": found.project_id,
        "project_name": found.project,
        "permissions": found.permissions,
        "needs_approval": found.needs_approval,
    }


async def approve(tx: Connection, project_id: int, token_id: int | None, user_id: int | None) -> None:
    """Grant a user the permissions of a token that they applied; `NotFound` if they did not."""
    await projects.grant_to_user(tx, project_id, user_id, await _set_use(tx, project_id, token_id, user_id, True))


async def list_requests(connection: Connection, project_id: int) -> list[JoinRequest]:
    """Who awaits approval in a project, in the order in which they applied a token."""
    rows = await fetch_all(connection, sql.awaiting, project_id=project_id)
    return [cast("JoinRequest", dict(zip(JoinRequest.__annotations__, row, strict=True))) for row in rows]


async def refuse(tx: Connection, project_id: int, token_id: int | None, user_id: int | None) -> None:
    """Refuse a user who awaits approval, and take nothing from them; `NotFound` if they await none."""
    if await fetch_value(tx, sql.refuse, project_id=project_id, token_id=token_id, user_id=user_id) is None:
        raise NotFound(f"User {user_id} awaits no approval for project token {token_id}.")


async def revoke(tx: Connection, project_id: int, token_id: int | None, user_id: int | None) -> None:
    """Take from a user what a token gave; `NotFound` if they did not apply it."""
    permissions = await _set_use(tx, project_id, token_id, user_id, False)
    await tx.execute(sql.revoke_permissions, {"project_id": project_id, "user_id": user_id, "permissions": permissions})


async def leave(tx: Connection, project_id: int, token_id: int | None, user_id: int) -> int:
    """Take from a user what a token gave, so that they can apply it again; returns how many uses ended.

    Raises `NotFound` if the project has no such token. A use that awaits approval, or was revoked, stays as it is.
    """
    found = await fetch_one(tx, sql.permissions_of, project_id=project_id, token_id=token_id)
    if found is None:
        raise NotFound(f"Project {project_id} has no token {token_id}.")
    ended = await tx.execute(sql.end_use, {"token_id": token_id, "user_id": user_id})
    if ended.rowcount:
        await tx.execute(
            sql.revoke_permissions, {"project_id": project_id, "user_id": user_id, "permissions": found[0]}
        )
    return ended.rowcount


async def fork_project(
    tx: Connection, project_id: int, user_id: int, *, name: str, comment: str | None, with_volumes: bool
) -> tuple[int, int]:
    """Make a project with the same stacks, without tracings; its id, and how many stacks it has.

    A title may be taken: a refusal would reveal projects that the user may not see.
    """
    copy_id = await projects.create_project(
        tx, name, owner_id=user_id, comment=comment, permissions=FORKER_PERMISSIONS, unique=False
    )
    copied = await tx.execute(sql.copy_stacks, {"project_id": project_id, "copy_id": copy_id})
    if with_volumes:
        await tx.execute(sql.copy_volumes, {"project_id": project_id, "copy_id": copy_id})
    return copy_id, copied.rowcount


def _project_token(row: tuple[Any, ...]) -> ProjectToken:
    token = dict(zip(ProjectToken.__annotations__, row, strict=True))
    return cast("ProjectToken", token | {"token": str(token["token"])})


async def _set_use(
    tx: Connection, project_id: int, token_id: int | None, user_id: int | None, enabled: bool
) -> list[str]:
    found = await fetch_one(tx, sql.set_use, project_id=project_id, token_id=token_id, user_id=user_id, enabled=enabled)
    if found is None:
        raise NotFound(f"User {user_id} has not applied project token {token_id}.")
    granted: list[str] = found[0]
    return granted
