"""User names by id, read from a server when an unknown id appears."""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from catmaid_jupyter.api.http import Http

_known: WeakKeyDictionary[Http, Mapping[int, str]] = WeakKeyDictionary()


async def logins(http: Http, user_ids: set[int]) -> Mapping[int, str]:
    """User names by id, at least of `user_ids`; ids that belong to no user are missing."""
    known = _known.get(http, {})
    if not user_ids <= known.keys():
        found = await http.read_json("GET", "user-list")
        known = _known[http] = {user["id"]: user["login"] for user in found}
    return known
