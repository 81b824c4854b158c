"""The projects of a server: look, filter, choose and open one."""

from catmaid_jupyter.widgets.project_browser.project_browser import ProjectBrowser

__all__ = ["ProjectBrowser"]
