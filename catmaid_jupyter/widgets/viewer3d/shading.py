"""Colours of nodes in a 3D viewer: a rule in Python, and what pages ask for."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import traitlets

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.naming import listed
from catmaid_jupyter.client.shading.given_values import WrongNumber
from catmaid_jupyter.client.shading.palettes import ColorMap, ScaleLimits
from catmaid_jupyter.client.shading.rules import Rule
from catmaid_jupyter.client.shading.shader import NodeColors, Shader
from catmaid_jupyter.widgets.rpc import Buffers, method


class NodeShading(traitlets.HasTraits):
    """What a viewer of skeletons has to colour nodes; the widget has `project`, and `_shaded_ids` of what it shows."""

    project: Any

    shading_rule: traitlets.Dict[str, Any] = traitlets.Dict(read_only=True).tag(sync=True)
    """`{"title", "number"}` of the rule by which nodes have their colours; empty: each neuron has one colour.

    number : another one after each call of `shade`; pages ask for the colours anew when it changes.
    """

    named_shading: dict[str, Any] | None = None
    """The arguments of `shade` as JSON, if these are names and numbers; None if not, and where nothing is shaded."""

    _shader: Shader | None = None
    _shadings = 0
    # Skeletons since `shade` was called; None: any.
    _edited: frozenset[int] | None = frozenset()

    def shade(
        self,
        rule: Rule | None = None,
        *,
        colormap: ColorMap = None,
        low: float | None = None,
        high: float | None = None,
    ) -> None:
        """Colour nodes by a rule; None gives each neuron its colour of the selection again.

        rule : `strahler`, `depth` (branch points to the root), `distance_to_root`, `flow_centrality`, `axon_dendrite`,
            `creator`, `reviewer`, `label`, `age` (last edition), `confidence` or `radius`; or `{skeleton_id: array}`,
            values in ascending order of treenode ids; a table with treenode_id and values; or a function that gives
            such an array for a `Morphology`.
        colormap : a colour map of matplotlib, such as `viridis`; colours to take in turn; or `{category: colour}`.
        low, high : the values that have the first and the last colour of the map; by default the lowest and highest.

        Own values are for the treenodes that there are now: when a skeleton was edited, give them again.

        `InvalidInput` for another rule, and for values that do not fit the treenodes: it says of which skeleton.
        """
        if rule is None:
            self._shader = self.named_shading = None
            self.set_trait("shading_rule", {})
            return
        shader = Shader(self.project.place, rule, colormap, ScaleLimits(low, high))
        if isinstance(rule, Mapping) and not set(rule) & set(self._shaded_ids()):
            raise InvalidInput(
                f"The viewer shows none of the skeletons to which values were given ({listed(rule)}): add them first."
            )
        shader.colors(self._shaded_ids())  # so that errors are told here
        self._shader = shader
        self._edited = frozenset()
        is_named = isinstance(rule, str) and _is_json(colormap)
        told = {"rule": rule, "colormap": colormap, "low": low, "high": high}
        self.named_shading = told if is_named else None
        self._shadings += 1
        self.set_trait("shading_rule", {"title": shader.title, "number": self._shadings})

    def forget_shading(self, skeleton_ids: Iterable[int] | None = None) -> None:
        """Have values read anew of skeletons that may have changed; None: of all."""
        if self._shader is None:
            return
        known = None if skeleton_ids is None else frozenset(skeleton_ids)
        self._edited = None if known is None or self._edited is None else self._edited | known
        self._shader.forget(known)

    @abstractmethod
    def _shaded_ids(self) -> Sequence[int]:
        """Ids of the skeletons that are shown."""

    @method
    async def _shading(self, params: dict[str, Any]) -> Buffers | None:
        """Colours of the nodes of skeletons: ``{skeleton_ids, known}``; None if nodes have no colours of their own.

        known : the digest of the column that the page has of each skeleton, 0: none; may be missing.

        The legend, the palette and `limits` are those of all skeletons which are asked for together. `skeleton_ids`,
        `digests`, `rows`, `lows` and `steps` are of the columns that the page does not know: an edit sends those of one
        skeleton. Buffers: a place for each node, skeleton after skeleton, each in ascending order of treenode ids; and
        the palette, red, green, blue, alpha of 256 colours. Place 255 is that of no value. If there are `limits`, place
        p stands for low + p * step, and the colours are for values between the limits. Otherwise it is that of the
        palette. `gone`: skeletons that do not exist. `rows` tells how many nodes each skeleton had: where the page has
        another number, an edit came between.
        """
        shader = self._shader
        if shader is None:
            return None
        skeleton_ids = [int(skeleton_id) for skeleton_id in params["skeleton_ids"]]
        known = dict(zip(skeleton_ids, params.get("known") or (), strict=False))
        try:
            return shading_answer(await asyncio.to_thread(shader.colors, skeleton_ids), skeleton_ids, known)
        except WrongNumber as error:
            if self._edited is not None and error.skeleton_id not in self._edited:
                raise
            raise InvalidInput(
                f"Skeleton {error.skeleton_id} was edited since its values were given, and has no colours by them any "
                "more. Call shade() again with a value for each of its treenodes."
            ) from error


def shading_answer(colors: NodeColors, asked: Sequence[int], known: Mapping[int, int]) -> Buffers:
    """Colours as pages get them, without the columns that they know by their digests."""
    gone = [skeleton_id for skeleton_id in asked if skeleton_id not in colors.columns]
    columns = {one: column for one, column in colors.columns.items() if known.get(one) != column.digest}
    found = {
        "legend": colors.palette.legend,
        "limits": colors.limits,
        "gone": gone,
        "skeleton_ids": list(columns),
        "digests": [column.digest for column in columns.values()],
        "rows": [len(column.places) for column in columns.values()],
        "lows": [column.low for column in columns.values()],
        "steps": [column.step for column in columns.values()],
    }
    places = np.concatenate([*(column.places for column in columns.values()), np.empty(0, np.uint8)])
    return Buffers(found, [places.tobytes(), colors.palette.rgba.tobytes()])


def _is_json(colormap: Any) -> bool:
    if isinstance(colormap, list | tuple):
        return all(isinstance(color, str) for color in colormap)
    if isinstance(colormap, dict):
        return all(isinstance(one, str) for pair in colormap.items() for one in pair)
    return colormap is None or isinstance(colormap, str)
