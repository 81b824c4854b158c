"""Prepare the database with the code that is installed now: `python -m catmaid_server.service.preparation`.

A supervisor that is to start newer workers runs this first, since its own code is older. It writes one line of JSON
to our standard input; we answer with one.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import msgspec
import psycopg

from catmaid_server.db.migrations import MigrationError
from catmaid_server.http.catmaid.version import own_version
from catmaid_server.service.folder import ServiceError, ServiceFolder
from catmaid_server.service.opening import set_up


class PreparationOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Which database to prepare; see `WorkerOrder` about new fields."""

    dsn: str
    data_dir: str
    embedded: bool


class Preparation(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    version: str
    """Of the code that is installed now."""
    problem: str | None = None
    """Why this code cannot work with the database."""


def main() -> None:
    """Read the order from standard input, prepare the database, and print what came of it."""
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=PreparationOrder)
    problem = None
    try:
        asyncio.run(_prepare(order))
    except (ServiceError, MigrationError, psycopg.Error, OSError) as error:
        problem = " ".join(str(error).split())
    sys.stdout.buffer.write(msgspec.json.encode(Preparation(version=own_version(), problem=problem)) + b"\n")


async def _prepare(order: PreparationOrder) -> None:
    store = await set_up(order.dsn, ServiceFolder(Path(order.data_dir)), embedded=order.embedded)
    await store.close()


if __name__ == "__main__":
    main()
