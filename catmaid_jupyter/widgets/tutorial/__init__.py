"""The tutorial in tracing."""

from catmaid_jupyter.widgets.tutorial.tutorial import Tutorial

__all__ = ["Tutorial"]
