"""The schema as the migrations make it: every table has a history or a reason to have none, and no key is slow."""

from __future__ import annotations

from typing import Any

import pytest

from catmaid_server.db.store import Store

NOT_VERSIONED = {
    "transaction_info": "the versions themselves",
    "schema_migration": "bookkeeping: which migrations were applied",
    "edit_answer": "bookkeeping: answers kept for retries, deleted after days",
    "treenode_edge_past": "history of a derived column",
    "link_edge_past": "history of a derived column",
    "pin": "never changed",
    "reverted_version": "never changed",
    "login_session": "bookkeeping: who is logged in",
    "identity": "who vouches for a user; what the user did is in versions of their own",
    "identity_membership": "which memberships a sign-in gave; group_member has them all",
    "api_token_use": "bookkeeping: when API tokens were last used",
    "group_inactivity_period": "a setting; accounts that are closed for it are versions of app_user",
    "group_inactivity_contact": "as group_inactivity_period",
    "inactivity_notice": "bookkeeping: of whom contacts were told",
    "program_sign_in": "bookkeeping: programs that wait for ten minutes",
    "packed_skeleton": "derived: skeletons as they are sent, by version; lost in a crash",
    "wrong_password": "bookkeeping: counted for a minute",
    "database_identity": "never changed",
    "unreadable_versions": "bookkeeping: which versions are no more",
    "spatial_ref_sys": "part of PostGIS",
    "job": "bookkeeping: long work that is asked for and done",
    "job_log": "bookkeeping: what jobs noted",
    "procrastinate_jobs": "the queue of jobs",
    "procrastinate_events": "the queue of jobs",
    "procrastinate_periodic_defers": "the queue of jobs",
    "procrastinate_workers": "the queue of jobs",
}
REVERTIBLE = {
    "tracing": "neuron skeleton treenode connector connector_link review"
    " suppressed_virtual_node skeleton_origin import_source",
    "words": "annotation annotation_link volume_annotation label node_label text_label project_tag",
    "samplers": "sampler sampler_connector sampler_domain sampler_domain_end sampler_interval",
    "space": "volume region region_link point_cloud cloud_point point_set interpolatable_section",
    "landmarks": "landmark landmark_group landmark_group_link landmark_group_location"
    " landmark_location landmark_member landmark_point",
    "ontologies": "class class_link class_instance class_instance_link cardinality_restriction",
}
"""Tables of what people make in a project, by what it is."""
NOT_REVERTIBLE = {
    "accounts": "api_token app_user group_member project_permission user_group user_profile",
    "images": "broken_section project_stack stack stack_group stack_group_member stack_mirror stack_tag",
    "the project itself": "project project_archive project_token project_token_use",
    "settings of users": "client_datastore client_datum data_view data_view_type deep_link project_favorite"
    " reviewer_whitelist",
    "messages and the log": "log_entry message",
    "courses, where undo takes back tracing alone": "course course_assignment course_group"
    " course_group_student course_message course_seed course_student",
    "what other rows rest on, wherever they came from": "data_source relation relation_detail",
    "derived": "skeleton_summary",
}
"""Versioned tables that are not taken back, by reason."""
DERIVED_COLUMNS = {
    ("treenode", "edge"): "rebuild_edges()",
    ("connector_link", "edge"): "rebuild_edges()",
    ("volume", "box"): "box_around(corners)",
    ("app_user", "last_login"): "bookkeeping: a login changes no data",
}
UNINDEXED_KEYS = {
    (
        "treenode",
        "treenode_project_id_fkey",
    ): "projects are deleted seldom, reading all treenodes, and it would slow each new one",
    (
        "procrastinate_jobs",
        "procrastinate_jobs_worker_id_fkey",
    ): "the library's own; only jobs that run have a worker, and these are in an index",
}

TABLES = """
SELECT c.relname FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname NOT LIKE '%\\_\\_history'
"""
COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
  FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
"""
TRIGGERS = "SELECT tgname, tgtype & 1 = 1 FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal"
WITHOUT_PRIMARY_KEY = """
SELECT c.relname FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
   AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)
"""
FOREIGN_KEYS_WITHOUT_INDEX = """
SELECT k.conrelid::regclass::text, k.conname
  FROM pg_constraint k
 WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
   AND NOT EXISTS (SELECT FROM pg_index i
                    WHERE i.indrelid = k.conrelid AND i.indpred IS NULL
                      AND (string_to_array(i.indkey::text, ' ')::smallint[])[1:cardinality(k.conkey)] @> k.conkey)
"""
TRIGGERS_THAT_PLAN = """
SELECT DISTINCT p.proname
  FROM pg_proc p JOIN pg_trigger t ON t.tgfoid = p.oid
 WHERE p.pronamespace = 'public'::regnamespace AND p.proname NOT LIKE 'procrastinate%'
   AND ('plan_cache_mode=force_custom_plan' = ANY (p.proconfig) OR p.prosrc LIKE '%EXECUTE%')
"""


async def rows(store: Store, query: Any, *values: object) -> list[tuple[Any, ...]]:
    async with store.reading() as connection:
        return await (await connection.execute(query, values or None)).fetchall()


@pytest.fixture
async def tables(module_store: Store) -> set[str]:
    return {name for (name,) in await rows(module_store, TABLES)}


async def test_every_table_is_versioned_or_says_why_not(module_store: Store, tables: set[str]) -> None:
    versioned = {
        name.removesuffix("__history")
        for (name,) in await rows(
            module_store, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname LIKE '%\\_\\_history'"
        )
    }
    assert tables - versioned == set(NOT_VERSIONED)
    assert versioned <= tables


async def test_every_versioned_table_is_taken_back_or_says_why_not(module_store: Store, tables: set[str]) -> None:
    revertible = {name for (name,) in await rows(module_store, "SELECT name FROM revertible_tables()")}
    included, excluded = (
        {name for names in known.values() for name in names.split()} for known in (REVERTIBLE, NOT_REVERTIBLE)
    )
    told = (
        "What people make in a project is taken back: name the table in REVERTIBLE. Else exclude it by a migration"
        " that replaces tables_without_undo(), and name it in NOT_REVERTIBLE with the reason."
    )
    assert revertible == included, told
    assert tables - set(NOT_VERSIONED) - revertible == excluded, told


async def test_history_holds_every_column_that_cannot_be_derived(module_store: Store, tables: set[str]) -> None:
    for table in sorted(tables - set(NOT_VERSIONED)):
        live = {name: kind for name, kind, _ in await rows(module_store, COLUMNS, table)}
        history = {name: kind for name, kind, _ in await rows(module_store, COLUMNS, f"{table}__history")}
        view = {name: kind for name, kind, _ in await rows(module_store, COLUMNS, f"{table}__with_history")}
        derived = {column for name, column in DERIVED_COLUMNS if name == table}
        assert (
            {name: kind for name, kind in live.items() if name not in derived}
            | {"ended_by": "bigint", "sys_period": "tstzrange"}
            == history
            == view
        ), table


async def test_versions_are_never_missing(module_store: Store, tables: set[str]) -> None:
    for table in sorted(tables - set(NOT_VERSIONED)):
        required = {name for name, _, not_null in await rows(module_store, COLUMNS, table) if not_null}
        assert "version" in required, table
        required = {name for name, _, not_null in await rows(module_store, COLUMNS, f"{table}__history") if not_null}
        assert {"version", "ended_by", "sys_period"} <= required, table


async def test_history_is_written_once_per_statement(module_store: Store, tables: set[str]) -> None:
    """A bulk load must not pay for each of a million rows: only stamping the new version is done row by row."""
    for table in sorted(tables - set(NOT_VERSIONED)):
        triggers = dict(await rows(module_store, TRIGGERS, table))
        per_row = {"stamp_version": True, "record_update": False, "record_delete": False, "refuse_truncate": False}
        assert {name: triggers.get(name) for name in per_row} == per_row, table


async def test_every_table_has_a_primary_key(module_store: Store) -> None:
    assert await rows(module_store, WITHOUT_PRIMARY_KEY) == []


async def test_every_foreign_key_has_an_index(module_store: Store) -> None:
    """Else each delete of what is referred to reads the whole table."""
    assert set(await rows(module_store, FOREIGN_KEYS_WITHOUT_INDEX)) == set(UNINDEXED_KEYS)


async def test_a_fresh_store_has_no_mismatch(module_store: Store) -> None:
    assert await rows(module_store, "SELECT * FROM derived_mismatches") == []


async def test_triggers_do_not_plan_their_statements_at_each_call(module_store: Store) -> None:
    """A setting of a function holds for what its statements fire, too; text is planned whenever it is run."""
    assert await rows(module_store, TRIGGERS_THAT_PLAN) == []
