"""Pins: names of versions of a project, which never change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_records, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.history import versions
from catmaid_server.domain.times import parse_time

sql = load("history/pins")

_LONGEST_NAME = 200
_LONGEST_NOTE = 10_000


@dataclass(frozen=True, slots=True)
class Pin:
    """A name that stands for a version of a project, with who gave it, when, and why."""

    id: int
    name: str
    version: int
    user_id: int
    username: str
    time: datetime
    note: str


async def list_pins(connection: Connection, project_id: int) -> list[Pin]:
    """The pins of a project, by version; in the past those that had been made by then."""
    return await fetch_records(connection, sql.list, Pin, project_id=project_id)


async def add_pin(
    tx: Connection, user: User, project_id: int, name: str, *, version: int | None = None, note: str = ""
) -> Pin:
    """Give a version of a project a name; the newest if none is given, once it is settled.

    Raises `InvalidInput` if the name is taken, or could be taken for a version or a time.
    """
    name = _checked_name(name)
    if len(note) > _LONGEST_NOTE:
        raise InvalidInput(f"The note of a pin has at most {_LONGEST_NOTE} characters.")
    if version is None:
        version = await versions.newest(tx)
        await versions.wait_until_settled(tx, version)
    else:
        version = await versions.resolve(tx, project_id, str(version))
    values = {"project_id": project_id, "name": name, "version": version, "user_id": user.id, "note": note}
    added = await fetch_value(tx, sql.add, **values)
    pins = await list_pins(tx, project_id)
    if added is None:
        taken = next(pin for pin in pins if pin.name == name)
        raise InvalidInput(
            f"The project has a pin {name!r} already: version {taken.version}, by {taken.username}. Pins do not move."
        )
    return next(pin for pin in pins if pin.id == added)


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"The name of a pin has 1 to {_LONGEST_NAME} printable characters.")
    if name.isdigit() or name == "now" or _is_time(name):
        raise InvalidInput(f"A pin cannot be called {name!r}: that would be read as a version or a time.")
    return name


def _is_time(text: str) -> bool:
    try:
        parse_time(text)
    except InvalidInput:
        return False
    return True
