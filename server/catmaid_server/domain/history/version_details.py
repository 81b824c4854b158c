"""What versions were about: whose neurons, what took them back, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.history.reverting import ChangedNode, require_versions

sql = load("history/version_details")

MOST_NEURONS = 20
_ROWS_LOOKED_AT = 200
_REDO = "redo"


@dataclass(slots=True)
class VersionDetails:
    """A version, the neurons that it was about, by id with their newest names, and the version that took it back."""

    version: int
    neurons: dict[int, str] = field(default_factory=dict)
    taken_back_by: int | None = None
    """None if what it did is in effect, also if it was taken back and then brought back."""


async def details_of(connection: Connection, project_id: int, versions: Sequence[int]) -> list[VersionDetails]:
    """The details of versions of a project, in their order; `NotFound` if one is none of the project.

    Of a version that wrote more than some hundred rows, neurons may be missing.
    """
    await require_versions(connection, project_id, versions)
    takers = await _takers(connection, versions)
    details = {version: VersionDetails(version, taken_back_by=takers.get(version)) for version in versions}
    rows = await fetch_all(
        connection, sql.neurons, versions=list(versions), project_id=project_id, most=_ROWS_LOOKED_AT
    )
    for version, neuron_id, name in rows:
        neurons = details[version].neurons
        if len(neurons) < MOST_NEURONS:
            neurons[neuron_id] = name
    return list(details.values())


async def place_of(connection: Connection, project_id: int, version: int) -> ChangedNode:
    """A place of what a version wrote; `InvalidInput` if it wrote nothing that has one, `NotFound` if there is none."""
    await require_versions(connection, project_id, [version])
    row = await fetch_one(connection, sql.place, project_id=project_id, version=version)
    if row is None:
        raise InvalidInput(f"Version {version} changed nothing that has a place.")
    x, y, z, node_id, skeleton_id = row
    return ChangedNode(x, y, z, node_id, skeleton_id)


async def _takers(connection: Connection, versions: Sequence[int]) -> dict[int, int]:
    """The version that took each back, of those whose effect is gone."""
    takers: dict[int, int] = {}
    # Who takes back is newer than what is taken back, so newer edits are known when older ones are looked at.
    for edit, version, kind in await fetch_all(connection, sql.takers, versions=list(versions)):
        if kind == _REDO:
            if version in takers:
                takers[edit] = takers[version]
        elif version not in takers:
            takers[edit] = version
    return takers
