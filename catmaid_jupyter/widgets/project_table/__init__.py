"""What tables of a project's neurons, nodes and connectors share."""

from catmaid_jupyter.widgets.project_table.content import TableContent, shown_column
from catmaid_jupyter.widgets.project_table.project_table import (
    ProjectTable,
    RowAction,
    RowPlace,
    RowQuestion,
    TableControl,
)

__all__ = ["ProjectTable", "RowAction", "RowPlace", "RowQuestion", "TableContent", "TableControl", "shown_column"]
