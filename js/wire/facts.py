"""Print as JSON what the front end takes from `catmaid_wire`, by the file that it is written to."""

from __future__ import annotations

import json
import sys

from catmaid_wire import columns, commands, edits, errors, image_looks, key_chords, relations

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

_FACTS = {
    "NODE_COLUMNS": columns.NODES,
    "CONNECTOR_COLUMNS": columns.CONNECTORS,
    "LINK_COLUMNS": columns.LINKS,
    "RELATION": {name: getattr(relations, name) for name in _LINK_RELATIONS},
    "EDIT_KEYS": {"KEPT_DAYS": edits.KEYS_KEPT_DAYS},
    "COLOR_MAPS": dict(image_looks.COLOR_MAPS),
    "BLENDS": dict(image_looks.BLENDS),
    "ERROR_CODE": {code.name: code.value for code in errors.Code},
}

_COMMANDS = {
    "COMMANDS": {
        command.name: {
            "group": command.group,
            "what": command.what,
            "keys": command.keys,
            "repeats": command.repeats,
        }
        for command in commands.COMMANDS.values()
    },
    "KEYED_TAGS": {name: tag for name, _, tag in commands.KEYED_TAGS},
    "COMPANY": commands.COMPANY,
    "NAMED_KEYS": dict(key_chords.NAMED_KEYS),
    "RESERVED_KEYS": dict(key_chords.RESERVED_KEYS),
}

if __name__ == "__main__":
    json.dump({"facts.ts": _FACTS, "commands.ts": _COMMANDS}, sys.stdout)
