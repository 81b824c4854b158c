"""Load the base state of the conformance kit, and the changes its sequences make on the side, into our tables.

The base state comes in as an export file of CATMAID would. A change on the side is one row: CATMAID keeps neurons,
skeletons, labels and annotations in one generic graph (`class_instance` and links between them); we have a table for
each. `translated` turns such a row into rows of ours, ids kept.

The password hashes of the kit (Django's PBKDF2) are stored as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from catmaid_server.domain.progress import silent
from catmaid_server.transfer.importers.catmaid import writing
from catmaid_server.transfer.importers.catmaid.models import MODELS, fields_of_columns, model_of_table
from catmaid_server.transfer.importers.catmaid.reading import ModelRow, model_row
from catmaid_server.transfer.importers.catmaid.staging import Staging
from catmaid_server.transfer.importers.catmaid.users import UserMapping, UserPolicy
from catmaid_server.transfer.steps import Steps

Row = dict[str, Any]
OurRow = tuple[str, Row]

ENTITIES = {"neuron", "label", "annotation"}
WITH_TABLES_OF_THEIR_OWN = ENTITIES | {"skeleton", "volume", "landmark", "landmarkgroup", "stack_property"}
CONCEPTS = (
    "relation",
    "neuron",
    "skeleton",
    "label",
    "annotation",
    "annotation_link",
    "class",
    "class_instance",
    "class_instance_link",
)
LOCATIONS = ("treenode", "connector")
IN_ORDER = ("user_group", "app_user", "group_member", "project", "project_permission", "stack", "stack_mirror",
            "project_stack", "stack_group", "stack_group_member", "relation", "neuron", "skeleton", "treenode",
            "connector", "connector_link", "label", "node_label", "annotation", "annotation_link", "review",
            "class", "relation_detail", "class_instance", "class_instance_link", "log_entry", "text_label",
            "client_datastore", "message", "data_view_type", "data_view", "volume")  # fmt: skip
PLAIN = {"auth_group": "user_group", "auth_user_groups": "group_member", "project": "project",
         "stack_mirror": "stack_mirror", "stack_group": "stack_group", "review": "review",
         "reviewer_whitelist": "reviewer_whitelist",
         "treenode_connector": "connector_link", "client_datastore": "client_datastore", "message": "message",
         "data_view": "data_view", "data_view_type": "data_view_type"}  # fmt: skip


class Untranslatable(NotImplementedError):
    """A change on the side for which this release has no table; the kit then skips the sequence."""


@dataclass
class Catalogue:
    """What CATMAID's rows refer to by number: classes, relations, and kinds of stack group membership."""

    classes: dict[int, str] = field(default_factory=dict)
    relations: dict[int, str] = field(default_factory=dict)
    stack_relations: dict[int, str] = field(default_factory=dict)
    models: dict[int, Row] = field(default_factory=dict)
    """The `model_of` link of each skeleton."""
    kinds: dict[int, str] = field(default_factory=dict)
    """The class of each thing."""
    profiles: dict[int, Row] = field(default_factory=dict)
    text_places: dict[int, Row] = field(default_factory=dict)
    """The location of each text label."""

    @classmethod
    def of(cls, tables: dict[str, list[Row]]) -> Catalogue:
        """Read the tables that only give names to numbers."""
        found = cls(
            classes={r["id"]: r["class_name"] for r in tables["class"]},
            relations={r["id"]: r["relation_name"] for r in tables["relation"]},
            stack_relations={r["id"]: r["name"] for r in tables["stack_group_relation"]},
            profiles={r["user_id"]: r for r in tables["catmaid_userprofile"]},
            text_places={r["textlabel_id"]: r["location"] for r in tables["textlabel_location"]},
        )
        links = tables["class_instance_class_instance"]
        found.kinds = {r["id"]: found.classes[r["class_id"]] for r in tables["class_instance"]}
        found.models = {r["class_instance_a"]: r for r in links if found.relations[r["relation_id"]] == "model_of"}
        return found


def translated(table: str, row: Row, catalogue: Catalogue) -> Iterator[OurRow]:
    """Our rows for one row of CATMAID's `table`; none where we keep nothing of it."""
    row = {k: v for k, v in row.items() if k != "txid"}
    if table in PLAIN:
        if table == "auth_user_groups":
            del row["id"]
        yield PLAIN[table], row
    elif table in ("relation", "class"):
        yield from _concept_rows(table, row)
    elif table == "auth_user":
        profile = catalogue.profiles[row["id"]]
        yield (
            "app_user",
            {**row, "color": [profile["color"][c] for c in "rgba"], "primary_group_id": profile["primary_group_id"]},
        )
    elif table in ("stack", "project_stack", "stack_stack_group"):
        yield _stack_row(table, row, catalogue)
    elif table in ("textlabel", "catmaid_volume"):
        yield _shown_row(table, row, catalogue)
    elif table in ("treenode", "connector", "log"):
        yield _placed_row(table, row)
    elif table in ("class_instance", "class_instance_class_instance"):
        yield from _graph_rows(table, row, catalogue)
    elif (
        table in ("treenode_class_instance", "connector_class_instance")
        and catalogue.relations[row["relation_id"]] == "labeled_as"
    ):
        del row["relation_id"]
        label_id = row.pop("class_instance_id")
        yield "node_label", {**row, "label_id": label_id}


def _concept_rows(table: str, row: Row) -> Iterator[OurRow]:
    if table == "relation":
        yield table, {**_only(row, "id", "project_id", "user_id"), "name": row["relation_name"]}
        yield (
            "relation_detail",
            {**_only(row, "description", "isreciprocal"), "uri": row["uri"] or "", "relation_id": row["id"]},
        )
    else:
        yield (
            table,
            {
                **_only(row, "id", "project_id", "user_id", "creation_time", "edition_time", "description"),
                "name": row["class_name"],
            },
        )


def _shown_row(table: str, row: Row, catalogue: Catalogue) -> OurRow:
    if table == "textlabel":
        kept = {k: v for k, v in row.items() if k not in ("colour", "deleted")}
        return "text_label", {**kept, "color": [row["colour"][c] for c in "rgba"], **catalogue.text_places[row["id"]]}
    kept = {k: v for k, v in row.items() if k not in ("geometry", "meta_computed")}
    return "volume", {**kept, "corners": _corners(row["geometry"])}


def _corners(tin: str) -> list[float]:
    """The corners of the triangles of a TIN in text form; there each triangle ends where it began."""
    rings = re.findall(r"\(\(([^()]+)\)\)", tin)
    return [float(number) for ring in rings for point in ring.split(",")[:3] for number in point.split()]


def _placed_row(table: str, row: Row) -> OurRow:
    if table == "log":
        location = row.pop("location")
        return "log_entry", {**row, **location}
    location = {axis: row.pop(f"location_{axis}") for axis in "xyz"}
    return table, {**row, **location}


def _stack_row(table: str, row: Row, catalogue: Catalogue) -> OurRow:
    if table == "stack_stack_group":
        relation = catalogue.stack_relations[row.pop("group_relation_id")]
        return "stack_group_member", {**row, "relation": relation}
    for name in ("dimension", "resolution", "translation"):
        if name in row:
            row |= {f"{name}_{axis}": value for axis, value in row.pop(name).items()}
    if table == "stack":
        row["canary_location"] = [row["canary_location"][axis] for axis in "xyz"]
        row["placeholder_color"] = [row["placeholder_color"][c] for c in "rgba"]
    return table, row


def _graph_rows(table: str, row: Row, catalogue: Catalogue) -> Iterator[OurRow]:
    if table == "class_instance":
        kind = catalogue.kinds[row["id"]] = catalogue.classes[row["class_id"]]
        if kind not in WITH_TABLES_OF_THEIR_OWN:
            yield table, row
        row = {k: v for k, v in row.items() if k != "class_id"}
        if kind in ENTITIES:
            yield kind, row
        elif kind == "skeleton" and row["id"] in catalogue.models:
            link = catalogue.models[row["id"]]
            yield kind, {**row, "neuron_id": link["class_instance_b"], "model_of_link_id": link["id"]}
        elif kind == "skeleton":
            # a skeleton without neuron cannot be with us; it gets one, with an id below all others
            yield "neuron", {**row, "id": -row["id"]}
            yield kind, {**row, "neuron_id": -row["id"]}
    elif catalogue.relations[row["relation_id"]] == "annotated_with":
        link = {
            **_only(row, "id", "user_id", "project_id", "creation_time", "edition_time"),
            "annotation_id": row["class_instance_b"],
            "neuron_id": row["class_instance_a"],
        }
        yield "annotation_link", link
    else:
        link = _only(row, "id", "user_id", "project_id", "creation_time", "edition_time", "relation_id")
        for end in "ab":
            thing = row[f"class_instance_{end}"]
            kind = catalogue.kinds.get(thing, "")
            link[f"neuron_{end}_id"] = thing if kind == "neuron" else None
            link[f"instance_{end}_id"] = None if kind in WITH_TABLES_OF_THEIR_OWN else thing
        if all(link[f"neuron_{end}_id"] or link[f"instance_{end}_id"] for end in "ab"):
            yield "class_instance_link", link


def _only(row: Row, *names: str) -> Row:
    return {name: row[name] for name in names if name in row}


def read_tables(base: Path) -> dict[str, Any]:
    """The content of the files of the base state, by name."""
    return {p.stem: json.loads(p.read_text()) for p in base.glob("*.json") if p.stem != "catmaid_testdata"}


def model_rows(tables: dict[str, Any]) -> Iterator[ModelRow]:
    """The rows of the tables as an export file would name them."""
    for table, rows in tables.items():
        model = model_of_table(table)
        if model in MODELS:
            for row in rows:
                fields = fields_of_columns(model, row)
                yield model_row(model, fields.pop("id"), fields)


async def load_base(connection: psycopg.AsyncConnection[Any], tables: dict[str, Any]) -> Catalogue:
    """Fill an empty, migrated database with what `read_tables` read, all in one transaction."""
    access, counters = tables["_access"], {c["counter"]: c["next"] for c in tables["_counters"]}
    catalogue = Catalogue.of(tables)
    staging = Staging(connection, Path("base"))
    await staging.create()
    await staging.fill(model_rows(tables))
    projects = [row["id"] for row in tables["project"]]
    async with connection.transaction():
        await begin_version(connection)
        await UserMapping(UserPolicy.TAKE, keep_ids=True).settle(connection, projects)
        await writing.write_site(connection, keep=True)
        await writing.write_stacks(connection, None, keep=True)
        for project_id in projects:
            await writing.insert_project(connection, project_id, project_id)
            await writing.write_project(connection, project_id, project_id, keep=True, steps=Steps(silent))
        await set_access(connection, access)
        await connection.execute("DELETE FROM skeleton_summary")
        await insert(connection, "skeleton_summary", tables["catmaid_skeleton_summary"])
        await raise_counters(connection)
        for counter in ("concept_id_seq", "location_id_seq"):
            await connection.execute("SELECT setval(%s, %s, false)", (counter, counters[counter]))
    await staging.drop()
    return catalogue


async def begin_version(connection: psycopg.AsyncConnection[Any]) -> None:
    """Open a version that belongs to no project, so that no project's list of transactions shows it."""
    await connection.execute("SELECT begin_version(NULL, NULL, 'conformance.setup')")


async def insert(connection: psycopg.AsyncConnection[Any], table: str, rows: Iterable[Row]) -> None:
    """Insert rows of one of our tables; columns that a row does not name take their default."""
    rows = await _with_targets(connection, rows) if table == "annotation_link" else list(rows)
    for columns in {tuple(sorted(row)) for row in rows}:
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        statement = sql.SQL(
            "INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, %s)"
        )
        batch = [row for row in rows if tuple(sorted(row)) == columns]
        await connection.execute(statement.format(table=sql.Identifier(table), names=names), (Jsonb(batch),))


async def _with_targets(connection: psycopg.AsyncConnection[Any], links: Iterable[Row]) -> list[Row]:
    """CATMAID annotates any entity; here a neuron and an annotation are targets in columns of their own."""
    cursor = await connection.execute("SELECT id FROM annotation")
    annotations = {annotation for (annotation,) in await cursor.fetchall()}
    return [
        {**link, "neuron_id": None, "target_annotation_id": link["neuron_id"]}
        if link["neuron_id"] in annotations
        else link
        for link in links
    ]


async def set_access(connection: psycopg.AsyncConnection[Any], access: Row) -> None:
    """Grant what `_access.json` lists; users, groups and memberships are rows of their own."""
    for kind in ("user", "group"):
        for given in access[f"{kind}_grants"]:
            await change_grant(connection, {"op": "grant", **given})


async def change_grant(connection: psycopg.AsyncConnection[Any], change: Row) -> None:
    """Grant or revoke one permission on a project."""
    values = {
        "user": change.get("user"),
        "group": change.get("group"),
        "project": int(change["object"]),
        "permission": change["permission"],
    }
    if change["op"] == "grant":
        statement = """
            INSERT INTO project_permission (project_id, user_id, group_id, permission)
            SELECT %(project)s, (SELECT id FROM app_user WHERE username = %(user)s),
                   (SELECT id FROM user_group WHERE name = %(group)s), %(permission)s
            ON CONFLICT DO NOTHING"""
    else:
        statement = """
            DELETE FROM project_permission
             WHERE project_id = %(project)s AND permission = %(permission)s
               AND (user_id = (SELECT id FROM app_user WHERE username = %(user)s)
                    OR group_id = (SELECT id FROM user_group WHERE name = %(group)s))"""
    await connection.execute(statement, values)


async def raise_counters(connection: psycopg.AsyncConnection[Any]) -> None:
    """Put every id counter above the ids in use."""
    shared = {"concept_id_seq": CONCEPTS, "location_id_seq": LOCATIONS}
    for counter, tables in shared.items():
        for table in tables:
            statement = sql.SQL(
                "SELECT setval({counter}, greatest(nextval({counter}), max(id) + 1), false) FROM {table}"
            )
            await connection.execute(statement.format(counter=sql.Literal(counter), table=sql.Identifier(table)))
    for table in IN_ORDER:
        if table not in CONCEPTS + LOCATIONS + ("group_member", "relation_detail"):
            statement = sql.SQL(
                "SELECT setval(pg_get_serial_sequence({name}, 'id'), max(id) + 1, false) FROM {table}"
                " HAVING max(id) > 0"
            )
            await connection.execute(statement.format(name=sql.Literal(table), table=sql.Identifier(table)))
