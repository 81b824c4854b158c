"""Version, health, metrics."""

from __future__ import annotations

from typing import Annotated, TypedDict

import psycopg
from aiohttp import web

from catmaid_server.db import identity
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.version import CAPABILITIES, SERVER_VERSION, own_version
from catmaid_server.http.metrics import CONTENT_TYPE, metrics_text
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()


class OwnVersion(TypedDict):
    """Our own version, what this service can do that others cannot, and which database it serves.

    `database` is a UUID that tells the database from others, wherever it is served; null if the store does not answer.
    """

    version: str
    capabilities: list[str]
    database: str | None


class Version(TypedDict):
    """Version of CATMAID that the API is that of, and our own."""

    SERVER_VERSION: str
    CATMAID_JUPYTER: OwnVersion


@routes.get("/version", needs=Permission.NONE)
async def version(call: Call, form: NoParameters) -> Version:
    """The version of the API, and what this service can do beyond it."""
    return {
        "SERVER_VERSION": SERVER_VERSION,
        "CATMAID_JUPYTER": {
            "version": own_version(),
            "capabilities": list(CAPABILITIES),
            "database": await _database(call),
        },
    }


async def _database(call: Call) -> str | None:
    try:
        async with call.reading() as connection:
            return str(await identity.database_id(connection))
    except psycopg.Error:
        return None


@routes.get("/health", needs=Permission.NONE)
async def health(call: Call, form: NoParameters) -> dict[str, str]:
    """Whether the service and its store answer; 503 if the store does not."""
    async with call.reading() as connection:
        await connection.execute("SELECT 1")
    return {"status": "ok"}


@routes.get("/metrics", needs=Permission.SUPERUSER)
async def metrics(call: Call, form: NoParameters) -> Annotated[web.Response, Content(str, "text/plain")]:
    """Counters and latencies of all workers, in Prometheus's text format."""
    return web.Response(body=metrics_text(), headers={"Content-Type": CONTENT_TYPE})
