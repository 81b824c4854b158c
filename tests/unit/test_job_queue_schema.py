"""The tables of the queue are those of the library that uses them."""

from __future__ import annotations

import procrastinate.schema

from catmaid_server.db.migrations import available


def without_header(text: str) -> str:
    return text.split("\n\n", 1)[1].rstrip()


def test_the_migrations_make_the_schema_of_the_installed_library() -> None:
    """If not, procrastinate was updated: write its migrations into one of ours, and compare with its schema anew."""
    parts = [without_header(m.text) for m in available() if "_job_queue" in m.name]
    schema = procrastinate.schema.SchemaManager.get_schema()
    assert "\n\n".join(parts) == schema[schema.index("-- Enums") :].rstrip()
