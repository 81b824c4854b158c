"""Outlines of volumes in the section that a stack viewer shows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

import numpy as np
import traitlets

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.selection.colors import in_turn, rgba_of, text_of
from catmaid_jupyter.client.space.volume import NOT_SAVED, Volume
from catmaid_jupyter.widgets.base import Layer
from catmaid_jupyter.widgets.rpc import Buffers, method
from catmaid_jupyter.widgets.saved_widget import PageScope, SavedAnswer, SavedWidget, counted
from catmaid_jupyter.widgets.traits import FiniteFloat
from catmaid_jupyter.widgets.view_state import StateReader, StateWriter
from catmaid_jupyter.widgets.volume_layer.outline_cache import OutlineCache

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project

Volumes: TypeAlias = "int | str | Volume | Iterable[int | str | Volume] | Mapping[int | str | Volume, Any]"
"""Volumes as users give them: by id, name or as themselves; or colours by these."""

_MOST_DEPTHS: Final = 9
_NUMBERS: Final = count(1)


class VolumeLayer(Layer):
    """Show where volumes are in the section of a `StackViewer`: their outlines, in colours, with their names.

    Parameters
    ----------
    project
        Where volumes are read that are given by id or name.
    volumes
        Volumes, which need not be saved, or `{volume: colour}`.
    traits
        Any trait of this class, such as ``opacity=0.5``.

    Raises
    ------
    NotFound
        If there is no such volume.
    InvalidInput
        For anything that is no volume or no colour.
    TypeError
        For an argument that does not exist.
    """

    _entry = "volume-layer"

    shown_volumes = traitlets.List(traitlets.Dict(), read_only=True).tag(sync=True)
    """What is shown: `{"key", "name", "color"}` of each volume; `show` changes it. A key is used once."""

    visible = traitlets.Bool(True).tag(sync=True)
    """Whether outlines are shown."""

    opacity = FiniteFloat(1.0, min=0.0, max=1.0).tag(sync=True)
    """Opacity of lines and names, 0 to 1."""

    fill_opacity = FiniteFloat(0.12, min=0.0, max=1.0).tag(sync=True)
    """Opacity of what is inside, 0 to 1."""

    line_width = FiniteFloat(1.5, min=0.0, max=20.0).tag(sync=True)
    """Width of lines, CSS pixels."""

    show_names = traitlets.Bool(True).tag(sync=True)
    """Whether the name of each volume stands at its outline."""

    def __init__(self, project: Project, volumes: Volumes = (), **traits: Any) -> None:
        self._refuse_unknown(traits)
        self.project = project
        self._volumes: dict[int, Volume] = {}
        self._outlines = OutlineCache()
        chosen = self._chosen(volumes)
        super().__init__(project.instance, **traits)
        self._set(chosen)

    @property
    def volumes(self) -> list[Volume]:
        """The volumes that are shown."""
        return [self._volumes[shown["key"]] for shown in self.shown_volumes]

    def show(self, volumes: Volumes) -> None:
        """Show these volumes instead, or `{volume: colour}`; nothing if there are none.

        `NotFound` if there is no such volume, `InvalidInput` for anything that is none.
        """
        self._set(self._chosen(volumes))

    def tell_parts(self, writer: StateWriter, /) -> dict[str, Any]:
        """The volumes that are saved, and their colours."""
        told = []
        for volume, shown in zip(self.volumes, self.shown_volumes, strict=True):
            if volume.id == NOT_SAVED:
                writer.leave_out(f"The volume {volume.name!r:.60} is left out: save it with project.add_volume.")
            else:
                told.append([volume.id, volume.name, shown["color"]])
        return {"volumes": told}

    @classmethod
    def from_parts(cls, reader: StateReader, parts: Mapping[str, Any], /) -> Self:
        """The layer of the volumes that are still there."""
        there: dict[Any, str] = {}
        for volume_id, name, color in parts["volumes"]:
            try:
                there[reader.project.volume(int(volume_id))] = str(color)
            except NotFound:
                reader.note(f"The volume {volume_id} {name!r:.60} is gone.")
        return cls(reader.project, there)

    async def saved_for_page(self, scope: PageScope) -> SavedWidget:
        """Outlines in the sections that are saved."""
        keys = [shown["key"] for shown in self.shown_volumes]
        depths = sorted({depth for box in scope.boxes for depth in box.depths})
        found = await asyncio.to_thread(self._outlines_of, keys, depths)
        outlines = Buffers({**found.result, "keys": keys, "depths": depths}, found.buffers)
        return SavedWidget([SavedAnswer.of("outlines", outlines)], content=counted(len(keys), "volume"))

    @method("outlines")
    async def _read_outlines(self, params: dict[str, Any]) -> Buffers:
        """Outlines at depths: ``{keys, depths}``, nm; unknown keys have none.

        `rings`: for each depth and each key, the numbers of points of its rings, whose x and y (float64, nm) are in
        the buffer, one after the other. `gaps`: keys of volumes whose surface has holes at one of these depths.
        """
        depths = [float(depth) for depth in params["depths"]]
        if len(depths) > _MOST_DEPTHS:
            raise InvalidInput(f"At most {_MOST_DEPTHS} sections at once.")
        return await asyncio.to_thread(self._outlines_of, [int(key) for key in params["keys"]], depths)

    def _outlines_of(self, keys: list[int], depths: list[float]) -> Buffers:
        rings: list[list[list[int]]] = []
        points: list[Any] = [np.empty((0, 2))]
        gaps: set[int] = set()
        for depth in depths:
            found = [(key, self._outlines.outline(self._volumes[key], depth)) for key in keys if key in self._volumes]
            lengths = {key: [len(ring) for ring in outline.rings] for key, outline in found}
            rings.append([lengths.get(key, []) for key in keys])
            points += [ring for _, outline in found for ring in outline.rings]
            gaps |= {key for key, outline in found if outline.gaps}
        return Buffers({"rings": rings, "gaps": sorted(gaps)}, [np.concatenate(points).astype("<f8").tobytes()])

    def _chosen(self, volumes: Volumes) -> list[tuple[Volume, int]]:
        """Volumes and their colours, 0xRRGGBBAA."""
        listed: list[Any] = [volumes] if isinstance(volumes, int | str | Volume) else _each(volumes)
        found = [one if isinstance(one, Volume) else self.project.volume(one) for one in listed]
        if isinstance(volumes, Mapping):
            return [(one, rgba_of(color)) for one, color in zip(found, volumes.values(), strict=True)]
        return list(zip(found, map(int, in_turn(len(found))), strict=True))

    def _set(self, chosen: list[tuple[Volume, int]]) -> None:
        keys = [next(_NUMBERS) for _ in chosen]
        # Pages ask as soon as they know the keys.
        self._volumes = {key: volume for key, (volume, _) in zip(keys, chosen, strict=True)}
        shown = [
            {"key": key, "name": volume.name, "color": text_of(rgba)}
            for key, (volume, rgba) in zip(keys, chosen, strict=True)
        ]
        self.set_trait("shown_volumes", shown)


def _each(volumes: Any) -> list[Any]:
    if not isinstance(volumes, Iterable):
        kind = type(volumes).__name__
        raise InvalidInput(f"Volumes are given by id, name or as Volume, or a list of these, not {kind}.")
    return list(volumes)
