"""Exports of a project, made by jobs."""

from __future__ import annotations

import msgspec

from catmaid_server.domain.errors import NotAllowed
from catmaid_server.domain.jobs import jobs
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes
from catmaid_server.routes.jobs.jobs import ListedJob, find, listed
from catmaid_server.transfer.exporters.request import WHOLE, ExportRequest, title_of
from catmaid_server.transfer.exporters.swc import skeletons_to_write

routes = Routes()

KIND = "export"


@routes.post("/{project_id}/jobs/export", needs=Permission.BROWSE, takes_json=True)
async def export_as_job(call: Call, form: ExportRequest) -> ListedJob:
    """Have a project, or skeletons of it, written into one file; whole projects are for their administrators."""
    call.require_name()
    if form.format in WHOLE and not await call.access.allows(call.user, call.project_id, Permission.ADMINISTER):
        raise NotAllowed(
            f"Exports as {form.format} have who made what in the whole project: its administrators make them."
        )
    async with call.store.reading() as connection, connection.transaction():
        if form.skeleton_ids:
            await skeletons_to_write(connection, call.project_id, call.project_id, form.skeleton_ids)
        job_id = await jobs.add_job(
            connection,
            project_id=call.project_id,
            user_id=call.user.id,
            kind=KIND,
            title=title_of(form),
            arguments=msgspec.to_builtins(form),
        )
    return listed(await find(call, job_id))
