"""Changes that a conformance sequence makes without HTTP: grants, users, groups, rows."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from catmaid_server.domain.accounts import passwords
from tests.contract.base_state import (
    PLAIN,
    Catalogue,
    Row,
    Untranslatable,
    begin_version,
    change_grant,
    insert,
    raise_counters,
    translated,
)

Connection = psycopg.AsyncConnection[Any]
KNOWN = {*PLAIN, "relation", "stack", "project_stack", "treenode", "connector", "log", "class_instance",
         "class_instance_class_instance", "treenode_class_instance", "connector_class_instance",
         "catmaid_volume", "volume_class_instance"}  # fmt: skip


async def apply(connection: Connection, changes: list[Row], catalogue: Catalogue) -> None:
    """Make all changes in one transaction; `Untranslatable` if one needs a table that we have not."""
    unknown = {c["table"] for c in changes if "table" in c} - KNOWN
    if unknown:
        raise Untranslatable(f"No table here stands for {', '.join(sorted(unknown))}.")
    async with connection.transaction():
        await begin_version(connection)
        for change in changes:
            await _apply_one(connection, change, catalogue)
        await connection.execute("SELECT rebuild_edges()")
        await raise_counters(connection)


async def _apply_one(connection: Connection, change: Row, catalogue: Catalogue) -> None:
    match change["op"]:
        case "grant" | "revoke":
            await change_grant(connection, change)
        case "insert":
            await _insert(connection, change["table"], change["row"], catalogue)
        case "update":
            await _update(connection, change, catalogue)
        case "delete":
            for table, row in translated(change["table"], change["row"], catalogue):
                statement = sql.SQL("DELETE FROM {} WHERE id = %s").format(sql.Identifier(table))
                await connection.execute(statement, (row["id"],))
        case "update_user":
            await _set_columns(connection, "app_user", "username", change["user"], change["changed"])
        case "create_user":
            row = {k: v for k, v in change.items() if k != "op"}
            await insert(connection, "app_user", [{**row, "password": passwords.hashed(change["password"])}])
        case "create_group":
            await insert(connection, "user_group", [{"id": change["id"], "name": change["name"]}])
        case "add_to_group" | "remove_from_group":
            await _change_membership(connection, change)
        case other:
            raise Untranslatable(f"Unknown change {other!r}.")


async def _insert(connection: Connection, table: str, row: Row, catalogue: Catalogue) -> None:
    if table == "class_instance_class_instance" and catalogue.relations[row["relation_id"]] == "model_of":
        await connection.execute(
            "UPDATE skeleton SET neuron_id = %(class_instance_b)s, model_of_link_id = %(id)s"
            " WHERE id = %(class_instance_a)s",
            row,
        )
        return
    for name, our_row in translated(table, row, catalogue):
        await insert(connection, name, [our_row])


async def _update(connection: Connection, change: Row, catalogue: Catalogue) -> None:
    """The whole row is given, so it is translated; but only what changed is written."""
    changed = {k: v for k, v in change["changed"].items() if k != "txid"}
    for table, row in translated(change["table"], {**change["row"], **changed}, catalogue):
        values = {k: v for k, v in row.items() if k in changed or k in _renamed(changed)}
        await _set_columns(connection, table, "id", row["id"], values)


def _renamed(changed: Row) -> set[str]:
    return {name.removeprefix("location_") for name in changed}


async def _set_columns(connection: Connection, table: str, key: str, value: Any, changed: Row) -> None:
    assignments = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in changed)
    statement = sql.SQL("UPDATE {} SET {} WHERE {} = %s")
    await connection.execute(
        statement.format(sql.Identifier(table), assignments, sql.Identifier(key)), [*changed.values(), value]
    )


async def _change_membership(connection: Connection, change: Row) -> None:
    names = {"user": change["user"], "group": change["group"]}
    if change["op"] == "add_to_group":
        await connection.execute(
            "INSERT INTO group_member (user_id, group_id) SELECT u.id, g.id FROM app_user u, user_group g"
            " WHERE u.username = %(user)s AND g.name = %(group)s ON CONFLICT DO NOTHING",
            names,
        )
    else:
        await connection.execute(
            "DELETE FROM group_member m USING app_user u, user_group g WHERE m.user_id = u.id AND m.group_id = g.id"
            " AND u.username = %(user)s AND g.name = %(group)s",
            names,
        )
