"""Which pages of other sites may read answers (CORS).

What a session cookie opens is never theirs. What an API token or a ticket opens is: whoever has it may use it from any
page. The rest is what anonymous visitors may see, and by default every page may read it, as with a CATMAID server.
That holds for pages of strangers, too, which people open on a network that strangers cannot reach; there, the setting
`CATMAID_ALLOWED_ORIGINS` names the sites that may read anything at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from catmaid_server.auth.viewers import token_of

ANY = "*"
_ORIGIN = re.compile(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?")


def readers(headers: Mapping[str, str], allowed: frozenset[str], *, with_session: bool) -> dict[str, str]:
    """The headers of an answer that say which pages may read it.

    headers : those of the request.
    allowed : origins, such as `https://example.org`, or `*` for all.
    with_session : whether a session cookie came along.
    """
    if with_session and token_of(headers) is None:
        return {}
    if ANY in allowed:
        return {"Access-Control-Allow-Origin": ANY}
    origin = headers.get("Origin", "").lower()
    named = {"Access-Control-Allow-Origin": origin} if origin in allowed else {}
    return {**named, "Vary": "Origin"}


def origins(text: str) -> tuple[str, ...]:
    """Origins from a setting, with commas between them. Raises `ValueError` with the first that is none."""
    found = tuple(origin for part in text.split(",") if (origin := part.strip().lower().rstrip("/")))
    for origin in found:
        if origin != ANY and not _ORIGIN.fullmatch(origin):
            raise ValueError(f"{origin!r} is no origin of pages; write it as https://example.org")
    return found
