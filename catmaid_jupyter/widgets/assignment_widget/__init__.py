"""A student's assignments in a course."""

from catmaid_jupyter.widgets.assignment_widget.assignment_widget import AssignmentWidget

__all__ = ["AssignmentWidget"]
