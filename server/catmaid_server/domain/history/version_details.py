"""Details of versions: neurons and places that they changed, and the versions that took them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.history.reverting import ChangedNode
from catmaid_server.domain.history.versions import VersionGone, trimmed_before

sql = load("history/version_details")

MOST_NEURONS = 20
MOST_VERSIONS = 10_000
_ROWS_LOOKED_AT = 200
_REDO = "redo"


@dataclass(slots=True)
class VersionDetails:
    """A version, the neurons that it changed (newest names by id), and the version that took it back."""

    version: int
    neurons: dict[int, str] = field(default_factory=dict)
    taken_back_by: int | None = None
    """None if the version is in effect, also if it was undone and redone."""
    trimmed_before: int | None = None
    """Of a version of which the history was trimmed: the version before which that was done."""


async def details_of(connection: Connection, project_id: int, versions: Sequence[int]) -> list[VersionDetails]:
    """The details of versions of a project, in the given order; `NotFound` for a version that is not of the project.

    Of a version that wrote more than some hundred rows, or of which the history was trimmed, neurons may be missing.
    """
    await _require_versions(connection, project_id, versions)
    takers, trimmed = await _takers(connection, versions), await trimmed_before(connection)
    details = {version: VersionDetails(version, taken_back_by=takers.get(version)) for version in versions}
    if trimmed is not None:
        for version in versions:
            details[version].trimmed_before = trimmed.version if version <= trimmed.version else None
    rows = await fetch_all(
        connection, sql.neurons, versions=list(versions), project_id=project_id, most=_ROWS_LOOKED_AT
    )
    for version, neuron_id, name in rows:
        neurons = details[version].neurons
        if len(neurons) < MOST_NEURONS:
            neurons[neuron_id] = name
    return list(details.values())


async def place_of(connection: Connection, project_id: int, version: int) -> ChangedNode:
    """A place that a version changed.

    Raises `InvalidInput` if nothing in it has one, `NotFound` if there is no version, `VersionGone` if it is not known
    any more.
    """
    await _require_versions(connection, project_id, [version])
    row = await fetch_one(connection, sql.place, project_id=project_id, version=version)
    if row is None:
        trimmed = await trimmed_before(connection)
        if trimmed is not None and version <= trimmed.version:
            raise VersionGone(f"What version {version} changed is not known any more: {trimmed}.")
        raise InvalidInput(f"Version {version} changed nothing that has a place.")
    x, y, z, node_id, skeleton_id = row
    return ChangedNode(x, y, z, node_id, skeleton_id)


async def _require_versions(connection: Connection, project_id: int, versions: Sequence[int]) -> None:
    if not 0 < len(versions) <= MOST_VERSIONS:
        raise InvalidInput(f"versions are 1 to {MOST_VERSIONS} versions of the project, not {len(versions)}.")
    missing = await fetch_value(connection, sql.missing, project_id=project_id, versions=list(versions))
    if missing is not None:
        raise NotFound(f"Project {project_id} has no version {missing}.")


async def _takers(connection: Connection, versions: Sequence[int]) -> dict[int, int]:
    """For versions that are not in effect, the version that took them back."""
    takers: dict[int, int] = {}
    # Who takes back is newer than what is taken back, so newer edits are known when older ones are looked at.
    for edit, version, kind in await fetch_all(connection, sql.takers, versions=list(versions)):
        if kind == _REDO:
            if version in takers:
                takers[edit] = takers[version]
        elif version not in takers:
            takers[edit] = version
    return takers
