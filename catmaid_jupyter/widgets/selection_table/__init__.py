"""The selection as a table: names, colours, what is shown, sizes, annotations, and what one does with them."""

from catmaid_jupyter.widgets.selection_table.selection_table import SelectionTable

__all__ = ["SelectionTable"]
