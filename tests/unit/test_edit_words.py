"""What edits are called for people."""

from __future__ import annotations

from catmaid_jupyter.edits.words import edit_in_words
from catmaid_server.routes import all_routes

NO_EDITS = ("accounts.", "dataviews.", "datastores.", "groups.", "messages.", "permissions.", "project_tokens.")
ALSO_NONE = {
    "courses.add_seed",
    "courses.add_students",
    "courses.create",
    "courses.delete",
    "courses.describe",
    "courses.remove_group",
    "courses.remove_seed",
    "courses.remove_student",
    "courses.review",
    "courses.set_status",
    "courses.write",
    "projects.add_favorite",
    "projects.clear_tags",
    "projects.delete",
    "projects.remove_favorite",
    "projects.update_tags",
    "reviewer_whitelist.update",
    "stacks.clear_tags",
    "stacks.update_tags",
    "tracing.rebuild_setup",
    "tracing.validate_setup",
    "users.register",
    "users.set_password",
    "users.update_profile",
}
"""What nobody undoes: it concerns accounts, courses, images, settings."""


def test_all_edits_have_words() -> None:
    labels = {route.label for route in all_routes() if route.label is not None} - ALSO_NONE
    edits = {label for label in labels if not label.startswith(NO_EDITS)}
    assert {label for label in edits if edit_in_words(label) == label} == set()


def test_moves_say_how_many_nodes_moved() -> None:
    rows = [{"table": "treenode", "created": 0, "changed": 2, "deleted": 0}]
    assert edit_in_words("nodes.update_location", rows) == "move 2 nodes"
    assert edit_in_words("nodes.update_location", [{**rows[0], "changed": 1}]) == "move 1 node"
    assert edit_in_words("nodes.update_location") == "move nodes"


def test_what_has_no_words_is_called_by_its_label() -> None:
    assert edit_in_words("imports.nml") == "imports.nml"
