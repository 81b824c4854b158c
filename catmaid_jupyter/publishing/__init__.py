"""Pages that show widgets without a kernel, a service and a network."""

from catmaid_jupyter.publishing.publishing import publish

__all__ = ["publish"]
