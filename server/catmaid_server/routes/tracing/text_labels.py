"""Text labels on the image."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.tracing import text_labels
from catmaid_server.domain.tracing.text_labels import TextLabel
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, Permission, Routes

routes = Routes()


class NewTextLabel(msgspec.Struct):
    """A label: colour as red, green, blue, alpha, 0 to 1; place in nm."""

    text: str = "Edit this text..."
    type: str = "text"
    r: float = 1.0
    g: float = 0.5
    b: float = 0.0
    a: float = 1.0
    font_name: str | None = None
    font_style: str = "bold"
    font_size: float = 32.0
    scaling: str = "0"
    """Whether the text shrinks with the image: 1 or 0."""
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0


class EditTextLabel(msgspec.Struct):
    """What to change of the label `tid`."""

    tid: int | None = None
    text: str | None = None
    type: str | None = None
    r: float | None = None
    g: float | None = None
    b: float | None = None
    a: float | None = None
    font_name: str | None = None
    font_style: str | None = None
    font_size: float | None = None
    scaling: str | None = None
    """Whether the text shrinks with the image: 1 or 0."""
    x: float | None = None
    """The place is changed if x, y and z are all given."""
    y: float | None = None
    z: float | None = None


class OneTextLabel(msgspec.Struct):
    """A label."""

    tid: int | None = None


class LabelsInView(msgspec.Struct):
    """A rectangle of one section of the stack `sid`, in nm."""

    sid: int = 0
    z: float = 0.0
    top: float = 0.0
    left: float = 0.0
    width: float = 0.0
    height: float = 0.0
    scale: float = 1.0
    """How large a pixel of the image is shown; with `resolution`, labels that are too small to read are left out."""
    resolution: float = 1.0
    """nm per pixel."""


@routes.any("/{project_id}/textlabel/create", needs=Permission.ANNOTATE, label="textlabels.create")
async def create_text_label(call: Call, form: NewTextLabel) -> dict[str, int]:
    """Put text on the image."""
    values = msgspec.structs.asdict(form)
    color = [values.pop(channel) for channel in "rgba"]
    values["scaling"] = _is_on(form.scaling)
    return {"tid": await text_labels.create_label(call.tx, call.project_id, color=color, **values)}


@routes.any("/{project_id}/textlabel/update", needs=Permission.ANNOTATE, label="textlabels.update")
async def update_text_label(
    call: Call, form: EditTextLabel
) -> Annotated[web.Response, Content(str, "text/html", about="A blank.")]:
    """Change a text label."""
    values = msgspec.structs.asdict(form)
    values["scaling"] = None if form.scaling is None else _is_on(form.scaling)
    if None in (form.x, form.y, form.z):
        values |= {"x": None, "y": None, "z": None}
    await text_labels.update_label(call.tx, call.project_id, values.pop("tid"), **values)
    return web.Response(text=" ", content_type="text/html")


@routes.any("/{project_id}/textlabel/delete", needs=Permission.ANNOTATE, label="textlabels.delete")
async def delete_text_label(call: Call, form: OneTextLabel) -> dict[str, str]:
    """Delete a text label; one that is gone already is no error."""
    await text_labels.delete_label(call.tx, call.project_id, form.tid)
    return {"message": "Success."}


@routes.any("/{project_id}/textlabel/all", needs=Permission.BROWSE)
async def list_text_labels(call: Call, form: LabelsInView) -> dict[int, TextLabel]:
    """List the text labels in view, numbered."""
    async with call.reading() as connection:
        found = await text_labels.labels_in_section(
            connection,
            call.project_id,
            form.sid,
            left=form.left,
            top=form.top,
            width=form.width,
            height=form.height,
            z=form.z,
            scale=form.scale / form.resolution if form.resolution else 0.0,
        )
    return dict(enumerate(found))


def _is_on(text: str) -> bool:
    if text.strip().lower() not in ("0", "1", "true", "false", ""):
        raise InvalidInput(f"scaling is 1 or 0, not {text!r}.")
    return text.strip().lower() in ("1", "true")
