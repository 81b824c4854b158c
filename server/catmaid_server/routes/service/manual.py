"""The manual, for people who have nothing but this service."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import mimetypes
import re
from pathlib import Path
from typing import Annotated, Final

from aiohttp import web

from catmaid_server.domain.errors import NotFound
from catmaid_server.http import keys
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.pages import page
from catmaid_server.http.files_below import file_below
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()

_CONTENTS: Final = "index.html"
_INLINE_SCRIPT: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_POLICY: Final = (
    "default-src 'none'; connect-src 'self'; font-src 'self'; img-src 'self' data:; worker-src 'self'; "
    "style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src 'self'"
)


@routes.get("/docs/", needs=Permission.NONE)
async def manual_contents(call: Call, form: NoParameters) -> Annotated[web.Response, Content(str, "text/html")]:
    """Show the manual; where it was not built, a page that says how it is."""
    file = file_below(call.request.app[keys.OPTIONS].manual, _CONTENTS)
    return _not_built() if file is None else await _page_of_manual(file)


@routes.get("/docs/{file:.+}", needs=Permission.NONE)
async def manual_file(
    call: Call, form: NoParameters
) -> Annotated[web.Response, Content(bytes, "application/octet-stream", about="Of the type of the file.")]:
    """Give a page of the manual, or a file that its pages are made of."""
    name: str = call.path["file"]
    file = file_below(call.request.app[keys.OPTIONS].manual, name + _CONTENTS if name.endswith("/") else name)
    if file is None:
        raise NotFound(f"The manual has no page {name:.100} here. What there is, and how it is built, says /docs/.")
    if file.suffix == ".html":
        return await _page_of_manual(file)
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    body = await asyncio.to_thread(file.read_bytes)
    return web.Response(body=body, content_type=kind, headers={"Cache-Control": "max-age=3600"})


def _not_built() -> web.Response:
    return page(
        "The manual is not here",
        "<p>This installation of catmaid-jupyter is a checkout in which the manual was not built: "
        "<code>make docs</code> builds it, and then it is here. Releases have it.</p>"
        "<p>Its pages can also be read in the folder <code>docs</code> of the checkout.</p>",
    )


async def _page_of_manual(file: Path) -> web.Response:
    """A page that may run its own scripts and load nothing from elsewhere."""
    body = await asyncio.to_thread(file.read_bytes)
    hashes = (base64.b64encode(hashlib.sha256(script).digest()).decode() for script in _INLINE_SCRIPT.findall(body))
    policy = " ".join([_POLICY, *(f"'sha256-{one}'" for one in hashes)])
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
    return web.Response(body=body, content_type="text/html", charset="utf-8", headers=headers)
