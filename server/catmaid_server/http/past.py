"""Reads as of a version: the parameter `as_of` of every route that reads, and the headers that name versions."""

from __future__ import annotations

from aiohttp import hdrs, web

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.history import versions
from catmaid_server.http.call import Call

AS_OF = "X-Catmaid-As-Of"
"""Header of the answer to a read of the past: the version that was read."""

_PARAMETER = "as_of"
_FOR_EVER = "private, max-age=31536000, immutable"
_MAY_DIFFER_BY = "Accept, Authorization, Cookie, X-Authorization"
"""What else of a request its answer may depend on: its form, and whether the project is shown at all."""


def taken(parameters: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], str | None]:
    """The parameters without `as_of`, and what it says; None if it is not there or empty."""
    wanted = [value for name, value in parameters if name == _PARAMETER and value.strip()]
    if not wanted:
        return [pair for pair in parameters if pair[0] != _PARAMETER], None
    if len(set(wanted)) > 1:
        raise InvalidInput(f"as_of is one version, not {len(wanted)}.")
    return [pair for pair in parameters if pair[0] != _PARAMETER], wanted[0].strip()


async def enter(call: Call, as_of: str) -> None:
    """Let a request read as of a version, the name of a pin, or a time; `InvalidInput` where there is no past."""
    if call.route.writes:
        raise InvalidInput("as_of is for reading: the past cannot be written.")
    project_id = call.path.get("project_id")
    if project_id is None and call.request.method not in ("GET", "HEAD"):
        raise InvalidInput(f"{call.route.path} has no past: it takes no as_of.")
    async with call.turn(), call.store.reading() as connection:
        call.as_of = await versions.resolve(connection, project_id, as_of)


def named(call: Call, response: web.StreamResponse) -> web.StreamResponse:
    """Name in the answer the version that was read; `InvalidInput` if none was, since then `as_of` said nothing.

    What is answered about a project as of a number can be kept for ever, unless it may depend on who asks: that the
    version does not settle.
    """
    if call.as_of is None:
        return response
    if not call.has_read:
        raise InvalidInput(f"{call.route.path} has no past: it takes no as_of.")
    if not response.prepared:
        response.headers[AS_OF] = str(call.as_of)
        names_version = call.request.query.get(_PARAMETER, "").strip() == str(call.as_of)
        is_of_project = "project_id" in call.path and not call.knows_user
        if names_version and is_of_project and hdrs.CACHE_CONTROL not in response.headers and response.status == 200:
            response.headers[hdrs.CACHE_CONTROL] = _FOR_EVER
            response.headers.add(hdrs.VARY, _MAY_DIFFER_BY)
    return response
