"""The annotations of a project as a tree in a notebook."""

from catmaid_jupyter.widgets.annotation_browser.annotation_browser import AnnotationBrowser

__all__ = ["AnnotationBrowser"]
