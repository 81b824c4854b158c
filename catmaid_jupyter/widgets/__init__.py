"""Widgets for notebooks, each with a front-end module of its own."""

from catmaid_jupyter.widgets.base import Layer, Widget
from catmaid_jupyter.widgets.stack_viewer.viewer import StackViewer
from catmaid_jupyter.widgets.tracing_layer.layer import TracingLayer

__all__ = ["Layer", "StackViewer", "TracingLayer", "Widget"]
