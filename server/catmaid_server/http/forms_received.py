"""The form of a request: received, taken apart and checked, within bounds for each user and for all together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from aiohttp import hdrs, web

from catmaid_server.domain.accounts.users import User
from catmaid_server.http import past
from catmaid_server.http.catmaid import bodies, forms
from catmaid_server.http.limits import MAX_BODY_BYTES, NOBODY, BodyLimits, limits_of
from catmaid_server.http.received import IN_MEMORY_BYTES, Content, receive
from catmaid_server.http.routing import Route
from catmaid_server.http.turns import MemoryBudget, UserTurns

_SMALL_BYTES = 2**16
"""Up to here a form is taken apart in the event loop."""
_LARGE_AT_ONCE: Final = 4
_MIDDLING_TOGETHER: Final = 2**25
_FIELD_BYTES = 200
"""What a field takes beside its text."""
_JSON = "application/json"


class ReceivedForm(NamedTuple):
    """The form of a route, and the version it is to be answered as of, as it was written; None for the present."""

    form: Any
    as_of: str | None


@dataclass
class _Lane:
    """Forms that are taken apart one after the other, and worked on together as far as there is memory."""

    budget: MemoryBudget
    next: asyncio.Lock = field(default_factory=asyncio.Lock)


class FormReader:
    """Reads the forms of requests.

    Bodies of more than 1 MB wait for their turn by user before they are read, lie in files, and are worked on one
    after the other if they are very large. Smaller ones do not wait for them.
    """

    def __init__(self) -> None:
        self._turns = UserTurns(_LARGE_AT_ONCE, things="large requests", patience_s=60.0)
        self._middling = _Lane(MemoryBudget(_MIDDLING_TOGETHER))
        self._large = _Lane(MemoryBudget(MAX_BODY_BYTES))

    @asynccontextmanager
    async def reading(self, request: web.Request, route: Route, user: User) -> AsyncIterator[ReceivedForm]:
        """The form, by the route's type, for the time of a block that works on it.

        Raises
        ------
        InvalidInput
            If the body is not what it says it is, or a parameter is wrong.
        web.HTTPException
            If it is too large, has too many fields, comes too slowly, or others do not get done.
        """
        as_json = request.content_type == _JSON and (request.method == "PUT" or route.takes_json)
        if not as_json and not (request.body_exists and request.content_type in bodies.FORM_TYPES):
            yield _as_form(request.query.items(), route)
            return
        limits = limits_of(user)
        with ExitStack() as files:
            async with self._turns.turn(user.id) if _may_be_large(request, limits) else nullcontext():
                content = await receive(request, limits.most_bytes, limits.too_large, files)
                decoded = _decoded_json if as_json else _decoded_form
                count = _count_nothing if as_json else bodies.count_fields
                if len(content) <= _SMALL_BYTES:
                    count(request, content, limits)
                    yield decoded(request, content, route)
                    return
                lane = self._middling if len(content) <= IN_MEMORY_BYTES else self._large
                async with AsyncExitStack() as held:
                    async with lane.next:
                        fields = await asyncio.to_thread(count, request, content, limits)
                        await held.enter_async_context(lane.budget.taken(len(content) + _FIELD_BYTES * fields))
                        form = await asyncio.to_thread(decoded, request, content, route)
                        del content
                        files.close()
                    yield form


FORM_READER: Final = web.AppKey("form_reader", FormReader)


def _may_be_large(request: web.Request, limits: BodyLimits) -> bool:
    packed = hdrs.CONTENT_ENCODING in request.headers
    return limits is not NOBODY and (packed or (request.content_length or MAX_BODY_BYTES) > IN_MEMORY_BYTES)


def _count_nothing(_request: web.Request, _content: Content, _limits: BodyLimits) -> int:
    """As `bodies.count_fields`, of JSON: its members are those of one object."""
    return 0


def _decoded_form(request: web.Request, content: Content, route: Route) -> ReceivedForm:
    """Body first, then query string; uploaded files are left to the handler."""
    posted = bodies.parsed(request, content)
    bodies.keep(request, posted)
    pairs = [(name, value) for name, value in posted.items() if isinstance(value, str)]
    return _as_form([*pairs, *request.query.items()], route)


def _decoded_json(request: web.Request, content: Content, route: Route) -> ReceivedForm:
    return _as_form([*bodies.parsed_json(content), *request.query.items()], route)


def _as_form(parameters: Iterable[tuple[str, str]], route: Route) -> ReceivedForm:
    rest, as_of = past.taken(list(parameters))
    return ReceivedForm(forms.decode(rest, route.form), as_of)
