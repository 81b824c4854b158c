"""What a 3D viewer has to show volumes: the trait, their surfaces for pages, and what becomes of deleted ones."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import traitlets

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.events import Change
from catmaid_jupyter.client.naming import listed
from catmaid_jupyter.widgets.rpc import Buffers, method
from catmaid_jupyter.widgets.viewer3d.volumes import (
    ShownVolume,
    UnsavedVolumes,
    names_of_volumes,
    shown_volumes,
    surface,
)

_MAY_DELETE: Final = frozenset({"volumes.delete", "versions.revert", "reconnected"})
"""Labels of changes after which a volume may be gone."""


class ShowsVolumes(traitlets.HasTraits):
    """What a viewer has to show volumes; the widget has `project` and `emit`."""

    project: Any
    emit: Any
    _unsaved: UnsavedVolumes

    volumes: traitlets.List[Any] = traitlets.List().tag(sync=True)
    """Volumes that are shown: `{"id", "name", "color", "opacity", "wireframe"}`.

    Set it to ids, names or `Volume`s, which need not be saved, or to dicts such as `{"name": "AL_R", "color": "gray",
    "opacity": 0.1}`, `{"id": hull}`. Those that are deleted on the service leave it, and pages say so.
    """

    def leave_out_deleted_volumes(self) -> None:
        """Show those no more that the service does not have any more, and let pages say which."""
        if not any(one["id"] >= 0 for one in self.volumes):
            return
        names = loop.run(names_of_volumes(self.project.place))
        gone = [one for one in self.volumes if one["id"] >= 0 and one["id"] not in names]
        if not gone:
            return
        self.volumes = [one for one in self.volumes if one not in gone]
        which = listed([f"“{one['name']:.80}” ({one['id']})" for one in gone])
        text = f"Not shown any more, since deleted: {which}."
        self.emit("notice", level="info", text=text)

    def _volumes_may_be_gone(self, change: Change) -> None:
        if change.get("label") in _MAY_DELETE and self.volumes:
            self.project.instance.submit(asyncio.to_thread(self.leave_out_deleted_volumes))

    @method
    async def _volume(self, params: dict[str, Any]) -> Buffers:
        """The surface of a volume: ``{volume_id}``; see `surface`."""
        return await surface(self.project.place, int(params["volume_id"]), self._unsaved)

    @traitlets.validate("volumes")
    def _valid_volumes(self, proposal: traitlets.Bunch) -> list[ShownVolume]:
        shown = loop.run(shown_volumes(self.project.place, proposal.value, self._unsaved))
        self._unsaved.keep_only({one["id"] for one in shown})
        return shown
