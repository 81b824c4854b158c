"""Databases that are made for a test and dropped after it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from catmaid_server.db.store import Connection, Store


async def create_database(server_dsn: str, name: str, template: str = "template1") -> None:
    async with await psycopg.AsyncConnection.connect(server_dsn, autocommit=True) as connection:
        await connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


async def drop_database(server_dsn: str, name: str) -> None:
    async with await psycopg.AsyncConnection.connect(server_dsn, autocommit=True) as connection:
        await connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@asynccontextmanager
async def fresh_store(server_dsn: str, template: str) -> AsyncIterator[Store]:
    """A store with the users `admin` and `AnonymousUser`, for the time of the block."""
    name = f"test_{secrets.token_hex(6)}"
    await create_database(server_dsn, name, template)
    async with Store.opened(make_conninfo(server_dsn, dbname=name), pool_size=6) as opened:
        yield opened
    await drop_database(server_dsn, name)


async def state_of(connection: Connection) -> str:
    """A name of the state that a connection sees now."""
    rows = await (await connection.execute("SELECT pg_current_snapshot()::text")).fetchall()
    return str(rows[0][0])
