"""The layer of outlines: where volumes are in the section that a stack viewer shows."""

from catmaid_jupyter.widgets.volume_layer.layer import VolumeLayer

__all__ = ["VolumeLayer"]
