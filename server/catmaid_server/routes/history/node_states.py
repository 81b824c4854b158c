"""What the treenodes of skeletons ever were."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from catmaid_server.domain.history import node_states
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, Permission, Routes
from catmaid_wire import columns

routes = Routes()


class StatesOfSkeletons(msgspec.Struct):
    """Skeletons that there are, or once were."""

    skeleton_ids: list[int] = []


@routes.post("/{project_id}/skeletons/node-states", needs=Permission.BROWSE)
async def states_of_nodes(
    call: Call, form: StatesOfSkeletons
) -> Annotated[web.Response, Content(bytes, columns.MEDIA_TYPE)]:
    """Read what the treenodes of skeletons ever were, and in which versions.

    Returns
    -------
    MessagePack: `states`, a table of columns: skeleton_id, id, parent_id (-1 at roots), x, y, z (nm), version, from
    which on it was so, and ended_by, the version that ended it (0: none). Sorted by skeleton, treenode and version. A
    treenode that another skeleton got in a join has states in both.
    """
    required(form.skeleton_ids, "skeleton")
    async with call.reading() as connection:
        found = await node_states.node_states(connection, call.project_id, form.skeleton_ids)
    return web.Response(body=columns.encode({"states": columns.columns(found)}), content_type=columns.MEDIA_TYPE)
