"""The history table: who did what in a project, to look at, go to, compare and take back."""

from catmaid_jupyter.widgets.history_table.history_table import HistoryTable

__all__ = ["HistoryTable"]
