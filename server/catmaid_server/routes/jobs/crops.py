"""Crops of image stacks, made by jobs: as this service has them, and as CATMAID's clients ask for them."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from aiohttp import web

from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.jobs import jobs
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes
from catmaid_server.routes.jobs.jobs import ListedJob, file_answer, find, listed
from catmaid_server.tiles.crops.plan import CropRequest, planned, title_of

routes = Routes()

KIND = "crop"

Nm = Annotated[float, msgspec.Meta(ge=-1e12, le=1e12)]


class CropOfCatmaid(msgspec.Struct):
    """A box to crop, in nm of the project."""

    stack_ids: list[int] = []
    """Ids of the stacks: channels of the TIFF."""
    min_x: Nm | None = None
    """Lowest x, nm."""
    min_y: Nm | None = None
    """Lowest y, nm."""
    min_z: Nm | None = None
    """Lowest z, nm."""
    max_x: Nm | None = None
    """Highest x, nm."""
    max_y: Nm | None = None
    """Highest y, nm."""
    max_z: Nm | None = None
    """Highest z, nm."""
    zoom_level: float = 0
    """0 is full resolution; whole numbers only."""
    single_channel: bool = False
    """Ignored: crops are grey always."""
    rotationcw: float = 0
    """Degrees; only 0 is done here."""


@routes.post("/{project_id}/jobs/crop", needs=Permission.BROWSE, takes_json=True)
async def crop_as_job(call: Call, form: CropRequest) -> ListedJob:
    """Have a box of one or several stacks made into a file; the user gets a message when it is there."""
    return listed(await find(call, await _ask(call, form)))


@routes.post("/{project_id}/crop", needs=Permission.BROWSE)
async def crop(call: Call, form: CropOfCatmaid) -> str:
    """Have a TIFF made of a box; the user gets a message with its address. The answer is an empty text."""
    call.require_name()
    if form.rotationcw % 360:
        raise InvalidInput("Crops are not rotated here: ask for the box with rotationcw=0, and rotate the images.")
    if form.zoom_level != int(form.zoom_level) or form.zoom_level < 0:
        raise InvalidInput(f"The zoom level of a crop is a whole number from 0 on, not {form.zoom_level:g}.")
    wish = CropRequest(
        stack_ids=form.stack_ids,
        lower=_corner(form.min_x, form.min_y, form.min_z),
        upper=_corner(form.max_x, form.max_y, form.max_z),
        zoom=int(form.zoom_level),
    )
    await _ask(call, wish)
    return ""


@routes.get(r"/crop/download/{file:[^/]+}/", needs=Permission.LOGIN)
async def download_crop(
    call: Call, form: NoParameters
) -> Annotated[web.StreamResponse, Content(bytes, "application/octet-stream")]:
    """Give the file of one of the user's crops: its name begins with `crop_`, its project and its job."""
    named = re.fullmatch(r"crop_(\d{1,9})_(\d{1,9})\..*", call.path["file"])
    missing = NotFound("There is no such crop of yours. Crops are named crop_PROJECT_JOB.tif.")
    if named is None:
        raise missing
    project_id, job_id = int(named[1]), int(named[2])
    if not await call.access.allows(call.user, project_id, Permission.BROWSE):
        raise missing
    async with call.reading() as connection:
        job = await jobs.one_job(connection, project_id, job_id, call.user.id, of_all=False)
    return file_answer(call, job)


def _corner(x: float | None, y: float | None, z: float | None) -> tuple[float, float, float]:
    if x is None or y is None or z is None:
        raise InvalidInput("A crop needs min_x, min_y, min_z, max_x, max_y and max_z, in nm.")
    return x, y, z


async def _ask(call: Call, wish: CropRequest) -> int:
    call.require_name()
    async with call.store.reading() as connection, connection.transaction():
        crops = await planned(connection, call.project_id, wish)
        return await jobs.add_job(
            connection,
            project_id=call.project_id,
            user_id=call.user.id,
            kind=KIND,
            title=title_of(crops),
            arguments=msgspec.to_builtins(wish),
        )
