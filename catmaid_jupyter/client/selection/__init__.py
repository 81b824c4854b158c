"""Selections: the neurons that a person works with, shared by Python and all widgets."""

from catmaid_jupyter.client.selection.changes import SelectionChange
from catmaid_jupyter.client.selection.selection import Selection

__all__ = ["Selection", "SelectionChange"]
