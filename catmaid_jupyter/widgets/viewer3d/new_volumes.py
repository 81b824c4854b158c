"""Volumes that are made by mouse: previews around nodes or synapses of neurons, which are saved by name."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from itertools import count
from typing import Any, Final, NamedTuple

import numpy as np
import traitlets
from numpy.typing import NDArray

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.naming import listed
from catmaid_jupyter.client.space.volume import NOT_SAVED, Volume
from catmaid_jupyter.client.space.volume_points import NodeFilters, body_around, content_of, points_of
from catmaid_jupyter.widgets.rpc import Buffers, method
from catmaid_jupyter.widgets.viewer3d.shown_volumes import ShowsVolumes
from catmaid_jupyter.widgets.viewer3d.stack_link import StackLink
from catmaid_jupyter.widgets.viewer3d.volumes import names_of_volumes, surface_buffers
from catmaid_jupyter.widgets.volume_layer import VolumeLayer

PREVIEW_COLOR: Final = "#ee7733"
_PREVIEW_NAME: Final = "new volume"
_WHICH_POINTS: Final = ("skeleton_ids", "of", "partner_ids", "compartment", "strahler", "distal_to", "inside")
_NUMBERS: Final = count(1)


class VolumePreview(NamedTuple):
    """A volume that a page shows and may save, by a number that is used once.

    page : by what the page calls itself.
    """

    number: int
    volume: Volume
    page: str


class NewVolumes(ShowsVolumes):
    """What a viewer does to make volumes, which it shows when they are saved."""

    _link: StackLink | None

    _preview: VolumePreview | None = None
    _preview_layer: tuple[Any, VolumeLayer] | None = None
    _outlining = traitlets.Any()
    # Of the last preview: another shape around the same points needs no reading.
    _preview_points: tuple[dict[str, Any], NDArray[np.float64]] | None = None

    @traitlets.default("_outlining")
    def _new_lock(self) -> Any:
        return threading.Lock()

    def forget_preview_points(self) -> None:
        """Read neurons again for the next preview: they may have changed."""
        self._preview_points = None

    def end_preview_outline(self) -> None:
        """Show no outline of it in the linked viewer any more."""
        with self._outlining:
            self._remove_outline()

    def _remove_outline(self) -> None:
        shown = self._preview_layer
        self._preview_layer = None
        if shown is None:
            return
        viewer, layer = shown
        # Whoever called show_volumes meanwhile has taken the layer for other volumes.
        if [one.name for one in layer.volumes] == [_PREVIEW_NAME]:
            viewer.layers = [one for one in viewer.layers if one is not layer]
            layer.close()

    @method
    async def _preview_volume(self, params: dict[str, Any]) -> Buffers:
        """A volume around points of neurons, to be saved by its number.

        ``{skeleton_ids, of, partner_ids, compartment, strahler, distal_to, inside}``: which points, and ``{shape,
        alpha, margin}``, as of `Project.volume_around`; ``{combination, other}``: its `union` or `intersection` with
        another volume, or none; ``{page}``: by what the page calls itself. Volumes are names or ids. The result is
        that of `surface` with `number`, `points` (how many) and `content` (nm³).
        """
        volume, points = await asyncio.to_thread(self._volume_of, params)
        # Of a request that was cancelled meanwhile, nothing is shown.
        self._preview = preview = VolumePreview(next(_NUMBERS), volume, str(params.get("page", "")))
        await asyncio.to_thread(self._outline, preview)
        answer = surface_buffers(volume)
        about = {"number": preview.number, "points": points, "content": content_of(volume.vertices, volume.faces)}
        return Buffers({**answer.result, **about}, answer.buffers)

    @method
    async def _save_volume(self, params: dict[str, Any]) -> dict[str, Any]:
        """Save the volume of a preview: ``{number, name}``; it is shown from then on. Its id and name."""
        return await asyncio.to_thread(self._saved_volume, int(params["number"]), str(params["name"]).strip())

    @method("end_preview")
    async def _end_preview_of_page(self, params: dict[str, Any]) -> None:
        """A page shows no preview any more, nor any that is being made: ``{page}``, as it called itself."""
        if self._preview is not None and self._preview.page == params["page"]:
            self._preview = None
            await asyncio.to_thread(self.end_preview_outline)

    def _volume_of(self, params: Mapping[str, Any]) -> tuple[Volume, int]:
        """What is chosen, and around how many points."""
        points = self._points_of(params)
        alpha, margin = params.get("alpha"), float(params.get("margin") or 0)
        surface = body_around(points, str(params["shape"]), alpha=alpha, margin=margin)
        volume = Volume(NOT_SAVED, _PREVIEW_NAME, "", *surface)
        return self._combined(volume, params.get("combination"), params.get("other")), len(points)

    def _combined(self, volume: Volume, combination: Any, other: Any) -> Volume:
        match combination:
            case None:
                return volume
            case "union":
                return volume.union(self._volume_called(other), name=_PREVIEW_NAME)
            case "intersection":
                return volume.intersection(self._volume_called(other), name=_PREVIEW_NAME)
            case _:
                raise InvalidInput(f"Volumes are combined by union or intersection, not by {combination!r:.60}.")

    def _volume_called(self, text: Any) -> Volume:
        """A volume by its name, or else by its id, both as text: names may be digits, too."""
        name = str(text)
        try:
            found: Volume = self.project.volume(name)
        except NotFound:
            if not name.isdecimal():
                raise
            found = self.project.volume(int(name))
        return found

    def _points_of(self, params: Mapping[str, Any]) -> NDArray[np.float64]:
        choice = {name: params.get(name) for name in _WHICH_POINTS}
        if self._preview_points is not None and self._preview_points[0] == choice:
            return self._preview_points[1]
        inside, strahler = choice["inside"], choice["strahler"]
        filters = NodeFilters(
            choice["compartment"],
            None if strahler is None else (strahler[0], strahler[1]),
            choice["distal_to"],
            None if inside is None else self._volume_called(inside),
        )
        neurons, partners = list(choice["skeleton_ids"] or ()), choice["partner_ids"]
        points = points_of(self.project.place, neurons, str(choice["of"]), filters, partners)
        self._preview_points = choice, points
        return points

    def _outline(self, preview: VolumePreview) -> None:
        """Show it in the sections of the linked viewer, unless the page shows it no more."""
        with self._outlining:
            if self._preview is preview:
                self._show_outline(preview.volume)

    def _show_outline(self, volume: Volume) -> None:
        viewer = None if self._link is None else self._link.viewer
        if self._preview_layer is not None and self._preview_layer[0] is viewer:
            self._preview_layer[1].show({volume: PREVIEW_COLOR})
        elif viewer is not None:
            layer = VolumeLayer(self.project, {volume: PREVIEW_COLOR})
            self._preview_layer = viewer, layer
            viewer.layers = [*viewer.layers, layer]

    def _saved_volume(self, number: int, name: str) -> dict[str, Any]:
        preview = self._preview
        if preview is None or preview.number != number:
            raise InvalidInput("Another volume is shown by now: look at it, then save it.")
        if not name:
            raise InvalidInput("A volume needs a name.")
        taken = loop.run(names_of_volumes(self.project.place))
        same = [volume_id for volume_id, known in taken.items() if known == name]
        if same:
            raise InvalidInput(f"There is a volume “{name:.80}” already ({listed(same)}). Give it another name.")
        saved = self.project.add_volume(preview.volume, name)
        self._preview = None
        self.end_preview_outline()
        self.leave_out_deleted_volumes()
        self.volumes = [*self.volumes, {"id": saved.id, "color": PREVIEW_COLOR}]
        return {"id": saved.id, "name": saved.name}
