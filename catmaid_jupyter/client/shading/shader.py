"""A rule and a palette at work: colours of the nodes of skeletons."""

from __future__ import annotations

import threading
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
from catmaid_jupyter.client.shading.node_values import CategoryValues, NodeValues, ScaleValues
from catmaid_jupyter.client.shading.palettes import (
    ColorMap,
    Palette,
    ScaleLimits,
    category_palette,
    scale_indices,
    scale_palette,
)
from catmaid_jupyter.client.shading.rules import Rule, rule_of

_NOTHING_AT_ALL: Final = "no node has a value"


@dataclass(frozen=True)
class NodeColors:
    """Colours of the nodes of skeletons.

    columns : by skeleton id, (n,) uint8 index into the palette for each treenode, in ascending order of ids.
    """

    palette: Palette
    columns: dict[int, NDArray[np.uint8]]


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
        found = self._skeletons(skeleton_ids)
        values = [one.values for one in found.values()]
        scales = [one for one in values if isinstance(one, ScaleValues)]
        if scales and len(scales) == len(values) and any(np.isfinite(one.values).any() for one in scales):
            palette, columns = self._on_scale(scales)
        else:
            palette, columns = self._in_categories(values)
        return NodeColors(palette, dict(zip(found, columns, strict=True)))

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
                    "color": texts[colors.columns[skeleton_id]],
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

    def _on_scale(self, values: list[ScaleValues]) -> tuple[Palette, list[NDArray[np.uint8]]]:
        every = np.concatenate([one.values for one in values])
        units = {one.unit for one in values}
        if len(units) > 1:
            raise InvalidInput("Some skeletons have numbers and others have times: nodes are shaded by one of them.")
        low, high = self.limits.of(every)
        nothing = values[0].nothing, int((~np.isfinite(every)).sum())
        palette = scale_palette(self.title, self.colormap, low, high, units.pop(), nothing)
        return palette, [scale_indices(one.values, low, high) for one in values]

    def _in_categories(self, values: list[NodeValues]) -> tuple[Palette, list[NDArray[np.uint8]]]:
        if any(isinstance(one, ScaleValues) and np.isfinite(one.values).any() for one in values):
            raise InvalidInput("Some skeletons have numbers and others have names: nodes are shaded by one of them.")
        named = [
            one
            if isinstance(one, CategoryValues)
            else CategoryValues(np.full(len(one.values), None, dtype=object), nothing=_NOTHING_AT_ALL)
            for one in values
        ]
        lengths = [len(one.names) for one in named]
        every = np.concatenate([one.names for one in named]) if named else np.empty(0, dtype=object)
        codes, names = pd.factorize(every)
        counts = np.bincount(codes[codes >= 0], minlength=len(names))
        nothing = named[0].nothing if named else "", int((codes < 0).sum())
        fixed = named[0].colors if named else {}
        by_name = dict(zip(map(str, names), counts.tolist(), strict=True))
        palette, indices = category_palette(self.title, self.colormap, by_name, fixed, nothing)
        # The last colour stands for no value, whose code is -1.
        of_codes = np.array([*(indices[str(name)] for name in names), len(palette.rgba) - 1], dtype=np.uint8)
        return palette, np.split(of_codes[codes], np.cumsum(lengths))[:-1]


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
