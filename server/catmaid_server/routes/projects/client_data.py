"""Client datastores: settings and bookmarks of clients."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from catmaid_server.domain.errors import NotAllowed
from catmaid_server.domain.projects import client_data
from catmaid_server.domain.projects.client_data import Datastore, Datum
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()


class NewDatastore(msgspec.Struct):
    """A datastore to make."""

    name: str = ""


class WantedData(msgspec.Struct):
    """What to read: of this project as well, of this key only."""

    project_id: int | None = None
    key: str | None = None


class NewDatum(msgspec.Struct):
    """JSON of an object for a key; `ignore_user` for all users, without a project for the instance."""

    key: str = ""
    value: str = ""
    project_id: int | None = None
    ignore_user: bool = False


async def _require_membership(call: Call, project_id: int | None = None) -> None:
    """Only those who may see the project or, without one, any project."""
    if project_id is None:
        allowed, where = await call.access.allows_anywhere(call.user, Permission.BROWSE), "any project"
    else:
        allowed, where = await call.access.allows(call.user, project_id, Permission.BROWSE), f"project {project_id}"
    if not allowed:
        raise NotAllowed(f"User {call.user.username!r} lacks the permission can_browse in {where}.")


@routes.get("/client/datastores/", needs=Permission.NONE)
async def list_datastores(call: Call, form: NoParameters) -> list[Datastore]:
    """List the datastores."""
    await _require_membership(call)
    async with call.reading() as connection:
        return await client_data.list_datastores(connection)


@routes.post("/client/datastores/", needs=Permission.NONE, label="datastores.create")
async def create_datastore(call: Call, form: NewDatastore) -> Datastore:
    """Make a datastore."""
    call.require_name()
    await _require_membership(call)
    return await client_data.create_datastore(call.tx, form.name)


@routes.delete("/client/datastores/{name}", needs=Permission.SUPERUSER, label="datastores.delete")
async def delete_datastore(call: Call, form: NoParameters) -> Annotated[web.Response, Content(None, "", 204)]:
    """Delete a datastore and what it holds."""
    await client_data.delete_datastore(call.tx, call.path["name"])
    return web.Response(status=204)


@routes.get("/client/datastores/{name}/", needs=Permission.NONE)
async def list_data(call: Call, form: WantedData) -> list[Datum]:
    """List what a datastore holds for the user."""
    await _require_membership(call, form.project_id)
    async with call.reading() as connection:
        return await client_data.list_data(
            connection, call.path["name"], user_id=call.user.id, project_id=form.project_id, key=form.key
        )


@routes.put("/client/datastores/{name}/", needs=Permission.NONE, label="datastores.put")
async def put_datum(call: Call, form: NewDatum) -> Datum | Annotated[web.Response, Content(None, "", 204)]:
    """Set a value; an empty answer if there was one before."""
    call.require_name()
    await _require_membership(call, form.project_id)
    if form.ignore_user:
        await _require_right_to_defaults(call, form.project_id)
    datum = await client_data.put_datum(
        call.tx,
        call.path["name"],
        form.key,
        form.value,
        user_id=None if form.ignore_user else call.user.id,
        project_id=form.project_id,
    )
    return web.Response(status=204) if datum is None else datum


class Whose(msgspec.Struct):
    """Values of a project, or of none; the user's own or, with `ignore_user`, those for all users."""

    project_id: int | None = None
    ignore_user: bool = False


@routes.delete("/client/datastores/{name}/", needs=Permission.NONE, label="datastores.delete")
async def delete_data(call: Call, form: Whose) -> dict[str, int]:
    """Delete the values of a datastore that the user has set, and tell how many these were."""
    call.require_name()
    await _require_membership(call, form.project_id)
    if form.ignore_user:
        await _require_right_to_defaults(call, form.project_id)
    deleted = await client_data.delete_data(
        call.tx,
        call.path["name"],
        user_id=None if form.ignore_user else call.user.id,
        project_id=form.project_id,
    )
    return {"n_deleted": deleted}


async def _require_right_to_defaults(call: Call, project_id: int | None) -> None:
    if project_id is None:
        if not call.user.is_superuser:
            raise NotAllowed("Only superusers may set what is for all projects and users.")
    elif not await call.access.allows(call.user, project_id, Permission.ADMINISTER.value):
        raise NotAllowed("Only administrators may set what is for all users of a project.")
