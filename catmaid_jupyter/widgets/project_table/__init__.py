"""What tables of a project's neurons, nodes and connectors share."""

from catmaid_jupyter.widgets.project_table.content import TableContent, shown_column
from catmaid_jupyter.widgets.project_table.project_table import ProjectTable, RowPlace, TableControl

__all__ = ["ProjectTable", "RowPlace", "TableContent", "TableControl", "shown_column"]
