"""Invitations into a project: links with a project token, which whoever has the link may use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.frames import COUNT, ID, OBJECT, TEXT, TIME, FrameSchema, frame
from catmaid_wire.forms import Form

INVITATIONS: Final[FrameSchema] = {
    "id": ID,
    "name": TEXT,
    "permissions": OBJECT,
    "needs_approval": "bool",
    "is_open": "bool",
    "expires": TIME,
    "uses": COUNT,
    "most_uses": COUNT,
    "user": TEXT,
    "email": TEXT,
    "mail": TEXT,
    "link": TEXT,
    "creation_time": TIME,
}
JOIN_REQUESTS: Final[FrameSchema] = {
    "invitation_id": ID,
    "invitation": TEXT,
    "user_id": ID,
    "user": TEXT,
    "full_name": TEXT,
    "permissions": OBJECT,
    "time": TIME,
}
CAPABILITY: Final = "invitations"
_MARK: Final = "#join="
"""Behind the address: browsers do not send it, so it is in no log of a server."""


def invitation_link(url: str, token: str) -> str:
    """The link of a project token at a server."""
    return f"{url.rstrip('/')}/{_MARK}{token}"


def token_of(link: str, url: str) -> str:
    """The project token of a link of this server, or of the token alone. `InvalidInput` for anything else."""
    address, mark, token = link.strip().rpartition(_MARK)
    if mark and address.rstrip("/") != url.rstrip("/"):
        raise InvalidInput(f"This invitation is for {address}: connect there, as in cj.connect({address!r}, token).")
    try:
        return str(UUID(token))
    except ValueError:
        # The text is not repeated: it may be another secret that was given by mistake.
        raise InvalidInput(f"An invitation is a link as {invitation_link(url, '…')}, not this.") from None


async def invite(place: Place, wish: Form) -> tuple[str, bool]:
    """Make an invitation as `Project.invite` is asked for it: its link, and whether the service mails it.

    What is not said is None.
    """
    if CAPABILITY in place.capabilities:
        made = (await place.http.request("POST", place.path("invitations/"), form=wish)).json()
        return _link_of(place, made), bool(made["mail"])
    for name in ("expires", "uses", "email"):
        if wish[name] is not None:
            raise InvalidInput(f"{place.http.url} makes invitations that do not end, and sends none: leave out {name}.")
    form: Form = {
        "name": wish["name"],
        "needs_approval": wish["needs_approval"],
        "default_permissions": wish["permissions"],
    }
    made = (await place.http.request("POST", place.path("project-tokens/"), form=form)).json()
    return invitation_link(place.http.url, str(made["token"])), False


async def withdraw(place: Place, invitation_id: int) -> None:
    """Let nobody in by an invitation any more."""
    path = f"invitations/{invitation_id}" if CAPABILITY in place.capabilities else f"project-tokens/{invitation_id}/"
    await place.http.request("DELETE", place.path(path))


async def invitation_table(place: Place) -> pd.DataFrame:
    """The project's tokens, as `Project.invitations` has them."""
    if CAPABILITY in place.capabilities:
        rows = await place.read_json("GET", "invitations/")
    else:
        rows = [_as_told(row) for row in await place.read_json("GET", "project-tokens/")]
    columns: dict[str, list[Any]] = {
        name: [row[name] for row in rows]
        for name in (
            "id",
            "name",
            "needs_approval",
            "is_open",
            "expires",
            "uses",
            "user",
            "email",
            "mail",
            "creation_time",
        )
    }
    columns["permissions"] = [sorted(row["permissions"]) for row in rows]
    columns["most_uses"] = [-1 if row["most_uses"] is None else row["most_uses"] for row in rows]
    columns["link"] = [_link_of(place, row) for row in rows]
    return frame(columns, INVITATIONS)


def _as_told(row: dict[str, Any]) -> dict[str, Any]:
    """A token as CATMAID lists it: it does not end, and of its uses nothing is told."""
    told = {"permissions": row["default_permissions"], "is_open": row["enabled"]}
    return {**row, **told, "expires": None, "uses": -1, "most_uses": None, "user": "", "email": "", "mail": ""}


def _link_of(place: Place, row: Mapping[str, Any]) -> str:
    """Where an invitation is opened, as the service is reached by others if it says so."""
    return str(row.get("link") or invitation_link(place.http.url, str(row["token"])))


async def join_request_table(place: Place) -> pd.DataFrame:
    """Who awaits approval, as `Project.join_requests` has them."""
    rows = await place.read_json("GET", "project-tokens/requests")
    names = ("token_id", "token_name", "user_id", "username", "full_name", "permissions", "time")
    columns = {column: [row[name] for row in rows] for column, name in zip(JOIN_REQUESTS, names, strict=True)}
    return frame(columns, JOIN_REQUESTS)


async def decide(place: Place, user: str, what: str, word: str) -> None:
    """`approve` or `refuse` all that a user asked for, with a word for them. `NotFound` if they asked for nothing."""
    rows = await place.read_json("GET", "project-tokens/requests")
    wanted = [row for row in rows if row["username"] == user]
    if not wanted:
        waiting = ", ".join(sorted({repr(row["username"]) for row in rows})) or "nobody"
        raise NotFound(f"{user!r} waits for no approval here. There waits: {waiting}.")
    for row in wanted:
        form: Form = {"token_id": row["token_id"], "user_id": row["user_id"], "word": word}
        await place.http.request("POST", place.path(f"project-tokens/{what}"), form=form)


async def join(http: Http, link: str) -> tuple[int, str, bool]:
    """Use an invitation: id and title of the project, and whether an administrator has to approve that first."""
    answer = (await http.request("POST", "project-tokens/apply", form={"token": token_of(link, http.url)})).json()
    return int(answer["project_id"]), str(answer["project_name"]), bool(answer["needs_approval"])
