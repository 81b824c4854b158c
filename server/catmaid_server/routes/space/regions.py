"""Regions of interest: rectangles of a stack, and what they show."""

from __future__ import annotations

import math
from typing import Annotated, TypedDict

import msgspec
from aiohttp import web

from catmaid_server.domain.ontology import ontology_edits
from catmaid_server.domain.space import regions
from catmaid_server.domain.space.regions import Rectangle
from catmaid_server.http import keys
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes
from catmaid_server.tiles.pictures import PictureWindow, TilePyramid, picture
from catmaid_server.tiles.service import StackRevision

routes = Routes()


class SectionCorners(msgspec.Struct, kw_only=True):
    """A rectangle of a section, in project space."""

    x_min: float
    """nm"""
    x_max: float
    """nm"""
    y_min: float
    """nm"""
    y_max: float
    """nm"""
    z: float
    """nm"""
    zoom_level: int
    """Halvings of the full resolution at which it was drawn."""
    rotation_cw: float
    """Degrees by which it is turned clockwise about its centre."""

    def place(self) -> Rectangle:
        """The rectangle."""
        return Rectangle.between(
            x_min=self.x_min,
            x_max=self.x_max,
            y_min=self.y_min,
            y_max=self.y_max,
            z=self.z,
            rotation_cw=self.rotation_cw,
            zoom_level=self.zoom_level,
        )


class NewRegion(SectionCorners, kw_only=True):
    """A rectangle of a section of a stack."""

    stack: int
    """Id of the stack."""


class RegionInfo(TypedDict):
    """A region: centre and size in nm."""

    id: int
    zoom_level: int
    location: tuple[float, float, float]
    width: float
    height: float
    rotation_cw: float
    stack_id: int
    project_id: int


@routes.any("/{project_id}/roi/{region_id}/info", needs=Permission.BROWSE)
async def region_info(call: Call, form: NoParameters) -> RegionInfo:
    """Give location and size of a region of interest."""
    async with call.reading() as connection:
        region = await regions.region(connection, call.project_id, call.path["region_id"])
    place = region.place
    return {
        "id": region.id,
        "zoom_level": place.zoom_level,
        "location": (place.x, place.y, place.z),
        "width": place.width,
        "height": place.height,
        "rotation_cw": place.rotation_cw,
        "stack_id": region.stack_id,
        "project_id": region.project_id,
    }


@routes.get("/{project_id}/roi/{region_id}/image", needs=Permission.BROWSE)
async def region_image(call: Call, form: NoParameters) -> Annotated[web.Response, Content(bytes, "image/png")]:
    """Give a picture of a region of interest, upright, as PNG."""
    async with call.reading() as connection:
        region = await regions.region(connection, call.project_id, call.path["region_id"])
        images = await regions.images(connection, call.project_id, region.stack_id)
    place = region.place
    x, y, z, width, height = (
        (place.x - images.translation[0]) / images.resolution[0],
        (place.y - images.translation[1]) / images.resolution[1],
        (place.z - images.translation[2]) / images.resolution[2],
        place.width / images.resolution[0],
        place.height / images.resolution[1],
    )
    tiles = call.request.app[keys.TILES]
    stack = StackRevision(call.project_id, region.stack_id, images.revision)
    factors = (await tiles.zoom_factors(stack))[: images.zoom_levels]
    pyramid = TilePyramid(stack, images.tile_width, images.tile_height, factors)
    window = PictureWindow(x, y, math.floor(z), width, height, place.rotation_cw)
    data = await picture(tiles, pyramid, window, zoom=place.zoom_level)
    return web.Response(body=data, content_type="image/png")


@routes.post("/{project_id}/roi/add", needs=Permission.ANNOTATE, label="rois.create")
async def add_region(call: Call, form: NewRegion) -> dict[str, str]:
    """Draw a region of interest that shows nothing in particular."""
    region_id = await regions.create_region(call.tx, call.user, call.project_id, form.stack, form.place())
    return {"status": f"Made the region of interest {region_id}."}


@routes.post(
    "/{project_id}/roi/link/{relation_id}/stack/{stack_id}/ci/{object_id}/",
    needs=Permission.ANNOTATE,
    label="rois.create_link",
)
async def link_region(call: Call, form: SectionCorners) -> dict[str, str]:
    """Draw a region of interest that shows a neuron or a thing of an ontology."""
    relation_id = await ontology_edits.require(
        call.tx, ontology_edits.RELATION, call.project_id, call.path["relation_id"]
    )
    region_id = await regions.create_region(call.tx, call.user, call.project_id, call.path["stack_id"], form.place())
    await regions.link_to_object(
        call.tx, call.user, call.project_id, region_id, relation_id=relation_id, object_id=call.path["object_id"]
    )
    return {"status": f"Made the region of interest {region_id}."}


@routes.any("/{project_id}/roi/{link_id}/remove", needs=Permission.ANNOTATE, label="rois.remove_link")
async def unlink_region(call: Call, form: NoParameters) -> dict[str, str]:
    """Delete the link of a region of interest to what it shows, and the region if it shows nothing else."""
    link_id: int = call.path["link_id"]
    is_gone = await regions.remove_link(call.tx, call.user, call.project_id, link_id)
    what = "nothing else uses the region, so it is deleted" if is_gone else "others still use the region"
    return {"status": f"Removed the link {link_id}; {what}."}
