"""Several widgets in one layout, which are saved and opened as one."""

from catmaid_jupyter.widgets.workspace.opening import open_workspace
from catmaid_jupyter.widgets.workspace.workspace import Workspace

__all__ = ["Workspace", "open_workspace"]
