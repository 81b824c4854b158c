"""A table of points to proofread."""

from catmaid_jupyter.widgets.proofreading_table.proofreading_table import ProofreadingTable

__all__ = ["ProofreadingTable"]
