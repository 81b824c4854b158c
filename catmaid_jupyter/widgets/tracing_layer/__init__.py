"""The layer on which people trace: treenodes, edges and connectors over a stack viewer's image, and their edits."""

from catmaid_jupyter.widgets.tracing_layer.layer import TracingLayer

__all__ = ["TracingLayer"]
