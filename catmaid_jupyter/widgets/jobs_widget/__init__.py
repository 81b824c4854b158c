"""The list of jobs: how far they are, their logs and files."""

from catmaid_jupyter.widgets.jobs_widget.jobs_widget import JobsWidget

__all__ = ["JobsWidget"]
