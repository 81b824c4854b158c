"""A walk from point to point to proofread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

import pandas as pd

from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.proofreading.points import seen_points
from catmaid_jupyter.client.proofreading.seen_points import keep_seen
from catmaid_jupyter.edits.site import Site

_KEY = ["treenode_id", "kind", "mark"]


class PointStop(TypedDict):
    """Where a walk is: a treenode and its place (nm), its skeleton, and a sentence that says what is there.

    treenode_id is None where the walk ends; then the sentence says so.
    """

    treenode_id: int | None
    skeleton_id: int | None
    x: float
    y: float
    z: float
    text: str


class PointWalk:
    """Points in their order, and the one where somebody is.

    Parameters
    ----------
    points
        As `ProjectProofreading.points` gives them.
    seen
        Called when points were marked as seen.
    """

    def __init__(self, place: Place, points: pd.DataFrame, seen: Callable[[], object] = lambda: None) -> None:
        self._place = place
        self._points = points.reset_index(drop=True)
        self._seen = seen
        self._at: int | None = None

    @property
    def skeleton_ids(self) -> set[int]:
        """Skeletons whose points these are."""
        return set(self._points["skeleton_id"].tolist())

    def replace(self, points: pd.DataFrame) -> None:
        """Walk through these points, from the same one if it is among them, else from where it would be."""
        at, here = self._at, self._here()
        self._points = points.reset_index(drop=True)
        if at is None or here is None:
            return
        found = self._points.index[(self._points[_KEY] == here[_KEY]).all(axis=1)]
        # What was there is no point any more: the one that comes next has its place.
        self._at = int(found[0]) if len(found) else at - 1

    def stand_at(self, treenode_id: int, kind: str, mark: str) -> None:
        """Begin at a point."""
        rows = self._points[_KEY].eq(pd.Series({"treenode_id": treenode_id, "kind": kind, "mark": mark})).all(axis=1)
        found = self._points.index[rows]
        self._at = int(found[0]) if len(found) else None

    async def on(self) -> PointStop:
        """Mark the point as seen, and go to the next one that is not seen, from the last one to the first."""
        here = self._here()
        if here is not None:
            await self.mark(pd.DataFrame([here]), seen=True)
        count, start = len(self._points), -1 if self._at is None else self._at
        turns = [(start + step) % count for step in range(1, count + 1)] if count else []
        return await self._first_there([at for at in turns if not self._points["seen"].iloc[at]])

    async def back(self) -> PointStop:
        """Go to the point before, seen or not."""
        start = len(self._points) if self._at is None else self._at
        return await self._first_there(list(range(start - 1, -1, -1)), at_end="This is the first point.")

    async def mark(self, points: pd.DataFrame, *, seen: bool) -> None:
        """Keep that points were seen, or that they are to be seen again."""
        await keep_seen(self._place, seen_points(points), seen=seen)
        keys = pd.MultiIndex.from_frame(points[_KEY])
        self._points.loc[pd.MultiIndex.from_frame(self._points[_KEY]).isin(keys), "seen"] = seen
        self._seen()

    async def _first_there(self, turns: list[int], at_end: str = "") -> PointStop:
        """Go to the first of these points whose treenode exists."""
        for at in turns:
            row = self._points.iloc[at]
            node_id = int(row["treenode_id"])
            node = (await Site(self._place).nodes([node_id])).treenodes.get(node_id)
            if node is not None:
                self._at = at
                x, y, z = node.position
                return {
                    "treenode_id": node_id,
                    "skeleton_id": node.skeleton_id,
                    "x": x,
                    "y": y,
                    "z": z,
                    "text": self._sentence(at),
                }
        text = at_end or self._all_seen()
        return {"treenode_id": None, "skeleton_id": None, "x": 0.0, "y": 0.0, "z": 0.0, "text": text}

    def _here(self) -> pd.Series | None:
        inside = self._at is not None and 0 <= self._at < len(self._points)
        return self._points.iloc[self._at] if inside and self._at is not None else None

    def _sentence(self, at: int) -> str:
        row, count = self._points.iloc[at], len(self._points)
        left = int((~self._points["seen"]).sum())
        seen = "seen already" if row["seen"] else f"{left:,} not seen yet"
        return f"Point {at + 1:,} of {count:,} ({seen}), “{row['neuron']}”: {row['what']}"

    def _all_seen(self) -> str:
        count = len(self._points)
        if not count:
            return "There is no point to proofread in this neuron by the rules."
        return f"You have seen {'the only point' if count == 1 else f'all {count:,} points'}."
