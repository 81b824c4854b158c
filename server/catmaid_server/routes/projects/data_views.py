"""Data views, and profiles of users."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.accounts import profiles
from catmaid_server.domain.projects import data_views
from catmaid_server.domain.projects.data_views import DataView
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class OneViewType(msgspec.Struct):
    """A type of data views."""

    data_view_type_id: int | None = None


class ToolChoice(msgspec.Struct):
    """Which tools to show; what is not given stays."""

    independent_ontology_workspace_is_default: bool | None = None
    show_text_label_tool: bool | None = None
    show_tagging_tool: bool | None = None
    show_cropping_tool: bool | None = None
    show_tracing_tool: bool | None = None
    show_ontology_tool: bool | None = None
    show_roi_tool: bool | None = None


class EmptyObject(TypedDict):
    """Nothing."""


@routes.any("/dataviews/list", needs=Permission.NONE)
async def list_data_views(call: Call, form: NoParameters) -> dict[int, DataView]:
    """List the data views, numbered."""
    async with call.reading() as connection:
        return dict(enumerate(await data_views.list_views(connection)))


@routes.any("/dataviews/default", needs=Permission.NONE)
async def default_data_view(call: Call, form: NoParameters) -> DataView | EmptyObject:
    """Describe the data view of users who chose none; an empty object if the service has no data views."""
    async with call.reading() as connection:
        return await data_views.default_view(connection) or {}


@routes.any("/dataviews/{view_id}/", needs=Permission.NONE)
async def describe_data_view(call: Call, form: NoParameters) -> DataView:
    """Describe a data view."""
    async with call.reading() as connection:
        return await data_views.describe_view(connection, call.path["view_id"])


@routes.any("/dataviews/type/comment", needs=Permission.NONE)
async def type_comment(call: Call, form: OneViewType) -> dict[str, str]:
    """Describe a type of data views."""
    async with call.reading() as connection:
        return {"comment": await data_views.type_comment(connection, form.data_view_type_id)}


class TypeOfView(TypedDict):
    """The type of a data view."""

    type: str


@routes.any("/dataviews/type/{view_id}", needs=Permission.NONE)
async def type_of_view(call: Call, form: NoParameters) -> TypeOfView:
    """Give the type of a data view."""
    async with call.reading() as connection:
        return {"type": (await data_views.describe_view(connection, call.path["view_id"]))["type"]}


@routes.post("/dataviews/{view_id}/make-home-view", needs=Permission.LOGIN, label="dataviews.make_home_view")
async def make_home_view(call: Call, form: NoParameters) -> dict[str, str]:
    """Make a data view the user's front page."""
    await data_views.choose_home_view(call.tx, call.user.id, call.path["view_id"])
    return {"status": "Home view updated"}


@routes.any("/user-profile/update", needs=Permission.LOGIN, label="users.update_profile")
async def update_profile(call: Call, form: ToolChoice) -> dict[str, str]:
    """Change which tools the user wants to see."""
    await profiles.update_profile(call.tx, call.user.id, **msgspec.structs.asdict(form))
    return {"success": "Updated user profile"}
