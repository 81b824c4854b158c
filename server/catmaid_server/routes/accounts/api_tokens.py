"""API tokens of the user who asks."""

from __future__ import annotations

from typing import Annotated, TypedDict

import msgspec
from aiohttp import web

from catmaid_server.auth.viewers import token_of
from catmaid_server.domain.accounts import api_tokens
from catmaid_server.domain.accounts.api_tokens import NewApiToken
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


class OwnToken(TypedDict):
    """An API token, without the token itself."""

    id: int
    name: str
    ending: str
    """Last characters of the token; empty if they were not kept."""
    creation_time: ZonedTime
    expiry: ZonedTime | None


class ShownToken(OwnToken):
    """A new API token, which is shown this once."""

    token: str


class RevokedToken(TypedDict):
    """The token that is worth nothing any more."""

    revoked_token_id: int


@routes.get("/api-tokens/", needs=Permission.LOGIN)
async def list_own_tokens(call: Call, form: NoParameters) -> list[OwnToken]:
    """List the user's API tokens; the tokens themselves are not kept."""
    async with call.reading() as connection:
        return [
            {
                "id": token.id,
                "name": token.name,
                "ending": token.ending,
                "creation_time": token.creation_time,
                "expiry": token.expiry,
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
        "token": made.token,
    }
    return web.Response(
        body=msgspec.json.encode(shown), content_type="application/json", headers={"Cache-Control": "no-store"}
    )


async def make_token(call: Call, form: TokenToMake) -> NewApiToken:
    """Make the token in a transaction of its own: answers of routes with a label are kept for retries."""
    async with call.store.writing(user_id=call.user.id, project_id=None, label="accounts.issue_token") as tx:
        return await api_tokens.create_own_token(
            tx, call.user.id, form.name, days=form.days, made_with=token_of(call.request.headers)
        )


@routes.delete("/api-tokens/{token_id}/", needs=Permission.LOGIN, label="accounts.revoke_token")
async def revoke_own_token(call: Call, form: NoParameters) -> RevokedToken:
    """Revoke one of the user's API tokens."""
    token_id = int(call.path["token_id"])
    await api_tokens.revoke_own_token(call.tx, call.user.id, token_id)
    return {"revoked_token_id": token_id}
