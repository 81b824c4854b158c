"""States of Neuroglancer, kept for short links: what clients of CAVE's state server ask for, for each project."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated, Any, Final

import msgspec

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.projects import viewer_states
from catmaid_server.http.call import Call
from catmaid_server.http.received import receive
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes
from catmaid_wire.viewer_states import STATES

routes = Routes()

_MOST_BYTES: Final = 2**21
_Kept = Annotated[msgspec.Raw, Content(dict[str, Any], about="The state, as it was posted.")]


@routes.post(f"/{{project_id}}/{STATES}post", needs=Permission.BROWSE, label="datastores.keep_state")
async def keep_state(call: Call, form: NoParameters) -> int:
    """Keep a state, which is the body as JSON; its id."""
    call.require_name()
    with ExitStack() as files:
        content = await receive(call.request, _MOST_BYTES, "A state of Neuroglancer has at most 2 MB.", files)
        try:
            state = bytes(content).decode()
        except UnicodeDecodeError:
            raise InvalidInput("The body is not JSON.") from None
    return await viewer_states.keep(call.tx, call.project_id, state)


@routes.get(f"/{{project_id}}/{STATES}{{state}}", needs=Permission.BROWSE)
async def read_state(call: Call, form: NoParameters) -> _Kept:
    """Give a state that was kept."""
    key, user_id = call.path["state"], call.user.id
    async with call.reading() as connection:
        state = await viewer_states.state_of(connection, call.project_id, key, user_id=user_id)
    return msgspec.Raw(msgspec.json.encode(state))
