"""Image stacks of a project, and groups of them."""

from __future__ import annotations

from catmaid_server.domain.space import stacks
from catmaid_server.domain.space.stacks import ListedStack, StackDescription, StackGroup
from catmaid_server.http.addresses import external_url
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


@routes.get("/{project_id}/stacks", needs=Permission.BROWSE)
async def list_stacks(call: Call, form: NoParameters) -> list[ListedStack]:
    """List the stacks of a project."""
    async with call.reading() as connection:
        return await stacks.list_stacks(connection, call.project_id)


@routes.get("/{project_id}/stack/{stack_id}/info", needs=Permission.BROWSE)
async def describe_stack(call: Call, form: NoParameters) -> StackDescription:
    """Describe a stack and where its images are.

    Viewers treat skeletons as read-only unless `metadata` has `read_only` false; for them it is set by what the user
    may do.
    """
    async with call.reading() as connection:
        stack = await stacks.describe_stack(
            connection, call.project_id, call.path["stack_id"], service_url=str(external_url(call.request))
        )
    if call.from_viewer:
        editable = await call.access.edits_by_token(call.user, call.project_id)
        known = stack["metadata"] if isinstance(stack["metadata"], dict) else {}
        stack["metadata"] = {"read_only": not editable} | known
    return stack


@routes.get("/{project_id}/stack/{stack_id}/groups", needs=Permission.BROWSE)
async def list_groups(call: Call, form: NoParameters) -> dict[str, list[int]]:
    """List the stack groups in which a stack is."""
    async with call.reading() as connection:
        groups = await stacks.groups_of_stack(connection, call.project_id, call.path["stack_id"])
    return {"stack_group_ids": groups}


@routes.get("/{project_id}/stackgroup/{stackgroup_id}/info", needs=Permission.BROWSE)
async def describe_group(call: Call, form: NoParameters) -> StackGroup:
    """Describe a stack group."""
    async with call.reading() as connection:
        return await stacks.describe_stack_group(connection, call.project_id, call.path["stackgroup_id"])
