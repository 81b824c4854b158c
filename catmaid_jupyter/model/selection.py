"""An ordered set of skeletons, each with a colour and flags, whose changes are numbered deltas."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catmaid_wire.distinct import distinct

DeltaColumn: TypeAlias = Literal["added", "removed", "rgba", "flags", "active", "all"]
Int64s: TypeAlias = NDArray[np.int64]
Rgba: TypeAlias = NDArray[np.uint32]
Flags: TypeAlias = NDArray[np.uint8]

LARGEST_ID: Final = 2**31 - 1
"""Ids travel to the browser as int32."""

PALETTE: Final = (
    0x4477AAFF, 0xEE6677FF, 0x228833FF, 0xCCBB44FF, 0x66CCEEFF, 0xAA3377FF, 0xEE7733FF, 0x009988FF, 0x999933FF,
    0x882255FF,
)  # fmt: skip
"""Colours (RGBA) of skeletons that were given none, in turn: Paul Tol's, which colour-blind people tell apart."""


class SkeletonFlag(enum.IntFlag):
    """What is shown of a skeleton, and whether it is selected."""

    VISIBLE = 1
    SELECTED = 2
    PRE = 4
    POST = 8
    TEXT = 16
    META = 32


ALL_FLAGS: Final = int(sum(SkeletonFlag))
DEFAULT_FLAGS: Final = int(SkeletonFlag.VISIBLE | SkeletonFlag.PRE | SkeletonFlag.POST | SkeletonFlag.META)


class OutOfStep(ValueError):
    """A delta does not begin at the revision to which it is applied."""


def _no_ids() -> Int64s:
    return np.empty(0, np.int64)


def _no_rgba() -> Rgba:
    return np.empty(0, np.uint32)


def _no_flags() -> Flags:
    return np.empty(0, np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class SelectionDelta:
    """One change of a selection.

    column : what changed: rows were added or removed, colours, flags or the active skeleton changed, or all.
    start, revision : the revision before and after.
    skeleton_ids : the rows concerned; of `all`, every row.
    rgba, flags : values of these rows where the column has them; of `flags`, only the bits of `mask` count.
    active : the active skeleton after a change of `active` or `all`.
    """

    column: DeltaColumn
    start: int
    revision: int
    skeleton_ids: Int64s = field(default_factory=_no_ids)
    rgba: Rgba = field(default_factory=_no_rgba)
    flags: Flags = field(default_factory=_no_flags)
    mask: int = 0
    active: int | None = None


class SelectionState:
    """Rows in an order: id int64, rgba uint32 (0xRRGGBBAA), flags uint8 (`SkeletonFlag`); which one is active.

    A change returns its delta, or None where nothing changed. Ids that are not there are left out of changes.
    """

    def __init__(self) -> None:
        self.revision = 0
        self.active: int | None = None
        self._ids = _no_ids()
        self._rgba = _no_rgba()
        self._flags = _no_flags()
        self._rows: dict[int, int] | None = None

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, skeleton_id: object) -> bool:
        return skeleton_id in self._index

    @property
    def skeleton_ids(self) -> Int64s:
        """Ids in their order; not to be written to."""
        return self._ids

    @property
    def rgba(self) -> Rgba:
        """Colours, 0xRRGGBBAA; not to be written to."""
        return self._rgba

    @property
    def flags(self) -> Flags:
        """Bits of `SkeletonFlag`; not to be written to."""
        return self._flags

    def with_flag(self, flag: SkeletonFlag) -> Int64s:
        """Ids of the rows that have a flag."""
        found: Int64s = self._ids[(self._flags & np.uint8(flag)) != 0]
        return found

    def rows_of(self, skeleton_ids: ArrayLike) -> NDArray[np.intp]:
        """Rows of ids; those that are not there are left out."""
        index = self._index
        found = (index.get(skeleton_id, -1) for skeleton_id in _ids(skeleton_ids).tolist())
        return np.array([row for row in found if row >= 0], dtype=np.intp)

    def add(
        self, skeleton_ids: ArrayLike, *, rgba: ArrayLike | None = None, flags: ArrayLike | None = None
    ) -> SelectionDelta | None:
        """Append ids that are not there yet; `ValueError` for what is no id.

        rgba, flags : one value for all or one for each id; by default the palette's next and `DEFAULT_FLAGS`.
        """
        ids = _checked(_ids(skeleton_ids))
        colors = None if rgba is None else np.broadcast_to(np.asarray(rgba, np.uint32), ids.shape)
        bits = np.broadcast_to(np.asarray(DEFAULT_FLAGS if flags is None else flags, np.uint8), ids.shape)
        fresh = np.sort(np.unique(ids, return_index=True)[1])
        if len(self):
            fresh = fresh[~self._known(ids[fresh])]
        if not fresh.size:
            return None
        new_colors = self._next_colors(len(fresh)) if colors is None else colors[fresh]
        return self._done("added", skeleton_ids=ids[fresh], rgba=new_colors, flags=bits[fresh] & np.uint8(ALL_FLAGS))

    def remove(self, skeleton_ids: ArrayLike) -> SelectionDelta | None:
        """Remove ids."""
        rows = distinct(self.rows_of(skeleton_ids))
        return self._done("removed", skeleton_ids=self._ids[rows]) if rows.size else None

    def set_rgba(self, skeleton_ids: ArrayLike, rgba: ArrayLike) -> SelectionDelta | None:
        """Give ids a colour, one for all or one for each."""
        ids = _ids(skeleton_ids)
        values = np.broadcast_to(np.asarray(rgba, np.uint32), ids.shape)
        kept = self._known(ids)
        ids, values = ids[kept], values[kept]
        if not ids.size or (self._rgba[self.rows_of(ids)] == values).all():
            return None
        return self._done("rgba", skeleton_ids=ids, rgba=values)

    def set_flags(self, skeleton_ids: ArrayLike, mask: int, flags: ArrayLike) -> SelectionDelta | None:
        """Set those bits of ids' flags that are in `mask`, to one value for all or one for each."""
        ids, mask = _ids(skeleton_ids), mask & ALL_FLAGS
        values = np.broadcast_to(np.asarray(flags, np.uint8) & np.uint8(mask), ids.shape)
        kept = self._known(ids)
        ids, values = ids[kept], values[kept]
        if not ids.size or ((self._flags[self.rows_of(ids)] & np.uint8(mask)) == values).all():
            return None
        return self._done("flags", skeleton_ids=ids, flags=values, mask=mask)

    def select(self, skeleton_ids: ArrayLike) -> SelectionDelta | None:
        """Select these rows and no others."""
        selected = np.zeros(len(self), np.uint8)
        selected[self.rows_of(skeleton_ids)] = SkeletonFlag.SELECTED
        changed = (self._flags & np.uint8(SkeletonFlag.SELECTED)) != selected
        return self.set_flags(self._ids[changed], SkeletonFlag.SELECTED, selected[changed])

    def set_active(self, skeleton_id: int | None) -> SelectionDelta | None:
        """Make a row the active one, or none; `ValueError` if the id is not there."""
        if skeleton_id is not None and skeleton_id not in self._index:
            raise ValueError(f"Skeleton {skeleton_id} is not in the selection.")
        return None if skeleton_id == self.active else self._done("active", active=skeleton_id)

    def replace(
        self, skeleton_ids: ArrayLike, rgba: ArrayLike, flags: ArrayLike, active: int | None = None
    ) -> SelectionDelta:
        """Replace all rows; ids may not repeat."""
        ids = _checked(_ids(skeleton_ids))
        if len(distinct(ids)) != len(ids):
            raise ValueError("A skeleton is only once in a selection.")
        if active is not None and active not in ids:
            raise ValueError(f"Skeleton {active} is not in the selection.")
        colors = np.broadcast_to(np.asarray(rgba, np.uint32), ids.shape)
        bits = np.broadcast_to(np.asarray(flags, np.uint8), ids.shape)
        return self._done("all", skeleton_ids=ids, rgba=colors, flags=bits, active=active)

    def everything(self) -> SelectionDelta:
        """All rows, as a delta that fits any revision."""
        return SelectionDelta(
            "all", self.revision, self.revision, self._ids, self._rgba, self._flags, ALL_FLAGS, self.active
        )

    def apply(self, delta: SelectionDelta) -> None:
        """Apply a delta of another copy; `OutOfStep` unless it begins at this revision, or has all rows."""
        if delta.column != "all" and delta.start != self.revision:
            raise OutOfStep(f"The change begins at revision {delta.start}, but this is revision {self.revision}.")
        _APPLY[delta.column](self, delta)
        self.revision = delta.revision

    @property
    def _index(self) -> dict[int, int]:
        if self._rows is None:
            self._rows = {skeleton_id: row for row, skeleton_id in enumerate(self._ids.tolist())}
        return self._rows

    def _known(self, ids: Int64s) -> NDArray[np.bool_]:
        index = self._index
        return np.array([skeleton_id in index for skeleton_id in ids.tolist()], dtype=np.bool_)

    def _next_colors(self, count: int) -> Rgba:
        turns = np.arange(len(self), len(self) + count) % len(PALETTE)
        return np.array(PALETTE, np.uint32)[turns]

    def _done(self, column: DeltaColumn, **values: Any) -> SelectionDelta:
        delta = SelectionDelta(column, self.revision, self.revision + 1, **values)
        self.apply(delta)
        return delta

    def _apply_added(self, delta: SelectionDelta) -> None:
        start = len(self)
        self._ids = np.concatenate([self._ids, delta.skeleton_ids])
        self._rgba = np.concatenate([self._rgba, delta.rgba])
        self._flags = np.concatenate([self._flags, delta.flags])
        if self._rows is not None:
            added = {skeleton_id: start + at for at, skeleton_id in enumerate(delta.skeleton_ids.tolist())}
            self._rows.update(added)

    def _apply_removed(self, delta: SelectionDelta) -> None:
        kept = np.ones(len(self), np.bool_)
        kept[self.rows_of(delta.skeleton_ids)] = False
        self._ids, self._rgba, self._flags = self._ids[kept], self._rgba[kept], self._flags[kept]
        self._rows = None
        if self.active is not None and self.active not in self._index:
            self.active = None

    def _apply_rgba(self, delta: SelectionDelta) -> None:
        self._rgba = self._rgba.copy()
        self._rgba[self.rows_of(delta.skeleton_ids)] = delta.rgba

    def _apply_flags(self, delta: SelectionDelta) -> None:
        self._flags = self._flags.copy()
        rows = self.rows_of(delta.skeleton_ids)
        self._flags[rows] = (self._flags[rows] & np.uint8(ALL_FLAGS & ~delta.mask)) | delta.flags

    def _apply_active(self, delta: SelectionDelta) -> None:
        self.active = delta.active

    def _apply_all(self, delta: SelectionDelta) -> None:
        self._ids, self._rgba, self._flags = delta.skeleton_ids.copy(), delta.rgba.copy(), delta.flags.copy()
        self._rows = None
        self.active = delta.active


_APPLY: Final = {
    "added": SelectionState._apply_added,
    "removed": SelectionState._apply_removed,
    "rgba": SelectionState._apply_rgba,
    "flags": SelectionState._apply_flags,
    "active": SelectionState._apply_active,
    "all": SelectionState._apply_all,
}


def _ids(values: ArrayLike) -> Int64s:
    array = np.asarray(values)
    if array.size == 0:
        return _no_ids()
    if array.dtype.kind not in "iu":
        raise ValueError(f"Skeleton ids are whole numbers, not {array.ravel().tolist()[0]!r}.")
    return np.atleast_1d(array).astype(np.int64)


def _checked(ids: Int64s) -> Int64s:
    wrong = ids[(ids < 1) | (ids > LARGEST_ID)]
    if wrong.size:
        raise ValueError(f"{wrong[0]} is no skeleton id: ids are from 1 to {LARGEST_ID}.")
    return ids
