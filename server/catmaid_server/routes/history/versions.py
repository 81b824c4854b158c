"""The newest version of a project's store, and names of versions."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.history import pins, versions
from catmaid_server.domain.history.pins import Pin
from catmaid_server.domain.times import ZonedTime
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class NewestVersion(TypedDict):
    """A version that may be read for ever."""

    version: int


class PinnedVersion(TypedDict):
    """A name of a version: who gave it, when, and why."""

    id: int
    name: str
    version: int
    user_id: int
    username: str
    time: ZonedTime
    note: str


class NewPin(msgspec.Struct):
    """A name for a version."""

    name: str
    """Any that is not a number or a time; each once in a project."""
    version: int | None = None
    """The newest if there is none."""
    note: str = ""
    """What it is for."""


@routes.get("/{project_id}/version", needs=Permission.BROWSE)
async def newest_version(call: Call, form: NoParameters) -> NewestVersion:
    """Give the newest settled version: what is read as of it never changes."""
    async with call.reading() as connection:
        return {"version": await versions.settled(connection) if call.as_of is None else call.as_of}


@routes.get("/{project_id}/pins/", needs=Permission.BROWSE)
async def list_pins(call: Call, form: NoParameters) -> list[PinnedVersion]:
    """List the pins of a project, by version."""
    async with call.reading() as connection:
        return [_pin(pin) for pin in await pins.list_pins(connection, call.project_id)]


@routes.post("/{project_id}/pins/", needs=Permission.ANNOTATE, label="pins.add")
async def add_pin(call: Call, form: NewPin) -> PinnedVersion:
    """Give a version a name, which it keeps for ever."""
    call.require_name()
    pin = await pins.add_pin(call.tx, call.user, call.project_id, form.name, version=form.version, note=form.note)
    return _pin(pin)


def _pin(pin: Pin) -> PinnedVersion:
    return {
        "id": pin.id,
        "name": pin.name,
        "version": pin.version,
        "user_id": pin.user_id,
        "username": pin.username,
        "time": pin.time,
        "note": pin.note,
    }
