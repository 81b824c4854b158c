"""API tokens of the user who asks."""

from __future__ import annotations

from typing import Annotated, TypedDict

import msgspec
from aiohttp import web

from catmaid_server.auth.viewers import token_of
from catmaid_server.domain.accounts import api_tokens
from catmaid_server.domain.accounts.api_tokens import NewApiToken
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.times import ZonedTime
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()


class TokenToMake(msgspec.Struct):
    """An API token to make."""

    name: str = ""
    """What it is for, to tell it from others."""
    days: int | None = None
    """How long it is valid; without it, until it is revoked."""


class AllTokens(msgspec.Struct):
    """All API tokens of a user, to be revoked."""

    confirm: str = ""
    """The name of the user, so that nobody revokes all by leaving out an id."""


class OwnToken(TypedDict):
    """An API token, without the token itself."""

    id: int
    name: str
    ending: str
    """Last characters of the token; empty if they were not kept."""
    creation_time: ZonedTime
    expiry: ZonedTime | None
    last_use: ZonedTime | None
    """When a request last came with it, to a minute or so."""


class ShownToken(OwnToken):
    """A new API token, which is shown this once."""

    token: str


class RevokedToken(TypedDict):
    """The token that is worth nothing any more."""

    revoked_token_id: int


class RevokedTokens(TypedDict):
    """How many tokens are worth nothing any more."""

    revoked_tokens: int


@routes.get("/api-tokens/", needs=Permission.LOGIN)
async def list_own_tokens(call: Call, form: NoParameters) -> list[OwnToken]:
    """List the user's API tokens; the tokens themselves are not kept."""
    await write_token_uses(call)
    # Not as of a version: uses are not versioned.
    async with call.turn(), call.store.reading() as connection:
        return [
            {
                "id": token.id,
                "name": token.name,
                "ending": token.ending,
                "creation_time": token.creation_time,
                "expiry": token.expiry,
                "last_use": token.last_use,
            }
            for token in await api_tokens.list_tokens(connection, user_id=call.user.id)
        ]


@routes.post("/api-tokens/", needs=Permission.LOGIN)
async def create_own_token(call: Call, form: TokenToMake) -> Annotated[web.Response, Content(ShownToken)]:
    """Make an API token for the user, which is valid no longer than the API token of the request, if it has one."""
    made = await make_token(call, form)
    shown: ShownToken = {
        "id": made.id,
        "name": made.name,
        "ending": made.ending,
        "creation_time": made.creation_time,
        "expiry": made.expiry,
        "last_use": None,
        "token": made.token,
    }
    return web.Response(
        body=msgspec.json.encode(shown), content_type="application/json", headers={"Cache-Control": "no-store"}
    )


async def write_token_uses(call: Call) -> None:
    """Write which tokens this process has seen, so that a list of them has it."""
    await call.access.token_uses.write(call.store)


async def make_token(call: Call, form: TokenToMake) -> NewApiToken:
    """Make the token in a transaction of its own: answers of routes with a label are kept for retries."""
    async with call.store.writing(user_id=call.user.id, project_id=None, label="accounts.issue_token") as tx:
        return await api_tokens.create_own_token(
            tx, call.user.id, form.name, days=form.days, made_with=token_of(call.request.headers)
        )


@routes.delete("/api-tokens/", needs=Permission.LOGIN, label="accounts.revoke_tokens")
async def revoke_own_tokens(call: Call, form: AllTokens) -> RevokedTokens:
    """Revoke all of the user's API tokens, also that of the request."""
    require_confirmation(call, form)
    return {"revoked_tokens": await api_tokens.revoke_tokens_of(call.tx, call.user.id)}


def require_confirmation(call: Call, form: AllTokens) -> None:
    """Raise `InvalidInput` unless the user's name is given to confirm that all tokens are to be revoked."""
    if form.confirm != call.user.username:
        raise InvalidInput("This revokes all of your API tokens. Confirm it with your user name, as `confirm`.")


@routes.delete("/api-tokens/{token_id}/", needs=Permission.LOGIN, label="accounts.revoke_token")
async def revoke_own_token(call: Call, form: NoParameters) -> RevokedToken:
    """Revoke one of the user's API tokens."""
    token_id = int(call.path["token_id"])
    await api_tokens.revoke_own_token(call.tx, call.user.id, token_id)
    return {"revoked_token_id": token_id}
