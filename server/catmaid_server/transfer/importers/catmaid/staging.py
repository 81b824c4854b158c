"""Rows of CATMAID into staging tables, a lot at a time, so that any number of them goes through little memory."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.importers.catmaid.base import Row
from catmaid_server.transfer.importers.catmaid.models import REPEATED
from catmaid_server.transfer.importers.catmaid.reading import ModelRow

sql = load("transfer/catmaid_staging")

_ROWS_AT_ONCE = 10_000

COPIES = {
    None: sql.copy_row, "class_instance": sql.copy_class_instance, "class_link": sql.copy_class_link,
    "treenode": sql.copy_treenode, "connector": sql.copy_connector, "link": sql.copy_link,
    "treenode_class": sql.copy_treenode_class, "connector_class": sql.copy_connector_class,
    "review": sql.copy_review,
}  # fmt: skip


class Staging:
    """The staging tables of one connection; they last until `drop`.

    Attributes
    ----------
    counts
        Rows that were staged, by model.
    left_out
        Rows of models that have no table here, by model.
    """

    def __init__(self, connection: Connection, source: Path) -> None:
        self._connection = connection
        self._source = source
        self._named_users: dict[str, int] = {}
        self.counts: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()

    async def create(self) -> None:
        """Make the tables, without what an import that was cut off may have left."""
        await self._connection.execute(sql.drop)
        await self._connection.execute(sql.create)

    async def drop(self) -> None:
        """Drop the tables."""
        await self._connection.execute(sql.drop)

    async def fill(self, rows: Iterator[ModelRow]) -> None:
        """Stage all rows; of those with the same model and id the last counts.

        Raises `BadFile` if the database refuses a value.
        """
        staged = 0
        while lot := await asyncio.to_thread(self._next_lot, rows):
            for table, values in lot.items():
                try:
                    await self._copy(table, values)
                except psycopg.DataError as error:
                    text = " ".join(str(error).split())
                    raise BadFile(
                        self._source,
                        f"one of the {_ROWS_AT_ONCE} objects after object {staged} cannot be stored: {text}",
                    ) from None
            staged += _ROWS_AT_ONCE
        await self._copy(None, [self._user(name, pk) for name, pk in self._named_users.items()])
        await self._connection.execute(sql.settle)

    def _next_lot(self, rows: Iterator[ModelRow]) -> dict[str | None, list[tuple[Any, ...]]]:
        lot: dict[str | None, list[tuple[Any, ...]]] = defaultdict(list)
        for found in islice(rows, _ROWS_AT_ONCE):
            row = found.row
            if row is None:
                if found.model not in REPEATED:
                    self.left_out[found.model] += 1
                lot.setdefault(None, [])
                continue
            self.counts[found.model] += 1
            self._number_users(row)
            if row.STAGED is None:
                lot[None].append((found.model, found.pk, Jsonb(row, msgspec.json.encode)))
            else:
                lot[row.STAGED].append((found.pk, *msgspec.structs.astuple(row)))
        return lot

    def _number_users(self, row: Row) -> None:
        """Give users that are called by name an id, below those of others."""
        for field in row.USERS:
            value = getattr(row, field)
            if isinstance(value, list):
                value = value[0] if value else ""
            if isinstance(value, str):
                setattr(row, field, self._named_users.setdefault(value, -1000 - len(self._named_users)))

    @staticmethod
    def _user(name: str, pk: int) -> tuple[Any, ...]:
        return ("auth.user", pk, Jsonb({"username": name, "is_active": False}))

    async def _copy(self, table: str | None, values: list[tuple[Any, ...]]) -> None:
        if values:
            async with self._connection.cursor() as cursor, cursor.copy(COPIES[table]) as copy:
                for row in values:
                    await copy.write_row(row)
