"""The viewer of an image stack, which shows layers over the image."""

from catmaid_jupyter.widgets.stack_viewer.viewer import StackViewer

__all__ = ["StackViewer"]
