"""The layers of a viewer, by number and by title."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, SupportsIndex

import traitlets

from catmaid_jupyter.api.errors import NotFound
from catmaid_jupyter.widgets.base import Layer


class LayerList(list[Layer]):
    """Layers in order, first at the bottom; those with a title are found by it, too."""

    def __getitem__(self, key: Any) -> Any:
        """A layer by number or title, or several by a slice; `NotFound` if there is none of that title."""
        if not isinstance(key, str):
            place: SupportsIndex | slice = key
            return super().__getitem__(place)
        titled = {layer.title: layer for layer in self if layer.has_trait("title")}
        if key not in titled:
            known = ", ".join(map(repr, titled)) or "none"
            raise NotFound(f"This viewer has no layer {key!r}. Its image layers: {known}.")
        return titled[key]


class LayersTrait(traitlets.List[Layer]):
    """A list of layers that can be asked for one by its title."""

    def __init__(self) -> None:
        super().__init__(traitlets.Instance(Layer))

    def validate(self, obj: Any, value: Any) -> LayerList:
        """Read layers; `TraitError` for anything else."""
        # Pages name layers, which come as weak proxies: the list is what keeps a layer alive.
        methods: list[Any] = [layer.has_trait for layer in super().validate(obj, value) or ()]
        return LayerList(method.__self__ for method in methods)


def tracing_layer_of(layers: Iterable[Layer], project: Any) -> Any:
    """The lowest tracing layer of a project; if there is none, that of any; None if there is no tracing layer."""
    tracing: list[Any] = [layer for layer in layers if layer.has_trait("active_skeleton")]
    return next(
        (layer for layer in tracing if getattr(layer, "project", project) == project), tracing[0] if tracing else None
    )
