"""What is different between two versions."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.history import diff, versions
from catmaid_server.domain.history.diff import NeuronDiff
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes

routes = Routes()

_NEURONS = 1000


class TwoVersions(msgspec.Struct):
    """Two versions, and how many neurons are wanted."""

    old: str = msgspec.field(name="from")
    """The earlier version: its number, the name of a pin, an ISO time, or `now`."""
    new: str = msgspec.field(name="to", default=versions.NOW)
    """The later version, in the same ways; the newest settled one if none is given."""
    limit: int = _NEURONS
    """Most neurons wanted, those in which most is different; at most 10,000."""


class TableDiffAnswer(TypedDict):
    """How many rows of a table were added, changed and removed."""

    table: str
    added: int
    changed: int
    removed: int


class NeuronDiffAnswer(TypedDict):
    """What became of a neuron. What came to it from another neuron is added, what went to another is removed.

    Names are null where the neuron was not there, `nodes_before` and `_after` and cable (nm) are then 0.
    """

    neuron_id: int
    name_before: str | None
    name_after: str | None
    nodes_before: int
    nodes_after: int
    nodes_added: int
    nodes_moved: int
    nodes_edited: int
    """Those that stayed in their place and have another parent, radius or confidence."""
    nodes_removed: int
    cable_before: float
    cable_after: float
    presynapses_added: int
    presynapses_removed: int
    postsynapses_added: int
    postsynapses_removed: int
    other_links_added: int
    other_links_removed: int
    annotations_added: list[str]
    annotations_removed: list[str]
    reviews_added: int
    reviews_removed: int


class DiffAnswer(TypedDict):
    """What is different between two versions."""

    from_version: int
    to_version: int
    tables: list[TableDiffAnswer]
    """Tables in which something is different."""
    neurons: list[NeuronDiffAnswer]
    """Those in which most is different come first."""
    total_neurons: int | None
    """How many neurons are different; null if too much changed to compare them."""
    cut: str | None
    """A sentence that says what is left out; null if nothing is."""


@routes.get("/{project_id}/versions/diff", needs=Permission.BROWSE)
async def compare_versions(call: Call, form: TwoVersions) -> DiffAnswer:
    """Compare two versions: rows by table, and what became of each neuron."""
    if not 0 < form.limit <= diff.MOST_NEURONS:
        raise InvalidInput(f"limit is a number of neurons from 1 to {diff.MOST_NEURONS}, not {form.limit}.")
    async with call.reading() as connection:
        old, new = [
            await versions.resolve_or_now(connection, call.project_id, text, name=name, newest=call.as_of)
            for name, text in (("from", form.old), ("to", form.new))
        ]
        found = await diff.diff(connection, call.project_id, old, new, most_neurons=form.limit)
    return {
        "from_version": found.old,
        "to_version": found.new,
        "tables": [
            {"table": table, "added": added, "changed": changed, "removed": removed}
            for table, added, changed, removed in found.tables
        ],
        "neurons": [_neuron(one) for one in found.neurons],
        "total_neurons": found.total_neurons,
        "cut": found.cut,
    }


def _neuron(one: NeuronDiff) -> NeuronDiffAnswer:
    before, after = one.before, one.after
    return {
        "neuron_id": one.neuron_id,
        "name_before": before.name if before else None,
        "name_after": after.name if after else None,
        "nodes_before": before.nodes if before else 0,
        "nodes_after": after.nodes if after else 0,
        "nodes_added": one.nodes.added,
        "nodes_moved": one.nodes_moved,
        "nodes_edited": one.nodes_edited,
        "nodes_removed": one.nodes.removed,
        "cable_before": before.cable_length if before else 0.0,
        "cable_after": after.cable_length if after else 0.0,
        "presynapses_added": one.presynapses.added,
        "presynapses_removed": one.presynapses.removed,
        "postsynapses_added": one.postsynapses.added,
        "postsynapses_removed": one.postsynapses.removed,
        "other_links_added": one.other_links.added,
        "other_links_removed": one.other_links.removed,
        "annotations_added": one.annotations_added,
        "annotations_removed": one.annotations_removed,
        "reviews_added": one.reviews.added,
        "reviews_removed": one.reviews.removed,
    }
