"""Give an annotation another name."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.annotation import annotation_renaming
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes

routes = Routes()


class RenameAnnotation(msgspec.Struct):
    """The name that an annotation gets."""

    name: str = ""


class AnnotationRenamed(TypedDict):
    """The names before and after."""

    old_name: str
    name: str


@routes.post("/{project_id}/annotations/{annotation_id}/rename", needs=Permission.ANNOTATE, label="annotations.rename")
async def rename_annotation(call: Call, form: RenameAnnotation) -> AnnotationRenamed:
    """Give an annotation another name, wherever it is used."""
    old_name = await annotation_renaming.rename(
        call.tx, call.project_id, call.user, call.path["annotation_id"], form.name
    )
    return {"old_name": old_name, "name": form.name.strip()}
