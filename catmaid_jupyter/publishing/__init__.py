"""Pages that show widgets without a kernel, a service and a network."""

from catmaid_jupyter.publishing.published_figure import figure
from catmaid_jupyter.publishing.publishing import publish

__all__ = ["figure", "publish"]
