"""Workspaces as they are saved: one JSON object, without addresses, tokens and who saved it."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from catmaid_jupyter.api.errors import InvalidInput

_NUMBER: Final = 1
"""Of the form; a reader knows this one and those before."""

LayoutKind = Literal["rows", "tabs"]


class SelectionRecord(msgspec.Struct):
    """A selection in columns: a row for each skeleton, with what was known of it when it was saved."""

    ids: list[int]
    names: list[str]
    nodes: list[int]
    colors: list[str]
    flags: list[int]
    active: int | None = None


class WidgetRecord(msgspec.Struct):
    """A widget: the name of its class, its traits, and what else it is made of."""

    kind: str
    traits: dict[str, Any]
    parts: dict[str, Any]


class VersionRecord(msgspec.Struct):
    """The version at which a project was looked at; pin: the name by which it was named, if any."""

    version: int
    pin: str | None = None


class WorkspaceRecord(msgspec.Struct, kw_only=True):
    """A workspace; its fields are what is in the JSON."""

    format: Literal["catmaid_jupyter workspace"] = "catmaid_jupyter workspace"
    number: int = _NUMBER
    saved: str
    """When it was saved: ISO text, UTC."""
    project: str
    """Title."""
    project_id: int
    database: str | None
    """What tells the database from others; None where that is not told."""
    as_of: VersionRecord | None
    layout: LayoutKind
    rows: list[list[str]]
    """Names of the widgets that are shown, row by row; of tabs, all in one row."""
    widgets: dict[str, WidgetRecord]
    selections: dict[str, SelectionRecord]
    left_out: list[str] = []
    """What could not be saved, in sentences."""

    def as_json(self) -> dict[str, Any]:
        """As plain values, such as JSON gives them."""
        plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return plain

    @classmethod
    def of(cls, value: Any) -> WorkspaceRecord:
        """Read a workspace from JSON values; `InvalidInput` for what is none."""
        if not isinstance(value, dict) or value.get("format") != "catmaid_jupyter workspace":
            raise InvalidInput("This is no workspace of catmaid_jupyter: ws.save(…) or ws.state makes one.")
        number = value.get("number")
        if not isinstance(number, int) or number > _NUMBER:
            raise InvalidInput(
                f"The workspace was saved by a newer version of catmaid_jupyter (form {number!r:.20}): install that."
            )
        try:
            found = msgspec.convert(value, cls)
        except msgspec.ValidationError as error:
            raise InvalidInput(f"The workspace is damaged: {error}") from None
        for name, one in found.selections.items():
            if len({len(column) for column in (one.ids, one.names, one.nodes, one.colors, one.flags)}) > 1:
                raise InvalidInput(f"The workspace is damaged: the columns of selection {name!r:.60} differ in length.")
        return found
