"""Print as JSON what the front end takes from `catmaid_wire`: columns, relations, error codes and edits."""

from __future__ import annotations

import json
import sys

from catmaid_wire import columns, edits, errors, relations

_LINK_RELATIONS = (
    "PRESYNAPTIC",
    "POSTSYNAPTIC",
    "GAP_JUNCTION",
    "TIGHT_JUNCTION",
    "DESMOSOME",
    "ABUTTING",
    "ATTACHED",
    "CLOSE",
)

FACTS = {
    "NODE_COLUMNS": columns.NODES,
    "CONNECTOR_COLUMNS": columns.CONNECTORS,
    "LINK_COLUMNS": columns.LINKS,
    "RELATION": {name: getattr(relations, name) for name in _LINK_RELATIONS},
    "EDIT_KEYS": {"KEPT_DAYS": edits.KEYS_KEPT_DAYS},
    "ERROR_CODE": {code.name: code.value for code in errors.Code},
}

if __name__ == "__main__":
    json.dump(FACTS, sys.stdout)
