"""A table of how much of neurons is reviewed."""

from catmaid_jupyter.widgets.review_table.review_table import ReviewTable

__all__ = ["ReviewTable"]
