"""Widgets for notebooks, each with a folder here and a front-end module of its own.

- `StackViewer`: an image stack
- `TracingLayer`: treenodes and connectors over its image
- `Widget`, `Layer`: what further widgets and layers are made of
"""

from catmaid_jupyter.widgets.base import Layer, Widget
from catmaid_jupyter.widgets.stack_viewer import StackViewer
from catmaid_jupyter.widgets.tracing_layer import TracingLayer

__all__ = ["Layer", "StackViewer", "TracingLayer", "Widget"]
