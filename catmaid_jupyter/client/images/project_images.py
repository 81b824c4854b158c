"""Image stacks of a project, in people's hands."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.frames import STACKS, frame
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.client.stack import Stack

CAPABILITY = "stacks-by-address"


class GroupMember(NamedTuple):
    """A stack of a stack group, and what it is there: `view` or `channel`."""

    stack: Stack
    relation: str


class ProjectImages(Public):
    """What `Project` does with image stacks."""

    place: Place
    title: str

    @property
    def stacks(self) -> pd.DataFrame:
        """Image stacks: id int64, title str, width, height, sections int64, resolution_x, _y, _z float64 nm."""
        found = loop.run(read_stacks(self.place))
        columns = {
            "id": [stack.id for stack in found],
            "title": [stack.title for stack in found],
            "width": [stack.dimension[0] for stack in found],
            "height": [stack.dimension[1] for stack in found],
            "sections": [stack.dimension[2] for stack in found],
            **{f"resolution_{axis}": [s.resolution[index] for s in found] for index, axis in enumerate("xyz")},
        }
        return frame(columns, STACKS)

    def stack(self, key: str | int | None = None) -> Stack:
        """A stack by title or id; without one, the project's only or first stack. `NotFound` if there is none."""
        listed = loop.run(self.place.read_json("GET", "stacks"))
        matching = [row["id"] for row in listed if key is None or key in (row["id"], row["title"])]
        if not listed:
            raise NotFound(
                f"Project {self.title!r} has no images, so there is no stack: `catmaid-jupyter import stack` "
                "and project.add_stack bring some. project.viewer shows a grid; all else needs none."
            )
        if not matching:
            known = ", ".join(repr(row["title"]) for row in listed)
            raise NotFound(f"There is no stack {key!r} in {self.title!r}. There are: {known}.")
        return loop.run(self._stack(matching[0]))

    def stack_group(self, stack_id: int | None = None, group: str | int | None = None) -> list[GroupMember]:
        """The stacks of a stack group, in its order.

        stack_id : of a stack in it; any if not given.
        group : its title or id; the first one found if not given. `NotFound` if there is none.
        """
        return loop.run(self._stack_group(stack_id, group))

    def add_stack(
        self,
        address: str | Path,
        title: str | None = None,
        *,
        mirrors: Sequence[str | Path] = (),
        dimension: Sequence[int] | None = None,
        resolution: Sequence[float] | None = None,
        translation: Sequence[float] | None = None,
        orientation: str = "xy",
        tile_source_type: int | None = None,
        file_extension: str | None = None,
        tile_size: int | Sequence[int] | None = None,
        zoom_levels: int | None = None,
        dataset: str | None = None,
        channel: int | None = None,
        window: Sequence[float] | None = None,
        gamma: float | None = None,
        labels: bool | None = None,
        token: str | None = None,
        broken_sections: Sequence[int] = (),
        comment: str = "",
        attribution: str | None = None,
    ) -> Stack:
        """Show images in the project, by their address. For its administrators; nothing is copied.

        address : a URL (`https://`, `gs://`, `s3://`, also behind `precomputed://`, `zarr://`, `n5://`) of a volume in
            Neuroglancer's precomputed format, (OME-)Zarr or N5; an address of tiles such as
            `https://example.org/{z}/{row}_{col}_{zoom}.jpg`; the address of a mirror of CATMAID's, with its
            `tile_source_type`; or the path of a volume or HDF5 file on the service's machine.
        title : by default the last part of the address.
        mirrors : other addresses of the same images, asked where the first does not answer.
        dimension, resolution, translation : (x, y, z) in pixels and sections, in nm for each, and in nm; found where
            the source says them. Tiles do not say the first two.
        orientation : the plane of the sections, `xy`, `xz` or `zy`. The three before are those of the sections.
        tile_source_type : CATMAID's number, 1 to 14.
        file_extension : how file names of tiles end; found for templates, else `jpg`.
        tile_size : pixels, or (width, height); 512 for volumes, found for tiles.
        zoom_levels : how many, from full resolution on.
        dataset : path of an array below the address, where there are several.
        channel : which of several, counted from 1.
        window, gamma : the values that become black and white, and the exponent of the grey between them. Found for
            values of more than 8 bits.
        labels : whether values are ids, to be shown in colours; found for segmentations and 32 or 64 bits.
        token : sent to the server of the images for authorization; never shown.
        broken_sections : sections, from 0, without an image.

        Returns the stack; if the project has one of the same images, that one. What was found is in `stack.notes`.
        `InvalidInput` says what is missing; `NotAllowed` if the service may not read from there.
        """
        said = {name: value for name, value in locals().items() if name not in ("self", "token")}
        return loop.run(self._add_stack(_form(**said) | {"image_token": token}))

    def remove_stack(self, stack: Stack | int | str) -> None:
        """Take a stack out of the project. For its administrators.

        stack : the stack, its id or its title. If no other project shows it, the server forgets it; images stay where
        they are.
        """
        stack_id = stack.id if isinstance(stack, Stack) else self.stack(stack).id
        self._require_by_address()
        loop.run(self.place.http.request("POST", self.place.path(f"stack/{stack_id}/remove"), form={}))

    async def _add_stack(self, form: dict[str, Any]) -> Stack:
        self._require_by_address()
        sent = {name: value for name, value in form.items() if value not in (None, [])}
        answer = await self.place.http.request("POST", self.place.path("stacks/add"), json=sent)
        added = answer.json()
        stack = await self._stack(added["stack_id"])
        return stack.with_notes(added["notes"])

    def _require_by_address(self) -> None:
        self.place.require_present()
        if CAPABILITY not in self.place.capabilities:
            raise InvalidInput(
                f"{self.place.http.url} does not take stacks by their address: CATMAID's administrators register "
                "stacks in its admin pages."
            )

    async def _stack_group(self, stack_id: int | None, group: str | int | None) -> list[GroupMember]:
        listed = await self.place.read_json("GET", "stacks")
        asked = [row["id"] for row in listed if stack_id in (None, row["id"])]
        found = await loop.gather(*(self.place.read_json("GET", f"stack/{one}/groups") for one in asked))
        ids = dict.fromkeys(group_id for answer in found for group_id in answer["stack_group_ids"])
        groups = await loop.gather(*(self.place.read_json("GET", f"stackgroup/{one}/info") for one in ids))
        chosen = next((one for one in groups if group is None or group in (one["id"], one["title"])), None)
        if chosen is None:
            known = ", ".join(repr(one["title"]) for one in groups) or "none"
            raise NotFound(f"There is no such stack group in {self.title!r}. There are: {known}.")
        members = sorted(chosen["stacks"], key=lambda row: int(row["position"]))
        stacks = await loop.gather(*(self._stack(row["id"]) for row in members))
        return [GroupMember(stack, row["relation"]) for stack, row in zip(stacks, members, strict=True)]

    async def _stack(self, stack_id: int) -> Stack:
        return await _read_stack(self.place, stack_id)


async def read_stacks(place: Place) -> list[Stack]:
    """All stacks of a project."""
    listed = await place.read_json("GET", "stacks")
    return await loop.gather(*(_read_stack(place, row["id"]) for row in listed))


async def _read_stack(place: Place, stack_id: int) -> Stack:
    return Stack.from_info(await place.read_json("GET", f"stack/{stack_id}/info"), place)


def _address(address: str | Path) -> str:
    """A path of this machine as an absolute one, a URL as it is."""
    text = os.fspath(address)
    return text if isinstance(address, str) and ("://" in text or text.startswith("/")) else str(Path(text).absolute())


def _form(
    *,
    address: str | Path,
    mirrors: Sequence[str | Path],
    dimension: Sequence[int] | None,
    resolution: Sequence[float] | None,
    translation: Sequence[float] | None,
    tile_size: int | Sequence[int] | None,
    window: Sequence[float] | None,
    broken_sections: Sequence[int],
    **rest: Any,
) -> dict[str, Any]:
    """What was said of a stack, as the service reads it."""
    width, height = (None, None) if tile_size is None else _pair(tile_size)
    return rest | {
        "address": _address(address),
        "mirrors": [_address(mirror) for mirror in mirrors],
        "dimension": _triple(dimension, "dimension"),
        "resolution": _triple(resolution, "resolution"),
        "translation": _triple(translation, "translation"),
        "tile_width": width,
        "tile_height": height,
        "window": None if window is None else list(window),
        "broken_sections": list(broken_sections),
    }


def _pair(size: int | Sequence[int]) -> tuple[int, int]:
    if isinstance(size, int):
        return size, size
    width, height = size
    return int(width), int(height)


def _triple(values: Sequence[float] | None, name: str) -> list[float] | None:
    if values is None:
        return None
    if len(values) != 3:
        raise InvalidInput(f"{name} is (x, y, z), not {len(values)} values.")
    return [value.item() if hasattr(value, "item") else value for value in values]
