"""The history of a project for users: versions, pins, undo, redo, revert, diff, log, lineage."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from numbers import Real
from typing import TypedDict

import numpy as np
import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client import history, history_tables
from catmaid_jupyter.client.history import VersionKey
from catmaid_jupyter.client.history_tables import LogQuery
from catmaid_jupyter.client.neuron_lookup import neurons_by_name
from catmaid_jupyter.client.neurons import Neuron, Skeleton
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.edits.journal import EditJournal


class Where(TypedDict):
    """Neurons, skeletons and box to which the log is restricted; None for no restriction."""

    neuron_ids: list[int] | None
    skeleton_ids: list[int] | None
    box: list[float] | None


class ProjectHistory(Public):
    """The methods of `Project` for versions."""

    as_of: int | None
    place: Place
    edits: EditJournal

    @property
    def version(self) -> int:
        """The newest version that can be read for ever, or the one that this project is as of."""
        return loop.run(history.version(self.place)) if self.as_of is None else self.as_of

    @property
    def pins(self) -> pd.DataFrame:
        """Named versions: name str, version int64, creator str, time datetime64[us, UTC], note str."""
        return loop.run(history.pins(self.place))

    def pin(self, name: str, note: str = "", *, version: int | None = None, exist_ok: bool = False) -> int:
        """Give a version a name, which it keeps for ever; returns the version.

        name : no number and no time; unique in a project.
        note : what it is for.
        version : by default the newest, or the one that this project is as of.
        exist_ok : whether an existing pin of this name is used as it is, whatever its version and note: for
            notebooks that are run again.

        Raises `InvalidInput` if the name is taken.
        """
        if exist_ok:
            taken = self.pins.set_index("name")["version"]
            if name in taken:
                return int(taken[name])
        return loop.run(history.pin(self.place, name, note, self.as_of if version is None else version))

    def undo(self) -> str | None:
        """Take back the user's last edit in the project, with the ids of what it deleted; can be called again.

        It may have been made in any window or program. On servers other than catmaid_jupyter's: the last edit of
        this connection.

        Returns what was undone, or None if there was nothing. Raises `Conflict` if others changed the same since; the
        next call takes back the edit before.
        """
        undone = loop.run(self.edits.undo())
        return None if undone is None else str(undone["undone"])

    def redo(self) -> str | None:
        """Bring back the edit that was undone last, if the user has edited nothing since.

        Returns what was brought back, or None if there was nothing. Raises `Conflict` if others changed the same
        since, `InvalidInput` on servers other than catmaid_jupyter's.
        """
        redone = loop.run(self.edits.redo())
        return None if redone is None else str(redone["redone"])

    def revert(self, versions: int | Iterable[int], *, dry_run: bool = False) -> pd.DataFrame:
        """Take versions back, one or several together, whoever wrote them: all, or none.

        Rows that they created are deleted; rows that they changed or deleted are restored with their ids. This makes
        a new version, which can be taken back, too.

        dry_run : only list what would change; `frame.attrs["conflicts"]` lists what prevents it, and
            `frame.attrs["not_allowed"]` says why the user may not, empty if they may.

        Returns table str, created, changed, deleted int64: rows that the versions had created, changed, deleted.
        Raises `Conflict` if others changed the same since, `NotAllowed` if the user may not edit all of it.
        """
        return loop.run(history.revert(self.place, _numbers(versions, "Versions"), dry_run=dry_run))

    def diff(self, a: VersionKey, b: VersionKey = "now", *, limit: int = 1000) -> pd.DataFrame:
        """Differences of each neuron between two versions; those with the most differences come first.

        a, b : versions, names of pins, or times; `a` is the earlier one. `"now"` is the newest, or the one that this
            project is as of.
        limit : most neurons wanted, at most 10,000; a warning says how many there are if these are more.

        neuron_id int64; name_before, name_after str (empty where it was not there); nodes_before, nodes_after,
        nodes_added, nodes_moved, nodes_edited (another parent, radius or confidence), nodes_removed int64;
        cable_before, cable_after float64 nm; presynapses_added, presynapses_removed, postsynapses_added, …,
        other_links_added, … int64; annotations_added, annotations_removed (lists of names); reviews_added,
        reviews_removed int64. Items that came from another neuron, as by a join, count as added here, removed there.
        `attrs`: from_version, to_version; total_neurons; cut, a sentence if something is left out.

        Raises `InvalidInput` if there is no such version, or `a` is newer than `b`.
        """
        neurons, _ = loop.run(history_tables.diff(self.place, a, b, limit))
        if neurons.attrs["cut"]:
            warnings.warn(neurons.attrs["cut"], stacklevel=2)
        return neurons

    def diff_tables(self, a: VersionKey, b: VersionKey = "now") -> pd.DataFrame:
        """The number of rows of each table that differ between two versions, as in `diff`.

        table str, added, changed, removed int64; only tables with differences. Changes that were taken back do not
        count.
        """
        return loop.run(history_tables.diff(self.place, a, b, 1))[1]

    def log(
        self,
        *,
        user: str | int | None = None,
        label: str | None = None,
        last: str | pd.Timedelta | None = None,
        since: VersionKey | None = None,
        until: VersionKey | None = None,
        neuron: int | str | Neuron | Iterable[int] | None = None,
        skeleton: int | Skeleton | Iterable[int] | None = None,
        box: tuple[Sequence[float], Sequence[float]] | None = None,
        limit: int = 1000,
    ) -> pd.DataFrame:
        """The versions of the project, newest first: who wrote what, and when. All filters together restrict.

        user : a user's name or id.
        label : what was done, as `skeletons.split`, or the part before the dot.
        last : `"7d"`, `"12h"`: as long before now.
        since, until : versions, names of pins, or times: what came after the first, up to the second.
        neuron : a neuron, its name (all that have it), its id or several ids: what wrote it, its annotations, or
            skeletons that are or once were its own.
        skeleton : a skeleton, its id or several ids, also of what is gone.
        box : corners (x, y, z) in nm, the lowest and the highest: what wrote treenodes or connectors that were there
            before or after.
        limit : most versions; `frame.attrs["limit_reached"]` says whether there are more.

        version int64, time datetime64[us, UTC], user, label, note str, reverts (lists of the versions taken back).

        At CATMAID's own servers: user, exact labels and times only, without notes and reverts.

        Raises `NotFound` for users who wrote nothing here, `InvalidInput` for what is no version, time or box.
        """
        query = LogQuery(
            user=user if isinstance(user, str) or user is None else int(user),
            label=label,
            since=history_tables.since_last(last, since),
            until=until,
            **self._where(neuron, skeleton, box),
            limit=limit,
        )
        return loop.run(history_tables.log(self.place, query))

    def lineage(self, skeleton_ids: int | Iterable[int]) -> pd.DataFrame:
        """Joins and splits of the treenodes that skeletons ever had, by version.

        skeleton_ids : may include deleted skeletons. `NotFound` for skeletons that the project never had.

        version int64, time datetime64[us, UTC], user, label str, kind str (`join` to a skeleton that was there, `split`
        to a new one, `renumber` if all went to a new one), from_skeleton_id, to_skeleton_id int64, nodes int64 (of
        those that the skeletons ever had).
        """
        return loop.run(history_tables.lineage(self.place, skeleton_ids=_ids(skeleton_ids)))[0]

    def successors(self, skeleton_ids: int | Iterable[int]) -> pd.DataFrame:
        """The skeletons that now have the treenodes that skeletons ever had.

        skeleton_id (-1: deleted), neuron_id int64, name (of the neuron) str, nodes int64, the most first.
        """
        return loop.run(history_tables.lineage(self.place, skeleton_ids=_ids(skeleton_ids)))[1]

    def _where(
        self,
        neuron: int | str | Neuron | Iterable[int] | None,
        skeleton: int | Skeleton | Iterable[int] | None,
        box: tuple[Sequence[float], Sequence[float]] | None,
    ) -> Where:
        """Neurons, skeletons and box of the log, as the server takes them."""
        return {
            "neuron_ids": None if neuron is None else self._neuron_ids(neuron),
            "skeleton_ids": None if skeleton is None else _ids(skeleton),
            "box": None if box is None else _box(box),
        }

    def _neuron_ids(self, neuron: int | str | Neuron | Iterable[int]) -> list[int]:
        if not isinstance(neuron, str):
            return _ids(neuron)
        found = loop.run(neurons_by_name(self.place, neuron))
        if not found:
            raise NotFound(f"There is no neuron {neuron!r} in this project. Those that are gone have ids only.")
        return [neuron_id for neuron_id, _ in found]


def _ids(wanted: int | Neuron | Skeleton | Iterable[int]) -> list[int]:
    if isinstance(wanted, Neuron | Skeleton):
        return [wanted.id]
    return _numbers(wanted, "Neurons and skeletons that may be gone")


def _numbers(wanted: int | Iterable[int], what: str) -> list[int]:
    listed = list(wanted) if isinstance(wanted, Iterable) and not isinstance(wanted, str) else [wanted]
    for one in listed:
        if isinstance(one, bool) or not isinstance(one, Real) or not float(one).is_integer():
            raise InvalidInput(f"{what} are given by their numbers, not {type(one).__name__} ({one!r:.60}).")
    return [int(one) for one in listed]


def _box(corners: tuple[Sequence[float], Sequence[float]]) -> list[float]:
    try:
        found = np.asarray(corners, dtype=float)
    except (TypeError, ValueError):
        found = np.empty(0)
    if found.shape != (2, 3):
        raise InvalidInput(
            f"A box is its lowest and its highest corner, ((x, y, z), (x, y, z)) in nm, not {corners!r:.100}."
        )
    return [float(value) for value in found.ravel()]
