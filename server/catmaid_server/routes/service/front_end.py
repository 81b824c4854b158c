"""Files of CATMAID's own front end, where the service is to serve one; its page is the service's front page."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web

from catmaid_server.domain.errors import NotFound
from catmaid_server.http import keys
from catmaid_server.http.call import Call
from catmaid_server.http.front_end import STATIC
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()


@routes.get(f"/{STATIC}{{file:.+}}", needs=Permission.NONE)
async def front_end_file(
    call: Call, form: NoParameters
) -> Annotated[web.FileResponse, Content(bytes, "application/octet-stream", about="Of the type of the file.")]:
    """Give a file of CATMAID's own front end, if the service was started with one."""
    front_end = call.request.app[keys.OPTIONS].front_end
    if front_end is None:
        raise NotFound("This service has no front end of CATMAID; `serve --catmaid-front-end DIR` gives it one.")
    return web.FileResponse(front_end.file(call.path["file"]), headers={"Cache-Control": "no-cache"})
