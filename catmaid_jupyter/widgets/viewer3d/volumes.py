"""Volumes that a 3D viewer shows: how users name them, and their surfaces as pages get them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import count
from typing import Any, Final, TypedDict

import numpy as np

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.naming import did_you_mean, listed
from catmaid_jupyter.client.selection.colors import in_turn, rgba_of, text_of
from catmaid_jupyter.client.space.space_tables import read_volume, volume_table
from catmaid_jupyter.client.space.volume import NOT_SAVED, Volume
from catmaid_jupyter.widgets.rpc import Buffers

_OPACITY: Final = 0.1
_LOOK: Final = ("color", "opacity", "wireframe")


class ShownVolume(TypedDict):
    """A volume and its look: `color` is `#rrggbb`, `opacity` 0 to 1, `wireframe`: its edges only."""

    id: int
    name: str
    color: str
    opacity: float
    wireframe: bool


class UnsavedVolumes:
    """Volumes that a viewer shows and no server has, by ids below 0 that the viewer gives them."""

    def __init__(self) -> None:
        self._volumes: dict[int, Volume] = {}
        self._ids = count(-1, -1)

    def __getitem__(self, volume_id: int) -> Volume:
        try:
            return self._volumes[volume_id]
        except KeyError:
            raise NotFound(f"There is no volume {volume_id} in this viewer.") from None

    @property
    def names(self) -> dict[int, str]:
        """Names by id."""
        return {volume_id: volume.name for volume_id, volume in self._volumes.items()}

    def id_of(self, volume: Volume) -> int:
        """The id of a volume, from now on if it has none yet."""
        for volume_id, known in self._volumes.items():
            if known is volume:
                return volume_id
        volume_id = next(self._ids)
        self._volumes[volume_id] = volume
        return volume_id

    def keep_only(self, volume_ids: Collection[int]) -> None:
        """Let go of all others."""
        self._volumes = {one: volume for one, volume in self._volumes.items() if one in volume_ids}


async def shown_volumes(place: Place, volumes: Any, unsaved: UnsavedVolumes) -> list[ShownVolume]:
    """The volumes that are meant by ids, names, `Volume`s, and dicts of `id` or `name` with a look.

    unsaved : gets the `Volume`s that are not saved.

    `NotFound` for a volume that does not exist; `InvalidInput` for a name that several have, and for a look that is
    none.
    """
    given = [volumes] if isinstance(volumes, int | str | Volume | Mapping) else list(volumes)
    if not given:
        return []
    given = [_with_id(one, unsaved) for one in given]
    names = await names_of_volumes(place)
    colors = [text_of(int(one)) for one in in_turn(len(given))]
    return [_shown(one, {**names, **unsaved.names}, color) for one, color in zip(given, colors, strict=True)]


async def names_of_volumes(place: Place) -> dict[int, str]:
    """Names of a project's volumes, by id."""
    table = await volume_table(place)
    return dict(zip(table["id"].tolist(), table["name"].tolist(), strict=True))


async def surface(place: Place, volume_id: int, unsaved: UnsavedVolumes) -> Buffers:
    """A surface: `{corner}` (nm), vertices relative to it as float32 and corners of triangles as uint32."""
    return surface_buffers(await shown_volume(place, volume_id, unsaved))


async def shown_volume(place: Place, volume_id: int, unsaved: UnsavedVolumes) -> Volume:
    """A volume by its id in a viewer, saved or not; `NotFound` if there is none."""
    return unsaved[volume_id] if volume_id < 0 else await read_volume(place, volume_id)


def surface_buffers(volume: Volume) -> Buffers:
    """The surface of a volume, as pages get it: see `surface`."""
    corner = volume.box[0] if len(volume.vertices) else np.zeros(3)
    vertices = (volume.vertices - corner).astype("<f4")
    return Buffers({"corner": corner.tolist()}, [vertices.tobytes(), volume.faces.astype("<u4").tobytes()])


def _with_id(given: Any, unsaved: UnsavedVolumes) -> Any:
    """What was given, with the id of a `Volume` that is not saved in its place; also in a dict."""
    if isinstance(given, Volume) and given.id == NOT_SAVED:
        return unsaved.id_of(given)
    if isinstance(given, Mapping) and isinstance(given.get("id"), Volume):
        return {**given, "id": _with_id(given["id"], unsaved)}
    return given


def _shown(given: Any, names: Mapping[int, str], color: str) -> ShownVolume:
    look: Mapping[str, Any] = {}
    if isinstance(given, Mapping):
        unknown = [name for name in given if name not in (*_LOOK, "id", "name")]
        if unknown:
            raise InvalidInput(f"A volume has no {unknown[0]!r:.50}: it has id or name, {', '.join(_LOOK)}.")
        look, given = given, given.get("id", given.get("name"))
    volume_id = _id_of(given, names, str(look.get("name", "")))
    opacity = look.get("opacity", _OPACITY)
    if isinstance(opacity, bool) or not isinstance(opacity, int | float) or not 0 <= opacity <= 1:
        raise InvalidInput(f"The opacity of a volume is a number from 0 to 1, not {opacity!r:.50}.")
    color = text_of(rgba_of(look["color"]) | 0xFF) if "color" in look else color
    return {
        "id": volume_id,
        "name": names[volume_id],
        "color": color,
        "opacity": float(opacity),
        "wireframe": bool(look.get("wireframe", False)),
    }


def _id_of(given: Any, names: Mapping[int, str], name: str) -> int:
    """The id of what was given; `name`: what it was called, if that is known."""
    if isinstance(given, Volume):
        given, name = given.id, given.name
    if isinstance(given, str):
        found = [volume_id for volume_id, name in names.items() if name == given and volume_id >= 0]
        if not found:
            raise NotFound(f"There is no volume {given!r:.200} in this project.{_others(given, names)}")
        if len(found) > 1:
            raise InvalidInput(f"Several volumes are called {given!r:.200}; choose one by its id: {listed(found)}.")
        return found[0]
    if isinstance(given, bool) or not isinstance(given, int | np.integer):
        raise InvalidInput(
            f"A volume is given as its id, its name or a Volume, or as a dict of these with its look, "
            f"not as {type(given).__name__} ({given!r:.60})."
        )
    if int(given) not in names:
        called = f" “{name:.80}”" if name else ""
        gone = ": it was deleted, so leave it out" if name else ""
        raise NotFound(f"There is no volume {int(given)}{called} in this project{gone}.")
    return int(given)


def _others(name: str, names: Mapping[int, str]) -> str:
    """A sentence about the volumes that there are; nothing about those that are not saved."""
    saved = sorted({one for volume_id, one in names.items() if volume_id >= 0})
    if not saved:
        return " It has no volumes: project.add_volume(…) adds one, of a file, too."
    return did_you_mean(name, saved) or f" There are: {listed(saved)}."
