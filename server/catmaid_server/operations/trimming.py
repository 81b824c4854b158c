"""Delete the history before a version, for an administrator; earlier versions cannot be read afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_records
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.history import versions
from catmaid_server.domain.projects import projects
from catmaid_server.domain.times import parse_time

sql = load("operations/trimming")

LABEL = "operations.trim"


class TableStates(NamedTuple):
    """The number of states of rows that a history table loses."""

    name: str
    states: int


@dataclass(frozen=True, slots=True)
class LostPin:
    """A pin whose version cannot be read after the trim."""

    name: str
    version: int
    project: str


@dataclass(frozen=True, slots=True)
class Trim:
    """What is deleted if the history before a version is trimmed."""

    version: int
    """The first version that can be read afterwards."""
    tables: list[TableStates]
    pins: list[LostPin]

    @property
    def states(self) -> int:
        """All states of rows together."""
        return sum(table.states for table in self.tables)


async def planned(connection: Connection, before: str, project: str | None) -> Trim:
    """What trimming before a version, a pin of a project, or a time would delete.

    Raises `InvalidInput` if it is none of these, `VersionGone` if it is trimmed already.
    """
    project_id = None if project is None else await projects.require_project(connection, project)
    if project_id is None and not _is_version_or_time(before):
        raise InvalidInput(
            f"{before!r} is neither the number of a version nor a time as 2022-06-30T12:00:00Z. If it is a pin, "
            "name its project with --project."
        )
    version = await versions.resolve(connection, project_id, before, name="What to trim before")
    if version < 1:
        raise InvalidInput("There is no version before 1.")
    return Trim(
        version,
        [TableStates(*row) for row in await fetch_all(connection, sql.states, version=version)],
        await fetch_records(connection, sql.pins, LostPin, version=version),
    )


def _is_version_or_time(text: str) -> bool:
    if text.isascii() and text.isdigit():
        return True
    try:
        parse_time(text)
    except InvalidInput:
        return False
    return True


async def trim(tx: Connection, version: int, *, with_pins: bool) -> Trim:
    """Delete the history before a version, in one transaction.

    Pins of versions before it are deleted with `with_pins`; without, `InvalidInput` if there are any.
    """
    await tx.execute(sql.lock)
    done = await planned(tx, str(version), None)
    if done.pins and not with_pins:
        raise InvalidInput(refusal(done))
    await tx.execute(sql.delete_pins, {"version": version})
    await tx.execute(sql.delete_states, {"version": version})
    await tx.execute(sql.mark, {"version": version})
    return done


def refusal(found: Trim) -> str:
    """The message that names the pins that prevent a trim."""
    names = ", ".join(f"{pin.name!r} of {pin.project!r} (version {pin.version})" for pin in found.pins)
    return (
        f"Pins stand for versions before {found.version}: {names}. Trim before version {found.pins[0].version} at "
        "most, or delete these pins, too, with --with-pins."
    )
