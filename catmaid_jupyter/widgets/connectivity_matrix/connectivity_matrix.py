"""A matrix of synapses from neurons to neurons, as a picture that is looked at, ordered, and chosen from."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import numpy as np
import pandas as pd
import traitlets

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.connectivity.connectivity_tables import adjacency_matrix
from catmaid_jupyter.client.neuron_choice import Neurons, neuron_names, skeleton_ids_of
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.widgets.connectivity_matrix.ordering import row_order
from catmaid_jupyter.widgets.connectivity_table.grouping import groups_as_given, notes_on_gone
from catmaid_jupyter.widgets.finding_widget import FindingWidget
from catmaid_jupyter.widgets.kept_views import KeepsPicture
from catmaid_jupyter.widgets.lifetime import weakly
from catmaid_jupyter.widgets.rpc import Binary, method
from catmaid_jupyter.widgets.saved_widget import PageScope, SavedAnswer, SavedWidget
from catmaid_jupyter.widgets.view_state import StateReader, StateWriter, required, selection_names, selections_of
from catmaid_wire import columns

ORDERS: Final = ("given", "name", "count", "cluster")
PALETTES: Final = ("blue", "red", "gray", "viridis")
MOST: Final = 4_000


class ConnectivityMatrix(KeepsPicture, FindingWidget):
    """Numbers of synapses from each presynaptic neuron (a row) to each postsynaptic neuron (a column).

    Parameters
    ----------
    rows
        The presynaptic neurons; the matrix follows them.
    columns
        The postsynaptic neurons, by default the same.
    groups
        Neurons by name of a group; those of a group are one row or column.
    selections
        Selections by name, into which neurons can be put; those that are made here come to `selections`.
    traits
        Any trait of this class, such as ``order="cluster"``.

    Raises
    ------
    InvalidInput
        If a selection is of another project.
    NotFound
        For an unknown neuron in a group.
    TypeError
        For an argument that does not exist.
    """

    _entry = "connectivity-matrix"

    order = traitlets.Enum(ORDERS, "given").tag(sync=True)
    """How rows and columns are ordered: `given`, `name`, `count`, or `cluster` (alike connections side by side)."""

    palette = traitlets.Enum(PALETTES, "blue").tag(sync=True)
    """Colours of the cells: `blue`, `red`, `gray` or `viridis`."""

    is_logarithmic = traitlets.Bool(False).tag(sync=True)
    """Whether colours follow the logarithm of the number of synapses."""

    height = traitlets.Int(420, min=160, max=4000).tag(sync=True)
    """Height of the picture in CSS pixels."""

    def __init__(
        self,
        rows: Selection,
        columns: Selection | None = None,
        *,
        groups: Mapping[str, Neurons] | None = None,
        selections: Mapping[str, Selection] | None = None,
        **traits: Any,
    ) -> None:
        self._refuse_unknown(traits)
        self.rows, self.columns = rows, rows if columns is None else columns
        project = rows.project
        if self.columns.project != project:
            raise InvalidInput("The rows are of another project than the columns, or of another version of it.")
        self._groups = {name: skeleton_ids_of(project.place, one) for name, one in (groups or {}).items()}
        super().__init__(project, selections, **traits)
        self._follow_project()
        followed = dict.fromkeys((self.rows, self.columns))
        self._stops += [one.listen(weakly(self._selection_changed)) for one in followed]
        self.observe(weakly(self._changed), names=["order"])

    def tell_parts(self, writer: StateWriter, /) -> dict[str, Any]:
        """The neurons of rows and columns, the groups, and the selections into which neurons go."""
        return {
            "rows": writer.selection(self.rows),
            "columns": writer.selection(self.columns),
            "groups": self._groups,
            "selections": selection_names(writer, self.selections),
        }

    @classmethod
    def from_parts(cls, reader: StateReader, parts: Mapping[str, Any], /) -> Self:
        """The matrix of the same neurons."""
        return cls(
            required(reader.selection(parts["rows"])),
            reader.selection(parts["columns"]),
            groups=parts["groups"],
            selections=selections_of(reader, parts["selections"]),
        )

    @property
    def table(self) -> pd.DataFrame:
        """The numbers of synapses, read anew, as `Project.adjacency` gives them: in the given order, without groups."""
        return loop.run(adjacency_matrix(self.project.place, self.rows.skeleton_ids, self.columns.skeleton_ids))

    async def saved_for_page(self, scope: PageScope) -> SavedWidget:
        """The numbers of synapses, in the order that is chosen."""
        matrix = await self._matrix({})
        state = {
            "version_shown": self.version_shown or scope.date,
            "snapshot": {},
            "selection_names": [],
            "target": "",
        }
        content = f"{len(self.rows)} by {len(self.columns)} neurons"
        return SavedWidget([SavedAnswer.of("matrix", matrix)], state, content, ["Other orders of a matrix."])

    @method
    async def _matrix(self, _params: dict[str, Any]) -> Binary:
        """All of it: ``{rows, columns, counts, notes}``, an axis being ``{names, skeleton_ids}`` with lists of ids."""
        place, sources, targets = self.project.place, self.rows.skeleton_ids, self.columns.skeleton_ids
        wanted = list(dict.fromkeys([*sources, *targets]))
        if max(len(sources), len(targets)) > MOST:
            raise InvalidInput(f"A matrix shows at most {MOST:,} rows and columns: take fewer neurons, or its `table`.")
        names = await neuron_names(place, wanted) if wanted else {}
        notes = await notes_on_gone(place, [one for one in wanted if one not in names])
        if not wanted:
            notes.append("There are no neurons: add some to the selection.")
        pre, post = ([one for one in ids if one in names] for ids in (sources, targets))
        table = await adjacency_matrix(place, pre, post)
        row_groups, column_groups = (self._axis(ids, names) for ids in (pre, post))
        counts = _summed(table, row_groups, column_groups)
        if wanted and not counts.any():
            notes.append("There are no synapses of the rows onto the columns.")
        row_places, column_places = await asyncio.to_thread(self._order, counts, row_groups, column_groups)
        content = {
            "rows": _axis_content(row_groups, row_places),
            "columns": _axis_content(column_groups, column_places),
            "counts": columns.column(counts[np.ix_(row_places, column_places)].astype("<i4")),
            "notes": notes,
        }
        return Binary(columns.encode(content))

    def _axis(self, ids: Sequence[int], names: Mapping[int, str]) -> list[tuple[str, list[int]]]:
        """Names and skeletons of the rows or the columns: a group, or one skeleton that is in none."""
        if not self._groups:
            return [(names[one], [one]) for one in ids]
        groups = groups_as_given(self._groups, ids)
        alone = groups.pop("others", []) if "others" not in self._groups else []
        return [*((name, own) for name, own in groups.items() if own), *((names[one], [one]) for one in alone)]

    def _order(self, counts: Any, rows: Any, others: Any) -> tuple[list[int], list[int]]:
        names = [name for name, _ in rows]
        found = row_order(counts, names, self.order)
        if [own for _, own in rows] == [own for _, own in others]:
            if self.order in ("count", "cluster"):
                found = row_order(np.hstack([counts, counts.T]), names, self.order)
            return found, found
        return found, row_order(counts.T, [name for name, _ in others], self.order)

    def _selection_changed(self, delta: Any, _origin: Any) -> None:
        if delta.column in ("added", "removed", "all"):
            self.emit("changed")


def _axis_content(axis: Sequence[tuple[str, list[int]]], places: Sequence[int]) -> dict[str, Any]:
    return {"names": [axis[at][0] for at in places], "skeleton_ids": [axis[at][1] for at in places]}


def _summed(table: pd.DataFrame, rows: Sequence[Any], others: Sequence[Any]) -> np.ndarray[Any, Any]:
    """Sums over the skeletons of each row and each column, int64."""
    if all(len(members) == 1 for _, members in [*rows, *others]):
        return table.to_numpy()
    by_row = _membership(rows, table.index.tolist())
    by_column = _membership(others, [int(one) for one in table.columns])
    summed: np.ndarray[Any, Any] = by_row @ table.to_numpy() @ by_column.T
    return summed


def _membership(axis: Sequence[Any], ids: Sequence[int]) -> np.ndarray[Any, Any]:
    place = {one: at for at, one in enumerate(ids)}
    found = np.zeros((len(axis), len(ids)), dtype=np.int64)
    for row, (_, members) in enumerate(axis):
        found[row, [place[one] for one in members]] = 1
    return found
