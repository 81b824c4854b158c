"""Registering image stacks by their addresses, and taking them out of projects."""

from __future__ import annotations

import socket
from typing import Annotated

import msgspec

from catmaid_server.domain.errors import InvalidInput, NotAllowed
from catmaid_server.domain.space import stack_removal
from catmaid_server.domain.space.stack_removal import RemovedStack
from catmaid_server.http import keys
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes
from catmaid_server.tiles.look import checked_window
from catmaid_server.tiles.registration.adding import AddedStack, StackLooker, add_stack
from catmaid_server.tiles.registration.request import StackRequest

routes = Routes()

_Extent = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
_Size = Annotated[float, msgspec.Meta(gt=0)]


class AddStack(msgspec.Struct):
    """Where images are, and what the source does not say of them. Lengths in nm, sizes in px, triples are x, y, z."""

    address: str = ""
    """A URL (http, https, gs, s3), or a path of the service's machine."""
    mirrors: list[str] = []
    """Other places with the same images, asked where the first does not answer."""
    title: str | None = None
    """By default the last part of the address."""
    dimension: tuple[_Extent, _Extent, _Extent] | None = None
    """Pixels and sections; tiles do not say it."""
    resolution: tuple[_Size, _Size, _Size] | None = None
    """Size of a voxel; tiles do not say it."""
    translation: tuple[float, float, float] | None = None
    """Where the first voxel is in the project."""
    orientation: str = "xy"
    """Plane of the sections: xy, xz or zy."""
    tile_source_type: int | None = None
    """CATMAID's number, 1 to 14."""
    file_extension: str | None = None
    """How file names of tiles end."""
    tile_width: Annotated[int, msgspec.Meta(ge=16, le=4096)] | None = None
    """Of a whole tile."""
    tile_height: Annotated[int, msgspec.Meta(ge=16, le=4096)] | None = None
    """Of a whole tile."""
    zoom_levels: Annotated[int, msgspec.Meta(ge=1, le=30)] | None = None
    """How many, from full resolution on."""
    dataset: str | None = None
    """Path of an array below the address."""
    channel: int | None = None
    """Counted from 1."""
    window: tuple[float, float] | None = None
    """Values of black and white."""
    gamma: Annotated[float, msgspec.Meta(gt=0, le=100)] | None = None
    """Exponent of the grey between black and white."""
    labels: bool | None = None
    """Whether values are ids, to be shown in colours."""
    image_token: str | None = None
    """Sent to the server of the images as its authorization; never shown."""
    broken_sections: list[int] = []
    """Sections without an image, counted from 0."""
    comment: str = ""
    """Shown with the stack."""
    attribution: str | None = None
    """Who made the images, and under which licence."""


@routes.post("/{project_id}/stacks/add", needs=Permission.ADMINISTER, takes_json=True)
async def register(call: Call, form: AddStack) -> AddedStack:
    """Register a stack by the address of its images; kind, size and so on are found where the source says them.

    Only hosts that the service may ask are asked (`CATMAID_IMAGE_HOSTS`). Paths have to be in the folders of
    `CATMAID_IMAGE_FOLDERS`, but for superusers who ask over the socket of the service's own machine.
    """
    refusal = await call.why_not(Permission.ADMINISTER.value)
    if refusal is not None:
        raise NotAllowed(refusal)
    options = call.request.app[keys.OPTIONS]
    folders = None if call.user.is_superuser and _is_local(call) else options.image_folders
    looker = StackLooker(call.request.app[keys.TILES].means, folders)
    return await add_stack(call.store, looker, call.project_id, _request(form), user_id=call.user.id)


@routes.post("/{project_id}/stack/{stack_id}/remove", needs=Permission.ADMINISTER, label="stacks.remove")
async def remove(call: Call, form: NoParameters) -> RemovedStack:
    """Take a stack out of the project; it is deleted if no other project shows it. Images stay where they are."""
    return await stack_removal.remove_stack(call.tx, call.project_id, call.path["stack_id"])


def _request(form: AddStack) -> StackRequest:
    if (form.tile_width is None) != (form.tile_height is None):
        raise InvalidInput("Tiles have a width and a height: give both, or neither.")
    size = None if form.tile_width is None or form.tile_height is None else (form.tile_width, form.tile_height)
    return StackRequest(
        address=form.address,
        mirrors=tuple(form.mirrors),
        title=form.title,
        dimension=form.dimension,
        resolution=form.resolution,
        translation=form.translation,
        orientation=form.orientation,
        tile_source_type=form.tile_source_type,
        file_extension=None if form.file_extension is None else form.file_extension.lstrip("."),
        tile_size=size,
        zoom_levels=form.zoom_levels,
        dataset=form.dataset,
        channel=form.channel,
        window=None if form.window is None else checked_window(*form.window),
        gamma=form.gamma,
        labels=form.labels,
        token=form.image_token,
        broken_sections=tuple(form.broken_sections),
        comment=form.comment,
        attribution=form.attribution,
    )


def _is_local(call: Call) -> bool:
    """Whether the request came over the socket in the data folder, which only the service's own account can open."""
    transport = call.request.transport
    connection = None if transport is None else transport.get_extra_info("socket")
    return connection is not None and connection.family == socket.AF_UNIX
