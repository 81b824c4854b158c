"""An ordered set of a project's skeletons that Python and all widgets share."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.naming import listed
from catmaid_jupyter.client.neuron_choice import Neurons, skeleton_ids_of
from catmaid_jupyter.client.neurons import Neuron, Skeleton
from catmaid_jupyter.client.selection import colors as coloring
from catmaid_jupyter.client.selection.changes import ChangeListeners, OnDelta, OnSelectionChange, WhatChanged, only
from catmaid_jupyter.client.selection.choice import chosen_ids, one_named, rows_where
from catmaid_jupyter.client.selection.display import SelectionDisplay
from catmaid_jupyter.client.selection.following import SelectionFollower
from catmaid_jupyter.client.selection.home import SelectionProject
from catmaid_jupyter.client.selection.neurons import SelectedNeurons
from catmaid_jupyter.client.selection.table import names_of, neurons_of, sizes_of, skeleton_rows
from catmaid_jupyter.model.selection import Int64s, SelectionDelta, SelectionState, SkeletonFlag

Shown: TypeAlias = Literal["pre", "post", "text", "meta"]

_SHOWN: Final = {
    "pre": SkeletonFlag.PRE,
    "post": SkeletonFlag.POST,
    "text": SkeletonFlag.TEXT,
    "meta": SkeletonFlag.META,
}


class Selection(SelectedNeurons, SelectionDisplay):
    """Skeletons in an order, each with a colour, visible or not, selected or not; one of them may be active.

    In a notebook it shows as a table. All widgets that show it, and Python, see each change at once.

    `len`, `in`, iteration (`Skeleton` objects), `selection[0]` and `selection["name"]` (a `Skeleton`),
    `selection[2:5]`, `selection[[17, 18]]` (positions) and `selection[mask]` (a Selection), and the set operations
    `a | b`, `a & b`, `a - b`, `a ^ b`, which make new ones with the colours of the left one where both have a skeleton.

    Made by `Project.selection` and `Project.search`.

    Parameters
    ----------
    project
        The project.
    skeleton_ids
        What is in it at first; ids that are there twice count once.
    colors
        One colour for all, or colours by skeleton id; by default those of a palette, in turn.
    """

    _internal: ClassVar = frozenset({"change", "everything", "listen", "place"})

    def __init__(
        self,
        project: SelectionProject,
        skeleton_ids: Iterable[int] = (),
        *,
        colors: Any = None,
    ) -> None:
        self.project = project
        self._state = SelectionState()
        self._lock = threading.Lock()
        self._listeners = ChangeListeners()
        self._following: list[SelectionFollower] = []
        self.change("add", list(skeleton_ids))
        if colors is not None:
            self.set_colors(colors)

    def __repr__(self) -> str:
        count = f"{len(self)} skeleton" if len(self) == 1 else f"{len(self)} skeletons"
        return f"<Selection of {count} in {self.project.title!r}>"

    def __len__(self) -> int:
        return len(self._state)

    def __bool__(self) -> bool:
        return len(self) > 0

    def __contains__(self, skeleton: object) -> bool:
        return getattr(skeleton, "id", skeleton) in self._state

    def __iter__(self) -> Iterator[Skeleton]:
        return iter(self._skeletons(self.skeleton_ids))

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return self._one(loop.run(one_named(self.project.place, self._state.skeleton_ids, key)))
        if isinstance(key, int | np.integer) and not isinstance(key, bool):
            if not -len(self) <= key < len(self):
                raise IndexError(f"There is no position {key}: the selection has {len(self)} skeletons.")
            return self._one(int(self._state.skeleton_ids[key]))
        if isinstance(key, slice):
            return self._part(self._state.skeleton_ids[key])
        return self._part(chosen_ids(self._state.skeleton_ids, key))

    def __or__(self, other: Selection) -> Selection:
        self._require_same_project(other)
        joined = self._part(self._state.skeleton_ids)
        joined.change("add", other._state.skeleton_ids, rgba=other._state.rgba, flags=other._state.flags)
        return joined

    def __and__(self, other: Selection) -> Selection:
        self._require_same_project(other)
        return self._part(self._state.skeleton_ids[self._is_in(other)])

    def __sub__(self, other: Selection) -> Selection:
        self._require_same_project(other)
        return self._part(self._state.skeleton_ids[~self._is_in(other)])

    def __xor__(self, other: Selection) -> Selection:
        return (self - other) | (other - self)

    @property
    def place(self) -> Any:
        """Where the selection's skeletons are read."""
        return self.project.place

    @property
    def skeleton_ids(self) -> list[int]:
        """Ids of the skeletons, in their order."""
        ids: list[int] = self._state.skeleton_ids.tolist()
        return ids

    @property
    def selected(self) -> Selection:
        """The selected rows, as a Selection of their own."""
        return self._part(self._state.with_flag(SkeletonFlag.SELECTED))

    @property
    def visible(self) -> Selection:
        """The skeletons that are shown, as a Selection of their own."""
        return self._part(self._state.with_flag(SkeletonFlag.VISIBLE))

    @property
    def colors(self) -> dict[int, str]:
        """Colours by skeleton id: `#rrggbb`, or `#rrggbbaa`."""
        texts = map(coloring.text_of, self._state.rgba.tolist())
        return dict(zip(self.skeleton_ids, texts, strict=True))

    @property
    def active(self) -> int | None:
        """Id of the active skeleton, None if there is none; set it to make another one active."""
        return self._state.active

    @active.setter
    def active(self, skeleton_id: int | None) -> None:
        self.change("set_active", None if skeleton_id is None else int(skeleton_id))

    @property
    def revision(self) -> int:
        """Number of changes there were."""
        return self._state.revision

    @property
    def table(self) -> pd.DataFrame:
        """The skeletons in their order, read anew.

        id int64, name str (of the neuron), nodes int64, cable_length float64 nm, pre, post int64 (links), review
        float64 (percent of the nodes that anybody reviewed), annotations (lists of names), colour str.

        `attrs["gone"]`: ids of skeletons that are not there any more; their name is empty and their numbers are 0.
        `without_gone` leaves them out.
        """
        return loop.run(skeleton_rows(self.project.place, self._state.skeleton_ids, self._state.rgba))

    def add(self, neurons: Neurons) -> None:
        """Append neurons that are not there yet; those of a selection with their colours.

        `NotFound` for an unknown id or name.
        """
        if isinstance(neurons, Selection):
            state = neurons._state
            ids: Any = state.skeleton_ids
            if neurons.project != self.project:
                self._require_same_project(neurons, of_any_version=True)
                ids = skeleton_ids_of(self.project.place, ids.tolist())
            rows = state.rows_of(ids)
            self.change("add", ids, rgba=state.rgba[rows], flags=state.flags[rows])
        else:
            self.change("add", skeleton_ids_of(self.project.place, neurons))

    def remove(self, neurons: Neurons) -> None:
        """Take neurons out of the selection. The neurons themselves stay."""
        self.change("remove", self._ids(neurons))

    def clear(self) -> None:
        """Take all neurons out of the selection."""
        self.change("remove", self._state.skeleton_ids)

    def select(self, neurons: Neurons) -> None:
        """Select these rows and no others; `[]` for none."""
        self.change("select", self._ids(neurons))

    def show(self, neurons: Neurons | None = None, *, only: bool = False) -> None:
        """Make neurons visible, by default all; `only` hides the others."""
        ids = self._state.skeleton_ids if neurons is None else self._ids(neurons)
        if only:
            self.hide()
        self.change("set_flags", ids, SkeletonFlag.VISIBLE, int(SkeletonFlag.VISIBLE))

    def hide(self, neurons: Neurons | None = None) -> None:
        """Make neurons invisible, by default all."""
        ids = self._state.skeleton_ids if neurons is None else self._ids(neurons)
        self.change("set_flags", ids, SkeletonFlag.VISIBLE, 0)

    def switch(self, what: Shown, on: bool, neurons: Neurons | None = None) -> None:
        """Show or hide a part of neurons, by default of all: `pre` or `post` (synapses), `text` (tags), `meta`."""
        if what not in _SHOWN:
            raise InvalidInput(f"{what!r} cannot be switched; {', '.join(_SHOWN)} can.")
        ids = self._state.skeleton_ids if neurons is None else self._ids(neurons)
        self.change("set_flags", ids, int(_SHOWN[what]), int(_SHOWN[what]) if on else 0)

    def set_colors(self, colors: Any) -> None:
        """Give colours: one for all, by skeleton id (a dict or Series), or in turn (a list or the name of a palette).

        A name is a colour's (`orange`, `#ff8800`), else a palette's: `colorblind`, or a colour map of matplotlib.
        Ids that are not in the selection are passed over; `InvalidInput` if none is in it.
        """
        if isinstance(colors, Mapping | pd.Series):
            by_id = coloring.rgba_by_id(dict(colors))
            if by_id and self and not any(one in self._state for one in by_id):
                # As of a column of a table, whose index counts rows.
                what = "The index of the Series has" if isinstance(colors, pd.Series) else "The colours are for"
                raise InvalidInput(
                    f"{what} {listed(list(by_id))}, none of which is a skeleton of the selection: "
                    "give colours by skeleton id, or a list of one for each."
                )
            self.change("set_rgba", list(by_id), list(by_id.values()))
        else:
            self.change("set_rgba", self._state.skeleton_ids, coloring.one_or_in_turn(len(self), colors))

    def color_by(
        self,
        values: str | Sequence[Any] | pd.Series,
        palette: str | Sequence[Any] | None = None,
        *,
        neurons: Neurons | None = None,
    ) -> None:
        """Give colours by values: numbers along a colour map, all else one colour for each category.

        values : a column of `table`, or a value for each skeleton.
        neurons : those that are coloured, by default all.
        palette : a colour map of matplotlib, `colorblind`, or a list of colours; by default those that colour-blind
            people can read.
        """
        part = self if neurons is None else self._part(np.asarray(self._ids(neurons), np.int64))
        ids = part._state.skeleton_ids
        if isinstance(values, str):
            table = part.table
            if values not in table:
                raise InvalidInput(
                    f"The table has no column {values!r}. There are: {', '.join(map(str, table.columns))}."
                )
            ids, values = table["id"].to_numpy(), table[values]
        if len(values) != len(ids):
            raise InvalidInput(f"{len(values)} values for {len(ids)} skeletons: give one for each.")
        self.change("set_rgba", ids, coloring.colors_by(values, palette))

    def where(self, condition: Any) -> Selection:
        """The skeletons that fulfil a condition, as a Selection of their own, with their colours.

        condition : True or False for each, as `selection.table.nodes > 500`; a function of the table that gives these;
            or a text such as `"nodes > 500 and pre > 3"` (pandas' `DataFrame.query`).
        """
        if isinstance(condition, str) or callable(condition):
            return self._part(rows_where(self.table, condition))
        return self._part(chosen_ids(self._state.skeleton_ids, np.asarray(condition, dtype=np.bool_)))

    def without_gone(self) -> Selection:
        """The skeletons that are still in the project, as a Selection of their own, with their colours."""
        sizes = loop.run(sizes_of(self.project.place, self.skeleton_ids))
        return self._part(chosen_ids(self._state.skeleton_ids, np.asarray(sizes["exists"], dtype=np.bool_)))

    def on_change(self, changed: OnSelectionChange, what: WhatChanged = "all") -> Callable[[], None]:
        """Call `changed` with each `SelectionChange`, wherever it was made; returns a function that ends this.

        what : only changes of this kind: `added`, `removed`, `selected`, `active`, `colors`, `flags`.
        """
        return self._listeners.listen(only(what, changed))

    def follow(self, other: Selection, what: WhatChanged = "all") -> Selection:
        """Do what another selection does from now on; returns this selection.

        what : `all`: have the same skeletons, colours and flags; `added` or `removed`: only that; `selected`: have
            those that are selected there; `colors`, `flags` or `active`: only these, of skeletons that both have.
        """
        self._require_same_project(other)
        if other is self:
            raise InvalidInput("A selection cannot follow itself.")
        self._following.append(SelectionFollower(weakref.ref(self), other, what))
        return self

    def unfollow(self, other: Selection | None = None) -> None:
        """Follow another selection no more, or none at all."""
        ended = [one for one in self._following if other is None or one.leader is other]
        self._following = [one for one in self._following if one not in ended]
        for one in ended:
            one.end()

    def listen(self, listener: OnDelta) -> Callable[[], None]:
        """Tell a listener of each delta and its origin, in their order; returns a function that ends this."""
        return self._listeners.listen(listener)

    def everything(self) -> SelectionDelta:
        """All rows as they are, as a delta."""
        with self._lock:
            return self._state.everything()

    def change(self, method: str, *arguments: Any, origin: Any = None, **options: Any) -> SelectionDelta | None:
        """Change the state by one of its methods and tell everybody; `InvalidInput` for what it refuses."""
        with self._lock:
            try:
                delta: SelectionDelta | None = getattr(self._state, method)(*arguments, **options)
            except ValueError as error:
                raise InvalidInput(str(error)) from None
            if delta is not None:
                self._listeners.queue(delta, origin)
        self._listeners.tell()
        return delta

    def _ids(self, neurons: Neurons) -> list[int]:
        """Skeleton ids of neurons; the selection's own may be gone from the project."""
        if isinstance(neurons, Selection):
            return neurons.skeleton_ids
        given = [neurons] if isinstance(neurons, int) else neurons
        if isinstance(given, list | tuple | set) and all(one in self._state for one in given):
            return [int(one) for one in given]
        return skeleton_ids_of(self.project.place, neurons)

    def _one(self, skeleton_id: int) -> Skeleton:
        found = self._skeletons([skeleton_id])
        if not found:
            raise NotFound(f"Skeleton {skeleton_id} is in the selection, but not in the project any more.")
        return found[0]

    def _skeletons(self, ids: list[int]) -> list[Skeleton]:
        """The skeletons that there still are."""
        names, neurons = loop.run(_names_and_neurons(self.project.place, ids))
        return [
            Skeleton(self.project, skeleton_id, Neuron(self.project, neurons[skeleton_id], names[skeleton_id]))
            for skeleton_id in ids
            if skeleton_id in names and skeleton_id in neurons
        ]

    def _part(self, skeleton_ids: Int64s) -> Selection:
        """Some of the skeletons, as a Selection with the colours and flags that they have here, none selected."""
        rows = self._state.rows_of(skeleton_ids)
        part = type(self)(self.project)
        flags = self._state.flags[rows] & np.uint8(~SkeletonFlag.SELECTED & 0xFF)
        part.change("add", self._state.skeleton_ids[rows], rgba=self._state.rgba[rows], flags=flags)
        return part

    def _is_in(self, other: Selection) -> Any:
        return np.isin(self._state.skeleton_ids, other._state.skeleton_ids)

    def _require_same_project(self, other: Any, *, of_any_version: bool = False) -> None:
        if not isinstance(other, Selection):
            raise InvalidInput(f"Expected a Selection, not {type(other).__name__}: make one by project.selection(…).")
        own, others = self.project.place, other.project.place
        if of_any_version:
            own, others = replace(own, as_of=None), replace(others, as_of=None)
        if own != others:
            raise InvalidInput("The selections are of different projects, or of different versions of a project.")


async def _names_and_neurons(place: Place, ids: list[int]) -> tuple[dict[int, str], dict[int, int]]:
    return await asyncio.gather(names_of(place, ids), neurons_of(place, ids))
