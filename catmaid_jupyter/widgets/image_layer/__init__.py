"""Images of other stacks over those of a stack viewer."""

from catmaid_jupyter.widgets.image_layer.layer import ImageLayer

__all__ = ["ImageLayer"]
