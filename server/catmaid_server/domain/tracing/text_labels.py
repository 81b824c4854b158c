"""Text labels: text on the image, at a place in project space."""

from __future__ import annotations

import math
from typing import Any, TypedDict

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput

sql = load("tracing/text_labels")

TYPES = ("text", "bubble")


class TextLabel(TypedDict):
    """A text label; colour by `r`, `g`, `b` (0 to 255) and `a` (0 to 1), location by `x`, `y` and `z` in nm."""

    tid: int
    type: str
    text: str
    font_name: str | None
    font_style: str | None
    font_size: float
    scaling: int
    z_diff: int
    colour: dict[str, float]
    location: dict[str, float]


async def create_label(tx: Connection, project_id: int, **values: Any) -> int:
    """Make a label; an unknown type counts as `text`. Its id."""
    if values["type"] not in TYPES:
        values["type"] = TYPES[0]
    label_id: int = await fetch_value(tx, sql.create, project_id=project_id, **values)
    return label_id


async def update_label(tx: Connection, project_id: int, label_id: int | None, **values: Any) -> None:
    """Change what is not None, an unknown type to `text`; `InvalidInput` if there is no such label here."""
    if values["type"] is not None and values["type"] not in TYPES:
        values["type"] = TYPES[0]
    if await fetch_value(tx, sql.update, project_id=project_id, label_id=label_id, **values) is None:
        raise InvalidInput(f"There is no text label {label_id} in project {project_id}.")


async def delete_label(tx: Connection, project_id: int, label_id: int | None) -> None:
    """Delete a label, if the project has it still; `InvalidInput` if none is named."""
    if label_id is None:
        raise InvalidInput("Parameter tid is the text label to delete.")
    await tx.execute(sql.delete, {"project_id": project_id, "label_id": label_id})


async def labels_in_section(
    connection: Connection,
    project_id: int,
    stack_id: int,
    *,
    left: float,
    top: float,
    width: float,
    height: float,
    z: float,
    scale: float,
) -> list[TextLabel]:
    """The labels of one section of a stack in a rectangle, all nm, that can be read at this scale (px/nm)."""
    rows = await fetch_all(
        connection,
        sql.in_section,
        project_id=project_id,
        stack_id=stack_id,
        left=left,
        top=top,
        width=width,
        height=height,
        z=z,
        scale=scale,
    )
    return [
        {
            "tid": label_id,
            "type": label_type,
            "text": text,
            "font_name": font_name,
            "font_style": font_style,
            "font_size": font_size,
            "scaling": int(scaling),
            "z_diff": 0,
            "colour": dict(zip("rgba", (*(math.floor(255 * part) for part in color[:3]), color[3]), strict=True)),
            "location": {"x": x, "y": y, "z": at_z},
        }
        for label_id, label_type, text, font_name, font_style, font_size, scaling, color, x, y, at_z in rows
    ]
