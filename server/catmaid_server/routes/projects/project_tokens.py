"""Project tokens, and copies of projects."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.accounts.users import ANONYMOUS
from catmaid_server.domain.annotation import favorites
from catmaid_server.domain.errors import NotAllowed
from catmaid_server.domain.projects import join_requests, project_tokens
from catmaid_server.domain.projects.project_tokens import EnteredProject, JoinRequest, ProjectToken
from catmaid_server.http import keys
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class NewToken(msgspec.Struct):
    """A token to make, and what it grants."""

    name: str = ""
    needs_approval: bool = False
    default_permissions: list[str] = []


class AppliedToken(msgspec.Struct):
    """A token that somebody passed on."""

    token: str = ""
    favorite: bool = True
    """Whether the project becomes one of the user's favourites."""


class EndedUses(TypedDict):
    """How many uses of a token ended, in all and by kind."""

    delete: tuple[int, dict[str, int]]


class TokenUse(msgspec.Struct):
    """A token, by id, and a user who applied it."""

    token_id: int | None = None
    user_id: int | None = None


class JoinDecision(TokenUse):
    """A user who waits for approval, and what they are told."""

    word: str = ""
    """Of who decides, in the message that the user gets."""


class Fork(msgspec.Struct):
    """The copy's title, what is copied beside the stacks, and whether to make a token for it."""

    name: str = ""
    description: str | None = None
    copy_volumes: bool = False
    project_token: bool = False
    project_token_approval_needed: bool = False
    """Whether the token lets others in only after approval."""
    project_token_default_permissions: list[str] = []
    """What the token permits; none for browsing, annotating and what else visitors need."""
    add_to_favorites: bool = True
    """Whether the copy is one of the user's favourites."""


@routes.get("/{project_id}/project-tokens/", needs=Permission.ADMINISTER)
async def list_tokens(call: Call, form: NoParameters) -> list[ProjectToken]:
    """List the tokens of a project."""
    async with call.reading() as connection:
        return await project_tokens.list_tokens(connection, call.project_id)


@routes.post("/{project_id}/project-tokens/", needs=Permission.ADMINISTER, label="project_tokens.create")
async def create_token(call: Call, form: NewToken) -> ProjectToken:
    """Make a token that lets others into the project."""
    return await project_tokens.create_token(
        call.tx,
        call.project_id,
        call.user.id,
        name=form.name,
        needs_approval=form.needs_approval,
        permissions=form.default_permissions,
    )


class WithdrawnToken(TypedDict):
    """A token with which nobody gets in any more."""

    id: int


@routes.delete("/{project_id}/project-tokens/{token_id}/", needs=Permission.ADMINISTER, label="project_tokens.withdraw")
async def withdraw_token(call: Call, form: NoParameters) -> WithdrawnToken:
    """Let nobody in with a token any more; who used it stays."""
    await project_tokens.withdraw_token(call.tx, call.project_id, call.path["token_id"])
    return {"id": call.path["token_id"]}


@routes.post("/{project_id}/project-tokens/approve", needs=Permission.ADMINISTER, label="project_tokens.approve")
async def approve_token(call: Call, form: JoinDecision) -> dict[str, str]:
    """Let a user in who applied a token that needs approval; they get a message."""
    await project_tokens.approve(call.tx, call.project_id, form.token_id, form.user_id)
    await _tell(call, form, approved=True)
    return {"status": "ok"}


@routes.get("/{project_id}/project-tokens/requests", needs=Permission.ADMINISTER)
async def list_requests(call: Call, form: NoParameters) -> list[JoinRequest]:
    """List who applied a token of the project that needs approval, and was neither approved nor refused."""
    async with call.reading() as connection:
        return await project_tokens.list_requests(connection, call.project_id)


@routes.post("/{project_id}/project-tokens/refuse", needs=Permission.ADMINISTER, label="project_tokens.refuse")
async def refuse_token(call: Call, form: JoinDecision) -> dict[str, str]:
    """Refuse a user who awaits approval; it takes nothing from them, and they can still be approved later.

    They get a message.
    """
    await project_tokens.refuse(call.tx, call.project_id, form.token_id, form.user_id)
    await _tell(call, form, approved=False)
    return {"status": "ok"}


async def _tell(call: Call, form: JoinDecision, *, approved: bool) -> None:
    assert form.user_id is not None
    await join_requests.tell_decision(
        call.tx,
        call.project_id,
        call.user.id,
        form.user_id,
        approved=approved,
        word=form.word,
        limit=call.request.app[keys.OPTIONS].mails_per_hour,
    )


@routes.post("/{project_id}/project-tokens/revoke", needs=Permission.LOGIN, label="project_tokens.revoke")
async def revoke_token(call: Call, form: TokenUse) -> EndedUses:
    """Take from a user what a token gave.

    From oneself or, as an administrator, from others, who cannot use the token again.
    """
    if form.user_id is None:
        ended = await project_tokens.leave(call.tx, call.project_id, form.token_id, call.user.id)
        return {"delete": (ended, {"catmaid.UserProjectToken": ended} if ended else {})}
    if not await call.access.allows(call.user, call.project_id, Permission.ADMINISTER):
        raise NotAllowed(f"User {call.user.username!r} does not administer project {call.project_id}.")
    await project_tokens.revoke(call.tx, call.project_id, form.token_id, form.user_id)
    return {"delete": (1, {"catmaid.UserProjectToken": 1})}


@routes.get("/{project_id}/user-project-tokens/", needs=Permission.BROWSE)
async def list_uses(call: Call, form: NoParameters) -> list[int]:
    """List the ids of the tokens of a project that the user has applied."""
    async with call.reading() as connection:
        return await project_tokens.list_uses(connection, call.project_id, call.user.id)


@routes.post("/project-tokens/apply", needs=Permission.LOGIN, label="project_tokens.apply")
async def apply_token(call: Call, form: AppliedToken) -> EnteredProject:
    """Enter a project with a token."""
    options = call.request.app[keys.OPTIONS]
    entered = await project_tokens.apply_token(
        call.tx, call.user.id, form.token, approval=options.approval, mail_limit=options.mails_per_hour
    )
    if form.favorite:
        await favorites.add(call.tx, entered["project_id"], call.user.id)
    return entered


class ForkedProject(TypedDict):
    """The new project."""

    new_project_id: int
    n_copied_stack_links: int
    project_token: str | None


@routes.post("/{project_id}/fork", needs=Permission.FORK, label="projects.fork")
async def fork_project(call: Call, form: Fork) -> ForkedProject:
    """Make a project with the same stacks for the user's own tracings."""
    copy_id, stacks = await project_tokens.fork_project(
        call.tx, call.project_id, call.user.id, name=form.name, comment=form.description, with_volumes=form.copy_volumes
    )
    if form.add_to_favorites and call.user.username != ANONYMOUS:
        await favorites.add(call.tx, copy_id, call.user.id)
    token = None
    if form.project_token:
        token = (
            await project_tokens.create_token(
                call.tx,
                copy_id,
                call.user.id,
                name="Entry",
                needs_approval=form.project_token_approval_needed,
                permissions=form.project_token_default_permissions or project_tokens.VISITOR_PERMISSIONS,
            )
        )["token"]
    return {"new_project_id": copy_id, "n_copied_stack_links": stacks, "project_token": token}
