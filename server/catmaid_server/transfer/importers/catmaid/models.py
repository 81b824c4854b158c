"""The rows of CATMAID's tables, in the words of its export files: a struct for each model that is kept here.

Fields are called as in the files; their order is that of the columns of the staging tables
(`sql/transfer/catmaid_staging.sql`).
A reference is an id; one to a user may also be a name, alone or in a list.
"""

from __future__ import annotations

from typing import Any

from catmaid_server.transfer.importers.catmaid import graph_models, sampler_models, site_models, tracing_models
from catmaid_server.transfer.importers.catmaid.base import Row

_MODULES = (tracing_models, sampler_models, graph_models, site_models)
_ACCOUNTS = {"User": "auth.user", "UserGroups": "auth.user_groups", "Group": "auth.group"}


def _kinds() -> dict[str, type[Row]]:
    return {
        _ACCOUNTS.get(name, f"catmaid.{name.lower()}"): kind
        for module in _MODULES
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, Row) and kind.__module__ == module.__name__
    }


MODELS: dict[str, type[Row]] = _kinds()
"""Struct of each model that is kept, by the name that export files give it."""

REPEATED = frozenset({
    "catmaid.concept", "catmaid.location", "catmaid.relationinstance", "catmaid.restriction",
    "catmaid.samplerconnectorstate", "catmaid.samplerdomaintype", "catmaid.samplerintervalstate",
    "catmaid.samplerstate", "catmaid.skeletonsummary", "catmaid.statssummary",
})  # fmt: skip
"""Models whose rows repeat or sum up what others say, or are the same everywhere; nothing is lost without them."""

_FIELD_OF_COLUMN = {"class_id": "class_column"}


def model_of_table(table: str) -> str:
    """What export files call the rows of one of CATMAID's tables."""
    if table.startswith("auth_"):
        return table.replace("_", ".", 1)
    return "catmaid." + table.removeprefix("catmaid_").replace("_", "")


def fields_of_columns(model: str, row: dict[str, Any]) -> dict[str, Any]:
    """The fields of a row that names columns as the table does: `user_id` becomes `user`."""
    known = MODELS[model].__struct_fields__ if model in MODELS else ()
    fields = {}
    for column, value in row.items():
        name = _FIELD_OF_COLUMN.get(column, column)
        fields[name if name in known else name.removesuffix("_id")] = value
    return fields
