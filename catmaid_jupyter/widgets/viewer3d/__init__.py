"""The viewer of neurons in space, linked with selections and stack viewers."""

from catmaid_jupyter.widgets.viewer3d.viewer3d import Viewer3D

__all__ = ["Viewer3D"]
