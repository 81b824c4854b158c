"""What is different between two versions of a project: rows by table, and what became of each neuron."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput

sql = load("history/diff")

MOST_NEURONS = 10_000
_MOST_STATES = 2_000_000
_SIDES = {"presynaptic_to": "presynapses", "postsynaptic_to": "postsynapses"}
_OTHER_LINKS = "other_links"


class TableDiff(NamedTuple):
    """How many rows of a table were added, changed and removed."""

    table: str
    added: int
    changed: int
    removed: int


@dataclass(slots=True)
class Tally:
    """How many items of one kind a neuron gained and lost."""

    added: int = 0
    removed: int = 0


@dataclass(slots=True)
class NeuronState:
    """A neuron at a version: its name, and the treenodes and the cable (nm) of all its skeletons."""

    name: str
    nodes: int
    cable_length: float


@dataclass(slots=True)
class NeuronDiff:
    """The differences of a neuron between two versions.

    Items that came from another neuron, as by a join, count as added; items that went to another as removed.
    """

    neuron_id: int
    before: NeuronState | None = None
    """None if the neuron was not there."""
    after: NeuronState | None = None
    nodes: Tally = field(default_factory=Tally)
    nodes_moved: int = 0
    nodes_edited: int = 0
    """Treenodes that did not move, but have another parent, radius or confidence."""
    presynapses: Tally = field(default_factory=Tally)
    postsynapses: Tally = field(default_factory=Tally)
    other_links: Tally = field(default_factory=Tally)
    reviews: Tally = field(default_factory=Tally)
    annotations_added: list[str] = field(default_factory=list)
    annotations_removed: list[str] = field(default_factory=list)

    @property
    def extent(self) -> int:
        """The number of treenodes, links, reviews and annotations that differ."""
        tallies = (self.nodes, self.presynapses, self.postsynapses, self.other_links, self.reviews)
        annotations = len(self.annotations_added) + len(self.annotations_removed)
        return self.nodes_moved + self.nodes_edited + annotations + sum(t.added + t.removed for t in tallies)


@dataclass(frozen=True, slots=True)
class Diff:
    """The differences between version `old` and version `new`."""

    old: int
    new: int
    tables: list[TableDiff]
    neurons: list[NeuronDiff]
    total_neurons: int | None
    """The number of neurons that differ; None if too much changed to compare them."""
    cut: str | None = None
    """A sentence that says what is left out; None if everything is included."""


async def diff(
    connection: Connection, project_id: int, old: int, new: int, *, most_neurons: int = MOST_NEURONS
) -> Diff:
    """Compare two settled versions of a project.

    Neurons with the most differences come first, at most `most_neurons` of them. `InvalidInput` if `old` is newer.
    """
    if old > new:
        raise InvalidInput(f"The first version, {old}, is newer than the second, {new}: exchange them.")
    values = {"project_id": project_id, "old": old, "new": new}
    tables = [TableDiff(*row) for row in await fetch_all(connection, sql.tables, prepare=False, **values)]
    states = await fetch_value(connection, sql.size, **values, most=_MOST_STATES + 1)
    if states > _MOST_STATES:
        cut = (
            f"More than {_MOST_STATES:,} treenodes and links changed: the rows of tables are counted, neurons are not "
            "compared. Choose versions that are nearer to each other."
        )
        return Diff(old, new, tables, [], None, cut)
    found = sorted(await _changed_neurons(connection, values), key=lambda one: (-one.extent, one.neuron_id))
    listed = found[:most_neurons]
    await _add_states(connection, listed, old, new)
    if len(listed) == len(found):
        return Diff(old, new, tables, listed, len(found))
    cut = f"{len(found):,} neurons are different; the {len(listed):,} in which most is different are listed."
    return Diff(old, new, tables, listed, len(found), cut)


async def _changed_neurons(connection: Connection, values: dict[str, int]) -> list[NeuronDiff]:
    """All neurons that are different; those that changed in nothing that is counted have their states already."""
    nodes = await fetch_all(connection, sql.treenodes, prepare=False, **values)
    links = await fetch_all(connection, sql.links, prepare=False, **values)
    reviews = await fetch_all(connection, sql.reviews, prepare=False, **values)
    pairs = [(row[0], row[1]) for rows in (nodes, links, reviews) for row in rows]
    owners = await _Owners.of(connection, pairs, values["old"], values["new"])
    found = _ById()
    for before, after, moved, edited, count in nodes:
        was, is_now = owners.pair(before, after)
        if was == is_now and was is not None:
            found[was].nodes_moved += moved
            found[was].nodes_edited += edited
        else:
            _add(found, "nodes", was, is_now, count)
    for before, after, relation, count in links:
        _add(found, _SIDES.get(relation, _OTHER_LINKS), *owners.pair(before, after), count)
    for before, after, count in reviews:
        _add(found, "reviews", *owners.pair(before, after), count)
    for neuron_id, is_new, name in await fetch_all(connection, sql.annotations, prepare=False, **values):
        one = found[neuron_id]
        (one.annotations_added if is_new else one.annotations_removed).append(name)
    for (neuron_id,) in await fetch_all(connection, sql.neurons, prepare=False, **values):
        found[neuron_id].neuron_id = neuron_id
    alike = [one for one in found.values() if not one.extent]
    await _add_states(connection, alike, values["old"], values["new"])
    return [one for one in found.values() if one.extent or one.before != one.after]


class _ById(dict[int, NeuronDiff]):
    """Differences by the id of the neuron, made when they are first asked for."""

    def __missing__(self, neuron_id: int) -> NeuronDiff:
        self[neuron_id] = NeuronDiff(neuron_id)
        return self[neuron_id]


@dataclass(frozen=True, slots=True)
class _Owners:
    """The neurons of skeletons at both versions."""

    before: dict[int, int]
    after: dict[int, int]

    @classmethod
    async def of(
        cls, connection: Connection, pairs: Sequence[tuple[int | None, int | None]], old: int, new: int
    ) -> _Owners:
        sides = []
        for side, version in enumerate((old, new)):
            ids = sorted({skeleton for pair in pairs if (skeleton := pair[side]) is not None})
            sides.append(dict(await fetch_all(connection, sql.owners, skeleton_ids=ids, version=version)))
        return cls(*sides)

    def pair(self, before: int | None, after: int | None) -> tuple[int | None, int | None]:
        """The neurons of the skeletons to which an item belonged before and belongs after."""
        return (
            None if before is None else self.before.get(before),
            None if after is None else self.after.get(after),
        )


def _add(found: dict[int, NeuronDiff], what: str, was: int | None, is_now: int | None, count: int) -> None:
    if was == is_now:
        return
    if was is not None:
        getattr(found[was], what).removed += count
    if is_now is not None:
        getattr(found[is_now], what).added += count


async def _add_states(connection: Connection, neurons: list[NeuronDiff], old: int, new: int) -> None:
    ids = [one.neuron_id for one in neurons]
    sides = []
    for version in (old, new):
        rows = await fetch_all(connection, sql.states, prepare=False, neuron_ids=ids, version=version)
        sides.append({neuron_id: NeuronState(*state) for neuron_id, *state in rows})
    for one in neurons:
        one.before, one.after = (side.get(one.neuron_id) for side in sides)
