"""The connectivity table: partners of neurons."""

from catmaid_jupyter.widgets.connectivity_table.connectivity_table import ConnectivityTable

__all__ = ["ConnectivityTable"]
