"""A rule and a palette at work: colours of the nodes of skeletons."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.neuron_choice import neuron_names
from catmaid_jupyter.client.shading.node_columns import CategoryPlaces, NodeColumn, category_column, scale_column
from catmaid_jupyter.client.shading.node_values import CategoryValues, NodeValues, ScaleValues
from catmaid_jupyter.client.shading.palettes import (
    ColorMap,
    Palette,
    ScaleLimits,
    category_palette,
    most_frequent,
    scale_indices,
    scale_palette,
)
from catmaid_jupyter.client.shading.rules import Rule, rule_of

_NOTHING_AT_ALL: Final = "no node has a value"


@dataclass(frozen=True)
class NodeColors:
    """Colours of the nodes of skeletons.

    columns : by skeleton id, with a place for each treenode, in ascending order of ids.
    limits : of a scale: the values that have the first and the last colour. None: places are those of the palette.
    """

    palette: Palette
    columns: dict[int, NodeColumn]
    limits: tuple[float, float] | None = None

    def places(self, skeleton_id: int, values: NodeValues) -> NDArray[np.uint8]:
        """(n,) place in the palette of each treenode of a skeleton, which has these values."""
        if self.limits is not None and isinstance(values, ScaleValues):
            return scale_indices(values.values, *self.limits)
        return self.columns[skeleton_id].places


@dataclass(frozen=True)
class _ReadSkeleton:
    node_ids: NDArray[np.int64]
    values: NodeValues


class Shader:
    """Colours skeletons by a rule; values that were read once are kept until they are forgotten.

    Parameters
    ----------
    place
        Where the skeletons are.
    rule
        See `Rule`.
    colormap
        By default colours that colour-blind people tell apart.
    limits
        The values that have the first and the last colour of a scale.

    Raises
    ------
    InvalidInput
        If there is no such rule, or for values and colours that are none.
    """

    def __init__(self, place: Place, rule: Rule, colormap: ColorMap = None, limits: ScaleLimits | None = None) -> None:
        self.place = place
        self.colormap = colormap
        self.limits = limits or ScaleLimits()
        self._rule = rule_of(rule)
        self._read: dict[int, _ReadSkeleton] = {}
        self._columns: dict[int, tuple[ScaleValues, NodeColumn]] = {}
        self._places = CategoryPlaces()
        self._reads = 0
        self._lock = threading.Lock()

    @property
    def title(self) -> str:
        """What it shows, in words."""
        return self._rule.title

    def colors(self, skeleton_ids: Sequence[int]) -> NodeColors:
        """Colours of skeletons; limits and categories are those of all of these together.

        Skeletons that are gone are left out. `InvalidInput` for values that do not fit the treenodes.
        """
        values = {skeleton_id: one.values for skeleton_id, one in self._skeletons(skeleton_ids).items()}
        scales = {skeleton_id: one for skeleton_id, one in values.items() if isinstance(one, ScaleValues)}
        if len(scales) == len(values) and any(np.isfinite(one.values).any() for one in scales.values()):
            return self._on_scale(scales)
        return self._in_categories(values)

    def table(self, skeleton_ids: Sequence[int]) -> pd.DataFrame:
        """Values and colours of treenodes (see `Project.shading`)."""
        colors = self.colors(skeleton_ids)
        found = self._skeletons(skeleton_ids)
        texts = np.array([f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue, _ in colors.palette.rgba.tolist()])
        parts = [
            pd.DataFrame(
                {
                    "skeleton_id": np.full(len(one.node_ids), skeleton_id),
                    "treenode_id": one.node_ids,
                    "value": _shown(one.values),
                    "color": texts[colors.places(skeleton_id, one.values)],
                }
            )
            for skeleton_id, one in found.items()
        ]
        empty = pd.DataFrame({"skeleton_id": [], "treenode_id": [], "value": [], "color": []})
        return pd.concat(parts or [empty], ignore_index=True).astype({"skeleton_id": np.int64, "treenode_id": np.int64})

    def forget(self, skeleton_ids: Iterable[int] | None = None) -> None:
        """Forget what was read of skeletons, since they may have changed; None: of all."""
        with self._lock:
            self._reads += 1
            for skeleton_id in list(self._read) if skeleton_ids is None else skeleton_ids:
                self._read.pop(skeleton_id, None)
                self._columns.pop(skeleton_id, None)

    def _skeletons(self, skeleton_ids: Sequence[int]) -> dict[int, _ReadSkeleton]:
        wanted = list(dict.fromkeys(map(int, skeleton_ids)))
        with self._lock:
            known = {one: self._read[one] for one in wanted if one in self._read}
            reads = self._reads
        missing = [one for one in wanted if one not in known]
        if missing:
            fresh = self._read_anew(missing)
            with self._lock:
                if reads == self._reads:  # else what was read may be out of date already
                    self._read |= fresh
            known |= fresh
        return {one: known[one] for one in wanted if one in known}

    def _read_anew(self, skeleton_ids: list[int]) -> dict[int, _ReadSkeleton]:
        try:
            nodes, values = self._rule.read(self.place, skeleton_ids)
        except NotFound:
            names = loop.run(neuron_names(self.place, skeleton_ids))
            nodes, values = self._rule.read(self.place, [one for one in skeleton_ids if one in names])
        ids = nodes.node_ids
        return {skeleton_id: _ReadSkeleton(ids[rows], _part(values, rows)) for skeleton_id, rows in nodes.slices()}

    def _on_scale(self, scales: dict[int, ScaleValues]) -> NodeColors:
        units = {one.unit for one in scales.values()}
        if len(units) > 1:
            raise InvalidInput("Some skeletons have numbers and others have times: nodes are shaded by one of them.")
        columns = {skeleton_id: self._column(skeleton_id, values) for skeleton_id, values in scales.items()}
        known = [one for one in columns.values() if not one.is_empty]
        low, high = self.limits.of(np.array([edge for one in known for edge in (one.low, one.high)]))
        nothing = next(iter(scales.values())).nothing, sum(one.nothing for one in columns.values())
        palette = scale_palette(self.title, self.colormap, low, high, units.pop(), nothing)
        return NodeColors(palette, columns, (low, high))

    def _column(self, skeleton_id: int, values: ScaleValues) -> NodeColumn:
        """Places of values, which are made once."""
        known = self._columns.get(skeleton_id)
        if known is None or known[0] is not values:
            self._columns[skeleton_id] = known = (values, scale_column(values, self.limits))
        return known[1]

    def _in_categories(self, values: dict[int, NodeValues]) -> NodeColors:
        if any(isinstance(one, ScaleValues) and np.isfinite(one.values).any() for one in values.values()):
            raise InvalidInput("Some skeletons have numbers and others have names: nodes are shaded by one of them.")
        named = {skeleton_id: _named(one) for skeleton_id, one in values.items()}
        counts: Counter[str] = Counter()
        for one in named.values():
            counts.update(one.counts)
        with self._lock:
            places = self._places.of(most_frequent(counts))
        columns = {skeleton_id: category_column(one, places) for skeleton_id, one in named.items()}
        first = next(iter(named.values()), CategoryValues(np.empty(0, dtype=object), nothing=""))
        nothing = first.nothing, sum(one.nothing for one in columns.values())
        palette = category_palette(self.title, self.colormap, counts, places, first.colors, nothing)
        return NodeColors(palette, columns)


def _named(values: NodeValues) -> CategoryValues:
    if isinstance(values, CategoryValues):
        return values
    return CategoryValues(np.full(len(values.values), None, dtype=object), nothing=_NOTHING_AT_ALL)


def _part(values: NodeValues, rows: slice) -> NodeValues:
    if isinstance(values, ScaleValues):
        return ScaleValues(values.values[rows], values.unit, values.nothing)
    return CategoryValues(values.names[rows], values.colors, values.nothing)


def _shown(values: NodeValues) -> pd.Series:
    """The values for a table: numbers, times or names."""
    if isinstance(values, CategoryValues):
        return pd.Series(values.names, dtype="str")
    if values.unit == "time":
        return pd.Series(pd.to_datetime(np.round(values.values * 1e6), unit="us", utc=True))
    return pd.Series(values.values)
