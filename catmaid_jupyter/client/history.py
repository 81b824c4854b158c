"""Versions of one project on one server: find, pin and revert them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeAlias

import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.frames import PINS, REVERTED, frame
from catmaid_jupyter.edits.base import new_key
from catmaid_wire.edits import IDEMPOTENCY_KEY

VersionKey: TypeAlias = int | str | datetime
"""A version, the name of a pin, or a time; without a zone it is UTC."""


async def version(place: Place) -> int:
    """The newest version that can be read for ever."""
    place.require_history("versions")
    return int((await place.read_json("GET", "version"))["version"])


async def resolved(place: Place, key: VersionKey) -> tuple[int, str]:
    """The version that a number, the name of a pin or a time stands for, and that version in words."""
    place.require_history("reading the past")
    text = as_text(key).strip()
    if not text:
        raise InvalidInput("Name a version, a pin or a time as 2022-06-30T12:00:00Z; for the present, 'now'.")
    found = await place.http.read_json("GET", place.path("version"), params={"as_of": text})
    number = int(found["version"])
    return number, f"version {number}" if text == str(number) else f"{text} (version {number})"


async def pins(place: Place) -> pd.DataFrame:
    """The pins of the project, as `Project.pins` has them."""
    place.require_history("pins")
    listed = await place.http.read_json("GET", place.path("pins/"))
    columns = {name: [pin[name] for pin in listed] for name in PINS if name != "creator"}
    return frame({**columns, "creator": [pin["username"] for pin in listed]}, PINS)


async def pin(place: Place, name: str, note: str, number: int | None) -> int:
    """Pin a version; returns it."""
    place.require_history("pins")
    form = {"name": name, "note": note, "version": number}
    answer = await place.http.request("POST", place.path("pins/"), form=form, headers={IDEMPOTENCY_KEY: new_key()})
    return int(answer.json()["version"])


async def revert(place: Place, versions: Sequence[int], *, dry_run: bool) -> pd.DataFrame:
    """Take versions back, or list what would change, as `Project.revert` does."""
    place.require_present()
    place.require_history("taking versions back")
    if not versions:
        raise InvalidInput("Name at least one version to take back.")
    form = {"versions": list(versions)}
    if dry_run:
        answer = await place.read_json("POST", "versions/changes", form=form)
    else:
        path, headers = place.path("versions/revert"), {IDEMPOTENCY_KEY: new_key()}
        answer = (await place.http.request("POST", path, form=form, headers=headers)).json()
    changes = frame({name: [row[name] for row in answer["changes"]] for name in REVERTED}, REVERTED)
    changes.attrs["conflicts"] = answer.get("conflicts", [])
    changes.attrs["not_allowed"] = answer.get("not_allowed") or ""
    return changes


def as_text(key: VersionKey) -> str:
    """A version, the name of a pin or a time, as the server reads it."""
    if isinstance(key, datetime):
        zoned = key.replace(tzinfo=UTC) if key.tzinfo is None else key.astimezone(UTC)
        return zoned.isoformat().replace("+00:00", "Z")
    return str(key)
