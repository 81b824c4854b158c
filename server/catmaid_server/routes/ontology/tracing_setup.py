"""Whether a project has what clients need for tracing, and giving it what it lacks."""

from __future__ import annotations

from typing import TypedDict

from catmaid_server.domain.ontology import tracing_setup
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class TracingSetup(TypedDict):
    """What a project lacks, by name."""

    needs_setup: bool
    missing_classes: list[str]
    missing_relations: list[str]
    missing_classinstances: list[str]
    has_needed_permissions: bool
    initialize: bool


@routes.any("/{project_id}/tracing/setup/test", needs=Permission.BROWSE)
async def check_tracing_setup(call: Call, form: NoParameters) -> TracingSetup:
    """List what a project lacks for tracing, and whether the user may set it up."""
    may_set_up = await call.access.allows(call.user, call.project_id, Permission.ADMINISTER)
    async with call.reading() as connection:
        missing = await tracing_setup.missing(connection, call.project_id)
    return {
        "needs_setup": missing.anything,
        "missing_classes": missing.classes,
        "missing_relations": missing.relations,
        "missing_classinstances": ["root"] if missing.root else [],
        "has_needed_permissions": may_set_up,
        "initialize": missing.everything,
    }


@routes.any("/{project_id}/tracing/setup/rebuild", needs=Permission.ADMINISTER, label="tracing.rebuild_setup")
async def rebuild_tracing_setup(call: Call, form: NoParameters) -> dict[str, bool]:
    """Give a project what it lacks for tracing."""
    await tracing_setup.set_up(call.tx, call.user, call.project_id)
    return {"all_good": not (await tracing_setup.missing(call.tx, call.project_id)).anything}


@routes.any("/{project_id}/tracing/setup/validate", needs=Permission.BROWSE, label="tracing.validate_setup")
async def validate_tracing_setup(call: Call, form: NoParameters) -> dict[str, bool]:
    """Give a project what it lacks for tracing, as anybody may who sees it."""
    await tracing_setup.set_up(call.tx, call.user, call.project_id)
    return {"success": True}
