"""The model through which pages share a selection; it has no view."""

from catmaid_jupyter.widgets.selection_model.model import SelectionModel

__all__ = ["SelectionModel"]
