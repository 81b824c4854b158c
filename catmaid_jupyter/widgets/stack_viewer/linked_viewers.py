"""Stack viewers that look at the same place, such as those of three planes."""

from __future__ import annotations

import secrets
from typing import Any, Protocol

import traitlets

from catmaid_jupyter.widgets.stack_viewer.layer_list import tracing_layer_of


class PlacedViewer(Protocol):
    """What a `StackViewer` has to be linked by."""

    project: Any
    position: Any
    nm_per_pixel: Any
    link_group: Any
    crosshair: Any
    layers: Any


def link_stack_viewers(one: PlacedViewer, other: PlacedViewer, *, nodes: bool = True) -> None:
    """Give two viewers one place and zoom. Pages keep the place; it works without the kernel, too.

    nodes : whether they have one active node as well, if both trace in the same project.
    """
    group = one.link_group or other.link_group or secrets.token_hex(8)
    other.position, other.nm_per_pixel = one.position, one.nm_per_pixel or other.nm_per_pixel
    for viewer in (one, other):
        viewer.link_group, viewer.crosshair = group, True
    layers = [tracing_layer_of(viewer.layers, viewer.project) for viewer in (one, other)]
    first, second = layers
    if not nodes or first is None or second is None or first is second or first.project != second.project:
        return
    for name in ("active_node", "active_skeleton"):
        traitlets.link((first, name), (second, name))
