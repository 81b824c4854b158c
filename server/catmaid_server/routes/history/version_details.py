"""What versions were about, for people who read the log: neurons, places, and what took versions back."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.history import version_details
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes
from catmaid_server.routes.history.reverting import ChangedPlace, SomeVersions

routes = Routes()


class OneVersion(msgspec.Struct):
    """A version of the project."""

    version: int
    """Id of a transaction."""


class NamedNeuron(TypedDict):
    """A neuron with its newest name, also if it is gone."""

    id: int
    name: str


class DetailsOfVersion(TypedDict):
    """What a version was about."""

    version: int
    neurons: list[NamedNeuron]
    """At most 20. Of a version that wrote many rows, or of which the history was trimmed, some may be missing."""
    taken_back_by: int | None
    """The version that took it back; null if what it did is in effect."""
    trimmed_before: int | None
    """Of a version of which the history was trimmed: the version before which that was done. Null where it is there."""


@routes.any("/{project_id}/versions/details", needs=Permission.BROWSE)
async def list_details(call: Call, form: SomeVersions) -> list[DetailsOfVersion]:
    """Tell of versions whose neurons they wrote, and by which version they are taken back."""
    async with call.reading() as connection:
        found = await version_details.details_of(connection, call.project_id, form.versions)
    return [
        {
            "version": details.version,
            "neurons": [{"id": neuron_id, "name": name} for neuron_id, name in details.neurons.items()],
            "taken_back_by": details.taken_back_by,
            "trimmed_before": details.trimmed_before,
        }
        for details in found
    ]


@routes.get("/{project_id}/versions/place", needs=Permission.BROWSE)
async def locate_version(call: Call, form: OneVersion) -> ChangedPlace:
    """Give a place of what a version wrote: a node that it made or changed, deleted, labelled, linked or reviewed."""
    async with call.reading() as connection:
        node = await version_details.place_of(connection, call.project_id, form.version)
    return {"id": node.id, "skeleton_id": node.skeleton_id, "x": node.x, "y": node.y, "z": node.z}
