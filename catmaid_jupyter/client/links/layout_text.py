"""CATMAID's text for layouts, such as `h(XY, v(3d-viewer, neuron-search, 0.6), 0.7)`: which widgets, one in another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_TOKEN: Final = re.compile(r"\s*(?:(?P<open>[hvt])\s*\(|(?P<close>\))|(?P<object>\{[^{}]*\})|(?P<name>[^\s(),{}]+)|,)")
_KIND: Final = re.compile(r"""["']?type["']?\s*:\s*["']([^"']+)["']""")

WIDGETS: Final = {
    "xy": "viewer",
    "xz": "viewer xz",
    "zy": "viewer zy",
    "3d-viewer": "3d",
    "3d-webgl-view": "3d",
    "connectivity-widget": "connectivity",
    "connectivity-matrix": "matrix",
    "neuron-search": "search",
    "neuron-annotations": "search",
    "annotation-browser": "annotations",
    "neuron-navigator": "navigator",
    "selection-table": "selection",
    "neuron-staging-area": "selection",
    "review-widget": "review",
    "review-system": "review",
    "treenode-table": "treenodes",
    "node-table": "treenodes",
    "connector-table": "connectors",
    "tag-table": "tags",
    "log-widget": "history",
    "log-table": "history",
}
"""What CATMAID's widgets are here."""


def widget_names(layout: str) -> list[str]:
    """Names of the widgets of a layout, in their order; numbers are shares of the room."""
    return list(_names(layout))


def _names(layout: str) -> Iterator[str]:
    at = 0
    while at < len(layout):
        found = _TOKEN.match(layout, at)
        if found is None or found.end() == at:
            return
        at = found.end()
        if found["object"]:
            kind = _KIND.search(found["object"])
            if kind is not None:
                yield kind[1]
        elif found["name"] and not re.fullmatch(r"[\d.]+", found["name"]):
            yield found["name"].strip("\"'")
