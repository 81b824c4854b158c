"""API tokens of the user, and groups of users, at one server."""

from __future__ import annotations

from typing import Any

import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.client.frames import GROUPS, TOKENS, frame

CAPABILITY = "accounts"
"""The capability of servers that have these routes."""


async def token_table(http: Http) -> pd.DataFrame:
    """The user's API tokens, as `Instance.tokens` has them."""
    listed = await http.read_json("GET", "api-tokens/")
    return frame({name: [token.get(name) for token in listed] for name in TOKENS}, TOKENS)


async def create_token(http: Http, name: str, days: int | None) -> str:
    """Make an API token for the user and return it."""
    made = (await http.request("POST", "api-tokens/", form={"name": name, "days": days})).json()
    return str(made["token"])


async def revoke_token(http: Http, token: int | str) -> None:
    """Revoke the user's API token of this id, or of this name."""
    token_id = await _token_called(http, token) if isinstance(token, str) else int(token)
    await http.request("DELETE", f"api-tokens/{token_id}/")


async def revoke_tokens(http: Http, username: str) -> int:
    """Revoke all API tokens of the user with this name, also that of this connection; returns their number."""
    return int((await http.request("DELETE", "api-tokens/", params={"confirm": username})).json()["revoked_tokens"])


async def _token_called(http: Http, name: str) -> int:
    listed = await http.read_json("GET", "api-tokens/")
    found = [int(token["id"]) for token in listed if token["name"] == name]
    if not found:
        # The name is not repeated: who gives the token itself by mistake must not find it in an error message.
        known = ", ".join(repr(token["name"]) for token in listed) or "none"
        raise NotFound(f"You have no API token with this name. There are: {known}.")
    if len(found) > 1:
        ids = ", ".join(map(str, found))
        raise InvalidInput(f"Several of your API tokens are called {name!r}; choose one by its id: {ids}.")
    return found[0]


async def group_table(http: Http) -> pd.DataFrame:
    """All groups, as `Instance.groups` has them."""
    listed = await http.read_json("GET", "groups/members/")
    return frame({name: [group[name] for group in listed] for name in GROUPS}, GROUPS)


async def create_group(http: Http, name: str) -> int:
    """Make a group without members and return its id."""
    return int((await http.request("POST", "groups/", form={"name": name})).json()["id"])


async def delete_group(http: Http, name: str) -> None:
    """Delete a group."""
    await http.request("DELETE", f"groups/{await group_id(http, name)}/")


async def set_member(http: Http, group: str, user: str, *, member: bool) -> bool:
    """Add a user to a group, or remove them; returns whether anything changed."""
    path = f"groups/{await group_id(http, group)}/members/{await user_id(http, user)}/"
    answer = (await http.request("PUT" if member else "DELETE", path)).json()
    return bool(answer["changed"])


async def group_id(http: Http, name: str) -> int:
    """Id of the group with this name. `NotFound` if there is none."""
    found = await _id_of(http, "groups/", "name", name)
    if found is None:
        raise NotFound(f"There is no group {name!r} at {http.url}.")
    return found


async def user_id(http: Http, name: str) -> int:
    """Id of the user with this name. `NotFound` if there is none."""
    found = await _id_of(http, "user-list", "login", name)
    if found is None:
        raise NotFound(f"There is no user {name!r} at {http.url}.")
    return found


async def user_or_group_id(http: Http, name: str) -> tuple[str, int]:
    """`user` or `group`, and the id: of the user with this name or, if there is none, of the group."""
    found = await _id_of(http, "user-list", "login", name)
    if found is not None:
        return "user", found
    found = await _id_of(http, "groups/", "name", name)
    if found is None:
        raise NotFound(f"There is no user or group {name!r} at {http.url}.")
    return "group", found


async def _id_of(http: Http, path: str, field: str, name: str) -> int | None:
    listed: list[dict[str, Any]] = await http.read_json("GET", path)
    return next((int(row["id"]) for row in listed if row[field] == name), None)
