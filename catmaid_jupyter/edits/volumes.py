"""Edits of volumes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from catmaid_jupyter.edits.base import Applied, Edit, JsonObject
from catmaid_jupyter.edits.calls import EditCall, EditCalls
from catmaid_jupyter.edits.site import Site


class AddVolume(Edit[int], frozen=True):
    """Make a volume of triangles, nm; returns its id.

    name : each once in a project, at servers that ask for that.
    vertices : (x, y, z) of each.
    faces : three indices of vertices each.
    comment : what it is.
    """

    route: ClassVar[str] = "volumes/add"
    returns: ClassVar[str | None] = "volume_id"

    name: str
    vertices: Sequence[tuple[float, float, float]]
    faces: Sequence[tuple[int, int, int]]
    comment: str = ""

    async def _apply(self, site: Site, key: str) -> Applied:
        mesh = msgspec.json.encode([self.vertices, self.faces]).decode()
        form = {"title": self.name, "type": "trimesh", "comment": self.comment, "mesh": mesh}
        answer = await self._write(site, key, form, self.state)
        back = DeleteVolume(int(answer["volume_id"]))
        return Applied(answer=answer, text="add a volume", inverse=(back,))


class DeleteVolume(Edit[JsonObject], frozen=True):
    """Delete a volume. It cannot be taken back on servers that keep no history."""

    route: ClassVar[str] = "volumes/{volume_id}/"
    method: ClassVar[str] = "DELETE"

    volume_id: int

    async def _apply(self, site: Site, key: str) -> Applied:
        return Applied(answer=await self._write(site, key, {}, self.state), text="delete a volume")


class VolumeCalls(EditCalls):
    """The edits of this module as calls."""

    add_volume = EditCall(AddVolume)
    delete_volume = EditCall(DeleteVolume)
