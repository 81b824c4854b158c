"""Taking versions back from the history table: what would change, what is in the way, and what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypedDict

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client import history

_TABLES: Final = {
    "annotation_link": "annotations on neurons",
    "connector_link": "links",
    "node_label": "tags on nodes",
    "review": "reviews",
    "textlabel": "text labels",
}
_ROWS_AT_ONCE: Final = 10_000


class TableChange(TypedDict):
    """How many rows of a table versions created, changed and deleted."""

    table: str
    created: int
    changed: int
    deleted: int


class InTheWay(TypedDict):
    """A row that somebody changed since. `time` is ISO text, None if it is not known."""

    what: str
    version: int
    user: str
    time: str | None


class TakeBackPreview(TypedDict):
    """What taking versions back would change, and what is in the way."""

    versions: list[int]
    changes: list[TableChange]
    conflicts: list[InTheWay]
    not_allowed: str
    """Why the user may not, in a sentence; empty if they may."""


async def preview(place: Place, versions: Sequence[int]) -> TakeBackPreview:
    """What taking versions back would change; `InvalidInput` if they changed nothing that can be taken back."""
    wanted = _wanted(versions)
    found = await history.revert(place, wanted, dry_run=True)
    changes: list[TableChange] = [
        {
            "table": _table(row["table"]),
            "created": int(row["created"]),
            "changed": int(row["changed"]),
            "deleted": int(row["deleted"]),
        }
        for row in found.to_dict("records")
    ]
    if not changes:
        raise InvalidInput(f"{named(wanted).capitalize()} changed nothing that can be taken back.")
    return {
        "versions": wanted,
        "changes": changes,
        "conflicts": [_conflict(row) for row in found.attrs["conflicts"]],
        "not_allowed": found.attrs["not_allowed"],
    }


async def take_back(place: Place, versions: Sequence[int]) -> str:
    """Take versions back, all or none; says so in a sentence."""
    wanted = _wanted(versions)
    await history.revert(place, wanted, dry_run=False)
    return f"Taken back: {named(wanted)}."


def named(versions: Sequence[int]) -> str:
    """Versions in words: `version 3`, `versions 3, 4 and 5`, `versions 3, 4, 5, … (12 together)`."""
    if len(versions) == 1:
        return f"version {versions[0]}"
    if len(versions) <= 5:
        return f"versions {', '.join(map(str, versions[:-1]))} and {versions[-1]}"
    return f"versions {', '.join(map(str, versions[:3]))}, … ({len(versions)} together)"


def _wanted(versions: Sequence[int]) -> list[int]:
    if not versions:
        raise InvalidInput("Select at least one version to take back.")
    if len(versions) > _ROWS_AT_ONCE:
        raise InvalidInput(f"Select at most {_ROWS_AT_ONCE} versions to take back at once, not {len(versions)}.")
    return sorted({int(version) for version in versions})


def _table(name: str) -> str:
    words = name.replace("_", " ")
    return _TABLES.get(name, words if words.endswith("s") else f"{words}s")


def _conflict(row: Mapping[str, Any]) -> InTheWay:
    key = " ".join(map(str, row["key"].values()))
    return {
        "what": f"{row['table'].replace('_', ' ')} {key} {row['reason']}",
        "version": row["version"],
        "user": row["username"],
        "time": row["time"],
    }
