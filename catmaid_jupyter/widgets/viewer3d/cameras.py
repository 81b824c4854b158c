"""Cameras of a 3D viewer: where it looks from, as a trait and by name."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final

import traitlets

from catmaid_jupyter.widgets.shared_traits import SharedTrait

STANDARD_VIEWS: Final = ("frontal", "rear", "left", "right", "top", "bottom")
"""Names of the standard views. CATMAID's axes: x to the right, y down, z away from who looks frontally."""

_KINDS: Final = ("perspective", "orthographic")
_POINTS: Final = ("position", "target", "up")


class CameraTrait(SharedTrait[dict[str, Any], Any]):
    """A camera: `position`, `target` (nm) and `up` as (x, y, z), `kind`, `zoom`; or an empty dict."""

    info_text = (
        "a camera {'position': (x, y, z), 'target': (x, y, z), 'up': (x, y, z), 'kind': 'perspective' or "
        "'orthographic', 'zoom': 1.0}, in nm"
    )
    default_value: Any = traitlets.Undefined

    def make_dynamic_default(self) -> dict[str, Any]:
        """No camera."""
        return {}

    def validate(self, obj: Any, value: Any) -> dict[str, Any]:
        """Read a camera; `TraitError` for anything else."""
        if isinstance(value, Mapping):
            if not value:
                return {}
            camera = camera_of(value)
            if camera is not None:
                return camera
        self.error(obj, value)
        raise AssertionError("error() always raises")


def camera_of(value: Mapping[str, Any]) -> dict[str, Any] | None:
    """A camera with all its parts, as JSON; None if the value is none."""
    if not set(value) <= {*_POINTS, "kind", "zoom"}:
        return None
    position, target, up = (_point(value.get(name, (0, -1, 0) if name == "up" else None)) for name in _POINTS)
    kind, zoom = value.get("kind", "perspective"), value.get("zoom", 1.0)
    if position is None or target is None or up is None or kind not in _KINDS:
        return None
    if isinstance(zoom, bool) or not isinstance(zoom, int | float) or not (math.isfinite(zoom) and zoom > 0):
        return None
    if position == target or not any(up):
        return None
    return {"position": position, "target": target, "up": up, "kind": kind, "zoom": float(zoom)}


def _point(value: Any) -> list[float] | None:
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        return None
    try:
        numbers = [float(number) for number in value]
    except (TypeError, ValueError):
        return None
    return numbers if len(numbers) == 3 and all(map(math.isfinite, numbers)) else None
