"""Edits of volumes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from catmaid_jupyter.edits.base import Applied, Edit, JsonObject, counted, derived_key
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
        back = DeleteVolumes([int(answer["volume_id"])])
        return Applied(answer=answer, text="add a volume", inverse=(back,))


class DeleteVolumes(Edit[JsonObject], frozen=True):
    """Delete volumes, one after the other. It cannot be taken back on servers that keep no history."""

    route: ClassVar[str] = "volumes"

    volume_ids: Sequence[int]

    async def _apply(self, site: Site, key: str) -> Applied:
        for volume_id in self.volume_ids:
            part = derived_key(key, str(volume_id))
            await site.write(f"volumes/{volume_id}/", {}, state=self.state, key=part, method="DELETE")
        return Applied(answer={"volume_ids": [*self.volume_ids]}, text=f"delete {counted(self.volume_ids, 'volume')}")


class VolumeCalls(EditCalls):
    """The edits of this module as calls."""

    add_volume = EditCall(AddVolume)
    delete_volumes = EditCall(DeleteVolumes)
