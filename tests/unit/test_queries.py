"""SQL files and the code that names their queries fit each other: none is missing, none is left over."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

import catmaid_server
from catmaid_server.db.queries import Queries, load

PACKAGE = Path(catmaid_server.__file__).parent
SUBJECTS = sorted(
    f"{path.parent.name}/{path.stem}" for path in (PACKAGE / "sql").glob("*/*.sql") if path.parent.name != "migrations"
)
NAMED_AT_RUN_TIME = {"transfer/exporting"} | {
    f"transfer/catmaid_export_{part}" for part in ("site", "graph", "tracing")
}
"""Subjects whose queries are named after tables, by `getattr`."""
SCRIPTS = {("transfer/catmaid_staging", "create"), ("transfer/catmaid_staging", "settle")}
"""Queries of several statements, which take no parameters."""
HOT = {
    "tracing/viewports": ("edges_in_box", "nodes_by_id"),
    "skeletons/details": ("nodes", "connectors", "tags"),
    "graph/connectivity": ("partner_counts", "symmetric_partner_counts", "partner_links", "node_counts", "reviewers"),
    "annotation/annotation_query": ("annotated", "annotation_names", "page"),
    "tracing/treenodes": ("create_root", "create_child"),
    "tracing/skeletons": ("cut", "hang_whole", "links_follow", "reviews_follow", "turn_path"),
    "tracing/locks": ("links_of_skeleton", "skeletons", "skeletons_alone"),
}
"""Queries on which a viewer or an edit waits: reads of what is seen, create, join, split and reroot."""


def loaded(tree: ast.Module) -> dict[str, str]:
    """Subject by the name that a module gives to its queries: `sql = load("accounts/users")`."""
    return {
        target.id: str(node.value.args[0].value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(target := node.targets[0], ast.Name)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "load"
        and isinstance(node.value.args[0], ast.Constant)
    }


def uses() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """By subject: the queries that are named (`sql.name`), and every attribute named where its queries are at hand."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}
    subjects = {path: loaded(tree) for path, tree in trees.items()}
    by_module = {path.stem: known["sql"] for path, known in subjects.items() if "sql" in known}
    named: dict[str, set[str]] = defaultdict(set)
    nearby: dict[str, set[str]] = defaultdict(set)
    for path, tree in trees.items():
        attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
        for subject in subjects[path].values():
            nearby[subject] |= {node.attr for node in attributes}
        for node in attributes:
            match node.value:
                case ast.Name(id) if id in subjects[path]:
                    named[subjects[path][id]].add(node.attr)
                case ast.Attribute(ast.Name(module), "sql") if module in by_module:  # module.sql.name
                    named[by_module[module]].add(node.attr)
    return named, {subject: nearby[subject] | named[subject] for subject in nearby}


NAMED, NEARBY = uses()


def test_every_file_is_loaded_and_every_loaded_file_is_there() -> None:
    assert sorted(NEARBY) == SUBJECTS


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_queries_of_a_file_are_those_that_the_code_names(subject: str) -> None:
    queries = set(dir(load(subject)))
    missing = {name for name in NAMED[subject] - queries if not hasattr(Queries, name)}
    assert missing == set()
    if subject not in NAMED_AT_RUN_TIME:
        assert queries - NEARBY[subject] == set()


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_file_is_well_formed(subject: str) -> None:
    text = (PACKAGE / "sql" / f"{subject}.sql").read_text(encoding="utf-8")
    names = re.findall(r"^-- name: (.*)$", text, re.MULTILINE)
    assert names, "a file without queries"
    assert names == [name for name in names if re.fullmatch(r"[a-z_]+", name)]
    assert len(set(names)) == len(names), "one name for two queries"
    for name in names:
        query = getattr(load(subject), name)
        statement = re.sub(r"--.*", "", query).strip()
        assert statement.endswith(";"), name
        if (subject, name) in SCRIPTS:
            assert "%" not in statement, name
        else:
            assert statement.count(";") == 1, name
        assert re.search(r"%(?!\(\w+\)s)", statement.replace("%%", "")) is None, f"{name} has a stray %"


@pytest.mark.parametrize("subject", SUBJECTS)
def test_each_query_says_what_it_gives(subject: str) -> None:
    queries = load(subject)
    assert [name for name in dir(queries) if not getattr(queries, name).startswith("-- ")] == []


@pytest.mark.parametrize("subject", HOT)
def test_a_query_that_somebody_waits_for_says_what_it_costs(subject: str) -> None:
    queries = load(subject)
    assert [name for name in HOT[subject] if "Cost: " not in getattr(queries, name)] == []


def test_an_unknown_query_is_named_in_the_error() -> None:
    with pytest.raises(AttributeError, match=r"no query 'nonsense' in sql/accounts/users\.sql"):
        load("accounts/users").nonsense  # noqa: B018
