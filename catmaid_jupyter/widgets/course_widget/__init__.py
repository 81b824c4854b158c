"""A trainer's board of a course."""

from catmaid_jupyter.widgets.course_widget.course_widget import CourseWidget

__all__ = ["CourseWidget"]
