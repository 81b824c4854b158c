"""How an image is shown: what a browser changes by itself, without asking for the image again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import traitlets

from catmaid_jupyter.client.selection.colors import rgba_of
from catmaid_jupyter.widgets.traits import FiniteFloat
from catmaid_wire.image_looks import COLOR_MAPS, GREYS

_COLORS_OF_A_MAP: Final = 33
_MOST_COLORS: Final = 256


class ColorMapTrait(traitlets.TraitType[Any, Any]):
    """A colour map of images: a name, or colours from black to white."""

    info_text = (
        f"{', '.join(COLOR_MAPS)}, another colour map of matplotlib, or 2 to {_MOST_COLORS} colours from black to white"
    )
    default_value = "gray"

    def validate(self, obj: Any, value: Any) -> str | list[str]:
        """Read a colour map; `TraitError` for anything else."""
        if isinstance(value, str) and value in COLOR_MAPS:
            return value
        try:
            colors = [f"#{rgba_of(color) >> 8:06x}" for color in _in_order(value)]
        except (TypeError, ValueError):
            colors = []
        if not 2 <= len(colors) <= _MOST_COLORS:
            self.error(obj, value)
        return colors


def _in_order(given: Any) -> Iterable[Any]:
    """Colours from black to white. `ValueError` for the name of no colour map."""
    import matplotlib as mpl  # noqa: PLC0415  slow to import, and most images are shown as they are

    if isinstance(given, str) and given not in mpl.colormaps:
        raise ValueError(given)
    color_map = mpl.colormaps[given] if isinstance(given, str) else given
    if not isinstance(color_map, mpl.colors.Colormap):
        return list(given)
    return [mpl.colors.to_hex(color_map(share)) for share in np.linspace(0, 1, _COLORS_OF_A_MAP)]


class ThresholdTrait(traitlets.TraitType[tuple[float, float] | None, Any]):
    """Two grey values, 0 to 255, the lower one first; or None."""

    info_text = "two grey values from 0 to 255, the lower one first, or None"
    default_value = None

    def validate(self, obj: Any, value: Any) -> tuple[float, float] | None:
        """Read two values; `TraitError` for anything else."""
        if value is None:
            return None
        if isinstance(value, Iterable) and not isinstance(value, str | bytes):
            try:
                low, high = (float(number) for number in value)
            except (TypeError, ValueError):
                low, high = 1.0, 0.0
            if GREYS[0] <= low <= high <= GREYS[1]:
                return low, high
        self.error(obj, value)
        raise AssertionError("error() always raises")


class HasImageLook(traitlets.HasTraits):
    """Traits of what shows images. A browser follows them at once; no image is asked for again."""

    opacity = FiniteFloat(1.0, min=0.0, max=1.0).tag(sync=True)
    """Opacity of the image, 0 to 1."""

    brightness = FiniteFloat(1.0, min=0.0).tag(sync=True)
    """Factor on the image's brightness; 1 as it is."""

    contrast = FiniteFloat(1.0, min=0.0).tag(sync=True)
    """Factor on the image's contrast about mid-grey; 1 as it is."""

    invert = traitlets.Bool(False).tag(sync=True)
    """Show dark as bright."""

    color_map = ColorMapTrait().tag(sync=True)
    """Colours from black to white: `gray`, `green`, `magma` and so on, one of matplotlib, or a list of colours."""

    threshold = ThresholdTrait().tag(sync=True)
    """Grey values (0 to 255, as the image comes) between which it is shown: (low, high), the rest is transparent.
    None: all."""
