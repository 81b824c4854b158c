"""What this service's API is, for people and for programs."""

from __future__ import annotations

import asyncio
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

import msgspec
from aiohttp import web

from catmaid_server.domain.errors import NotFound
from catmaid_server.http import keys
from catmaid_server.http import openapi as package
from catmaid_server.http.call import Call
from catmaid_server.http.openapi.document import openapi
from catmaid_server.http.routing import Content, NoParameters, Permission, Route, Routes

routes = Routes()

_ASSETS = {"api.js": "text/javascript", "api.css": "text/css"} | dict.fromkeys(
    ("swagger-ui-LICENSE.txt", "swagger-ui-NOTICE.txt", "swagger-ui-es-bundle.js.LICENSE.txt"), "text/plain"
)
_NO_OTHER_HOSTS = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


@routes.get("/apis/", needs=Permission.NONE)
async def show_api(call: Call, form: NoParameters) -> Annotated[web.Response, Content(str, "text/html")]:
    """Show the API as a page on which to try it out."""
    text = files(package).joinpath("page.html").read_text(encoding="utf-8")
    return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": _NO_OTHER_HOSTS})


@routes.get("/apis/openapi.json", needs=Permission.NONE)
async def describe_api(
    call: Call, form: NoParameters
) -> Annotated[web.Response, Content(dict[str, Any], about="An OpenAPI 3.1 document.")]:
    """Describe the API as an OpenAPI 3.1 document."""
    document = await asyncio.to_thread(_document, call.request.app[keys.ROUTES])
    return web.Response(body=document, content_type="application/json")


@routes.get("/apis/{asset}", needs=Permission.NONE)
async def page_asset(
    call: Call, form: NoParameters
) -> Annotated[web.Response, Content(str, "text/javascript"), Content(str, "text/css"), Content(str, "text/plain")]:
    """Give a file that the page of the API is made of."""
    name: str = call.path["asset"]
    file = files(package).joinpath("static", name)
    if name not in _ASSETS or not file.is_file():
        raise NotFound(f"There is no file {name} here.")
    return web.Response(
        body=file.read_bytes(), content_type=_ASSETS[name], charset="utf-8", headers={"Cache-Control": "max-age=3600"}
    )


@cache
def _document(routes: tuple[Route, ...]) -> bytes:
    return msgspec.json.encode(openapi(routes))
