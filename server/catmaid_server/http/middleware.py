"""What every request passes: an id, a log line, a metric, CORS, and errors turned into answers."""

from __future__ import annotations

import re
import time
import traceback
import uuid
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestPayloadError

from catmaid_server.auth import sessions
from catmaid_server.http import keys, other_sites
from catmaid_server.http.addresses import external_url
from catmaid_server.http.answer_meter import METER, AnswerMeter
from catmaid_server.http.catmaid import errors
from catmaid_server.http.compression import compress

log = structlog.get_logger("catmaid.request")

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": (
        "Authorization, X-Authorization, Content-Type, Idempotency-Key, X-Requested-With, X-CSRFToken"
    ),
    "Access-Control-Max-Age": "86400",
}
_CLIENT_GONE = 499

RequestHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def observe(request: web.Request, handler: RequestHandler) -> web.StreamResponse:
    """Time the request and log it by route: never the query, which may hold a ticket, nor headers."""
    began = time.perf_counter()
    request_id = uuid.uuid4().hex[:12]
    resource = request.match_info.route.resource
    route = request.app[keys.OPTIONS].proxies.without_root(resource.canonical) if resource is not None else "unknown"
    meter = request[METER] = AnswerMeter.of(request.method, route)
    response = await _answered(request, handler, request_id)
    await compress(request, response)
    if not response.prepared:
        response.headers["X-Request-ID"] = request_id
        response.headers.extend(_readers(request))
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
    took = None if isinstance(response, web.WebSocketResponse) else time.perf_counter() - began
    meter.note(response.status, took, request_id)
    return response


@web.middleware
async def complete_redirects(request: web.Request, handler: RequestHandler) -> web.StreamResponse:
    """Put the path of the service before those of its own to which handlers send clients on."""
    response = await handler(request)
    location = response.headers.get("Location", "")
    if location.startswith("/") and not location.startswith("//"):
        response.headers["Location"] = external_url(request).raw_path.rstrip("/") + location
    return response


@web.middleware
async def merge_slashes(request: web.Request, handler: RequestHandler) -> web.StreamResponse:
    """Send who asks for `//1/stacks` on to `/1/stacks`: natverse's clients write it so, to servers that do not mind."""
    if request.match_info.http_exception is None or "//" not in request.rel_url.raw_path:
        return await handler(request)
    path = re.sub(r"[/\\]+", "/", request.rel_url.raw_path)  # to a browser, /\ is the beginning of another host's name
    path = request.app[keys.OPTIONS].proxies.without_root(path)
    query = request.rel_url.raw_query_string
    return web.Response(
        status=308, headers={"Location": f"{path}?{query}" if query else path}, content_type="text/html"
    )


def _readers(request: web.Request) -> dict[str, str]:
    with_session = sessions.cookie_of(request.cookies, request.app[keys.OPTIONS].session_cookie) is not None
    return other_sites.readers(request.headers, request.app[keys.OPTIONS].allowed_origins, with_session=with_session)


async def _answered(request: web.Request, handler: RequestHandler, request_id: str) -> web.StreamResponse:
    try:
        request.app[keys.OPTIONS].allowed_hosts.require(external_url(request).raw_host or "")
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return web.Response(status=204, headers=_PREFLIGHT)
        return await handler(request)
    except Exception as error:  # the edge: whatever happens, the client gets an answer
        response = _answer_to_nobody() if _hung_up(request, error) else errors.answer_for(error)
        if response is None:
            # As text: a renderer of exceptions may show local variables, and these may hold a password.
            log.error(  # noqa: TRY400
                "failed",
                request_id=request_id,
                method=request.method,
                path=request.path,
                exception="".join(traceback.format_exception(error)),
            )
            response = errors.answer(500, "InternalError", f"The service failed; its log has the request {request_id}.")
        return response


def _hung_up(request: web.Request, error: Exception) -> bool:
    """Whether the client closed the connection, and the error is no more than that."""
    gone = request.transport is None or request.transport.is_closing()
    return gone and isinstance(error, ConnectionError | RequestPayloadError)


def _answer_to_nobody() -> web.Response:
    """Counted and logged by a status that is no failure of ours; proxies use the same."""
    return errors.answer(_CLIENT_GONE, "ClientClosedRequest", "The client closed the connection.")
