"""Files of CATMAID: what was in them is here, what goes out comes in unchanged, a wrong one changes nothing."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users as accounts
from catmaid_server.domain.errors import DomainError, InvalidInput, NotFound
from catmaid_server.operations import checks, databases
from catmaid_server.transfer import indexes
from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.exporters.catmaid import export_catmaid
from catmaid_server.transfer.importers.catmaid.importing import import_catmaid
from tests.helpers.catmaid_files import (
    ANA,
    BEN,
    TIME,
    everything,
    graph,
    link,
    node,
    owned,
    projects,
    row,
    thing,
    whole,
    written,
)
from tests.helpers.database import fresh_store
from tests.helpers.snapshots import mismatches, snapshot


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "lab.json", whole())


async def rows(store: Store, query: Any) -> list[tuple[Any, ...]]:
    async with store.reading() as connection:
        return await (await connection.execute(query)).fetchall()


async def test_an_export_of_catmaid_is_here_with_new_ids(store: Store, file: Path) -> None:
    summary = await import_catmaid(store, file, user="admin")
    (project,) = summary.projects
    assert (project.title, project.created, project.source_id) == ("lab", True, 3)
    assert project.counts == {
        "neurons": 2,
        "skeletons": 2,
        "treenodes": 4,
        "connectors": 1,
        "links": 2,
        "labels": 2,
        "node labels": 2,
        "annotations": 2,
        "annotation links": 2,
        "reviews": 1,
        "volumes": 1,
        "stacks": 0,
    }
    assert summary.created_users == ["ana", "ben"]
    assert summary.left_out == {}
    assert await rows(
        store,
        """
        SELECT t.x, p.x, n.name, u.username, e.username, t.creation_time::text, t.radius, t.confidence
          FROM treenode t JOIN skeleton s ON s.id = t.skeleton_id JOIN neuron n ON n.id = s.neuron_id
          JOIN app_user u ON u.id = t.user_id JOIN app_user e ON e.id = t.editor_id
          LEFT JOIN treenode p ON p.id = t.parent_id ORDER BY t.id""",
    ) == [
        (110, None, 'first, "quoted" \\ and ünïcode', "ana", "ben", "2019-05-04 03:02:01.25+00", 4.25, 3),
        (120, 110, 'first, "quoted" \\ and ünïcode', "ana", "ben", "2019-05-04 03:02:01.25+00", -1, 5),
        (130, 120, 'first, "quoted" \\ and ünïcode', "ana", "ben", "2019-05-04 03:02:01.25+00", -1, 5),
        (140, None, "second", "ben", "ben", "2019-05-04 03:02:01.25+00", -1, 5),
    ]
    assert await rows(
        store,
        """
        SELECT r.name, t.x, l.confidence, l.skeleton_id = t.skeleton_id
          FROM connector_link l JOIN relation r ON r.id = l.relation_id JOIN treenode t ON t.id = l.treenode_id
         ORDER BY l.id""",
    ) == [("presynaptic_to", 130, 5, True), ("postsynaptic_to", 140, 2, True)]
    assert await rows(store, "SELECT min(id), max(id) FROM treenode") == [(1, 4)], "ids are new"
    assert await rows(store, "SELECT is_active, password FROM app_user WHERE username = 'ana'") == [(False, "!")]
    assert await rows(store, "SELECT round(area), watertight, cardinality(corners) FROM volume") == [(237, True, 36)]
    assert await rows(
        store, "SELECT label, project_id, user_id, note FROM transaction_info WHERE label LIKE '%import'"
    ) == [("projects.import", project.project_id, 2, "lab.json")]
    assert await rows(store, "SELECT * FROM derived_mismatches") == []


@pytest.mark.parametrize("many", [False, True])
async def test_what_goes_out_with_its_ids_comes_in_and_goes_out_unchanged(
    store: Store,
    server_dsn: str,
    template: str,
    file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    many: bool,
) -> None:
    if many:
        monkeypatch.setattr(indexes, "MUCH", 1)
    summary = await import_catmaid(store, written(file, everything()), user="admin")
    assert summary.left_out == {}
    first = tmp_path / "first.json"
    exported = await export_catmaid(store, first)
    given_rows, missing = Counter(found["model"] for found in everything()), {"catmaid.class", "catmaid.relation"}
    assert {e.model: e.rows for e in exported if e.rows and e.model not in missing} == {
        model: number for model, number in given_rows.items() if model not in missing
    } | {"auth.user": 3, "catmaid.stackgrouprelation": 2}
    assert all(set(found) == {"model", "pk", "fields"} for found in json.loads(first.read_text()))
    async with fresh_store(server_dsn, template) as other:
        await import_catmaid(other, first, user="admin", preserve_ids=True)
        second = tmp_path / "second.json.gz"
        await export_catmaid(other, second, project="lab")
        assert gzip.decompress(second.read_bytes()) == first.read_bytes()
        assert await new_ids(other) > await highest_ids(first)
        async with databases.one_snapshot(other.dsn) as connection:
            assert [outcome for outcome in await checks.check(connection) if not outcome.holds] == []
    async with fresh_store(server_dsn, template) as other:
        await import_catmaid(other, second, user="admin", preserve_ids=True)
        await export_catmaid(other, tmp_path / "third.json")
    assert (tmp_path / "third.json").read_bytes() == first.read_bytes()


async def new_ids(store: Store) -> tuple[int, int]:
    ((location, concept),) = await rows(store, "SELECT nextval('location_id_seq'), nextval('concept_id_seq')")
    return location, concept


async def highest_ids(path: Path) -> tuple[int, int]:
    highest: dict[str, int] = {}
    for found in json.loads(path.read_text()):
        highest[found["model"]] = max(found["pk"], highest.get(found["model"], 0))
    concepts = [
        highest.get(f"catmaid.{name}", 0)
        for name in (
            "class",
            "relation",
            "classinstance",
            "classinstanceclassinstance",
            "treenodeconnector",
            "log",
            "treenodeclassinstance",
            "connectorclassinstance",
        )
    ]
    return max(highest["catmaid.treenode"], highest["catmaid.connector"]), max(concepts)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(objects=projects())
async def test_any_project_goes_round(
    server_dsn: str, template: str, tmp_path: Path, objects: list[dict[str, Any]]
) -> None:
    """Import, export, import, export: equal bytes; and with ids kept from the first file on, the same rows."""
    given_file = written(tmp_path / "given.json", objects)
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    async with fresh_store(server_dsn, template) as store:
        await import_catmaid(store, given_file, user="admin", project="Round")
        await export_catmaid(store, first)
        async with store.reading() as connection:
            assert await mismatches(connection) == []
    async with fresh_store(server_dsn, template) as store:
        await import_catmaid(store, first, user="admin", preserve_ids=True)
        await export_catmaid(store, second)
    assert first.read_bytes() == second.read_bytes()
    async with fresh_store(server_dsn, template) as store:
        await import_catmaid(store, given_file, user="admin", preserve_ids=True)
        kept = await rows(store, "SELECT id, x, y, z, parent_id FROM treenode ORDER BY id")
    assert kept == [
        (o["pk"], *(o["fields"][f"location_{axis}"] for axis in "xyz"), o["fields"]["parent"])
        for o in sorted(objects, key=lambda o: int(o["pk"]))
        if o["model"] == "catmaid.treenode"
    ]


async def test_the_kits_own_file_is_read(store: Store, shared: Path) -> None:
    path = shared / "conformance" / "base" / "catmaid_testdata.json"
    summary = await import_catmaid(store, path, user="admin", preserve_ids=True)
    (traced,) = [project for project in summary.projects if project.project_id == 3]
    assert traced.counts["treenodes"] == 95
    assert traced.counts["connectors"] == 8
    assert (
        await rows(
            store,
            "SELECT p.title, s.resolution_x, s.dimension_z FROM project_stack k"
            " JOIN project p ON p.id = k.project_id JOIN stack s ON s.id = k.stack_id"
            " WHERE k.project_id = 3 ORDER BY s.id",
        )
        == [("Focussed Ion Beam (FIB)", 5, 460)] * 2
    )
    assert await rows(store, "SELECT * FROM derived_mismatches") == []


async def test_rows_join_an_existing_project(store: Store, file: Path) -> None:
    await import_catmaid(store, file, user="admin", project="Ours")
    summary = await import_catmaid(store, file, user="admin", project="Ours")
    (project,) = summary.projects
    assert not project.created
    assert (project.counts["neurons"], project.counts["labels"], project.counts["annotations"]) == (2, 0, 0)
    assert await rows(store, "SELECT (SELECT count(*) FROM label), (SELECT count(*) FROM node_label)") == [(2, 4)]
    assert await rows(store, "SELECT count(*) FROM relation WHERE name = 'presynaptic_to'") == [(1,)]
    assert summary.created_users == []


async def test_users_are_mapped_overridden_or_brought_along(store: Store, file: Path) -> None:
    async with store.writing(user_id=2, project_id=None, label="set up") as tx:
        ana = await accounts.create_user(tx, "ana", first_name="Ana")
    with pytest.raises(InvalidInput, match=r"no user 'ben' here"):
        await import_catmaid(store, file, user="admin", create_unknown_users=False)
    with pytest.raises(InvalidInput, match=r"There is a user 'ana' in the file and here"):
        await import_catmaid(store, file, user="admin", map_users=False)
    with pytest.raises(NotFound, match="zoe"):
        await import_catmaid(store, file, user="admin", override_user="zoe")
    assert await rows(store, "SELECT 1 FROM project") == []
    await import_catmaid(store, file, user="admin", project="All mine", override_user="ana")
    assert await rows(store, "SELECT DISTINCT user_id, editor_id FROM treenode") == [(ana, ana)]
    assert await rows(store, "SELECT count(*) FROM app_user WHERE username = 'ben'") == [(0,)]
    await import_catmaid(store, file, user="admin", project="Mapped")
    assert await rows(
        store, "SELECT DISTINCT user_id = (SELECT id FROM app_user WHERE username = 'ana') FROM connector"
    ) == [(True,)]


async def test_users_come_along_as_they_are(store: Store, tmp_path: Path) -> None:
    group = {"model": "auth.group", "pk": 9, "fields": {"name": "lab", "permissions": []}}
    full = {
        "model": "auth.user",
        "pk": 77,
        "fields": {
            "username": "cleo",
            "password": "pbkdf2_sha256$1$x$y",
            "first_name": "Cleo",
            "last_name": "L",
            "email": "",
            "is_active": True,
            "is_staff": False,
            "is_superuser": False,
            "last_login": None,
            "date_joined": TIME,
            "groups": [9],
            "user_permissions": [],
        },
    }
    profile = row("userprofile", 5, user=77, color="(0.100, 0.200, 0.300, 1.000)", show_tracing_tool=True)
    path = written(tmp_path / "lab.json", [*whole(), group, full, profile])
    await import_catmaid(store, path, user="admin", map_users=False, preserve_ids=True)
    assert await rows(
        store,
        """
        SELECT u.id, u.password, u.is_active, u.color, g.name, p.show_tracing_tool
          FROM app_user u JOIN group_member m ON m.user_id = u.id JOIN user_group g ON g.id = m.group_id
          JOIN user_profile p ON p.user_id = u.id
         WHERE u.username = 'cleo'""",
    ) == [(77, "pbkdf2_sha256$1$x$y", True, [0.1, 0.2, 0.3, 1], "lab", True)]


async def test_users_may_be_named_instead_of_numbered(store: Store, tmp_path: Path) -> None:
    objects = [o for o in whole() if o["model"] != "auth.user"]
    for found in objects:
        fields = found["fields"]
        for name in ("user", "editor", "reviewer"):
            if name in fields:
                fields[name] = {ANA: "ana", BEN: ["ben"]}[fields[name]]
    summary = await import_catmaid(store, written(tmp_path / "named.json", objects), user="admin")
    assert sorted(summary.created_users) == ["ana", "ben"]


async def test_of_rows_that_come_twice_the_last_counts(store: Store, tmp_path: Path) -> None:
    path = written(tmp_path / "twice.json", [*whole(), node(14, 103, location_x=5.5), thing("neuron", 101, "renamed")])
    await import_catmaid(store, path, user="admin", preserve_ids=True)
    assert await rows(store, "SELECT x FROM treenode WHERE id = 14") == [(5.5,)]
    assert await rows(store, "SELECT name FROM neuron ORDER BY id DESC LIMIT 1") == [("renamed",)]


async def test_several_projects_become_several(store: Store, tmp_path: Path) -> None:
    shift = {"project": 8, "user": BEN}
    other = [
        owned("class", 1001, class_name="neuron", description="", **shift),
        row("project", 8, title="Second"),
        row("project", 3, title="First"),
        owned("classinstance", 1002, class_column=1001, name="lone", **shift),
    ]
    path = written(tmp_path / "both.json", [*whole(), *other])
    with pytest.raises(InvalidInput, match=r"2 projects with data \(3 'First', 8 'Second'\)"):
        await import_catmaid(store, path, user="admin", project="Ours")
    with pytest.raises(BadFile, match=r"no project 'Third'; it has 3 'First', 8 'Second'"):
        await import_catmaid(store, path, user="admin", source_project="Third")
    await import_catmaid(store, path, user="admin", project="Ours", source_project="8")
    assert await rows(store, "SELECT p.title, n.name FROM neuron n JOIN project p ON p.id = n.project_id") == [
        ("Ours", "lone")
    ]
    summary = await import_catmaid(store, path, user="admin")
    assert [(p.title, p.counts["neurons"]) for p in summary.projects] == [("First", 2), ("Second", 1)]
    with pytest.raises(InvalidInput, match=r"already a project 'First' here"):
        await import_catmaid(store, path, user="admin")


async def test_a_project_that_is_refused_leaves_those_before_it_whole(store: Store, tmp_path: Path) -> None:
    label = row(
        "textlabel", 3, project=8, type="odd", text="x", colour="(1, 1, 1, 1)", creation_time=TIME, edition_time=TIME
    )
    other = [
        row("project", 8, title="Second"),
        row("project", 3, title="First"),
        label,
        row("textlabellocation", 3, textlabel=3, location="(1, 2, 3)"),
    ]
    with pytest.raises(BadFile, match=r"project 'Second' cannot be written: .* Here already, and whole: 'First'\."):
        await import_catmaid(store, written(tmp_path / "both.json", [*whole(), *other]), user="admin")
    assert await rows(store, "SELECT title, (SELECT count(*) FROM treenode) FROM project") == [("First", 4)]
    assert await rows(store, "SELECT 1 FROM pg_class WHERE relname LIKE 'staged%'") == []


async def test_what_nothing_stands_for_is_counted(store: Store, tmp_path: Path) -> None:
    odd = [
        owned("class", 50, class_name="stack_property", description=""),
        owned("classinstance", 51, class_column=50, name="R12"),
        row("nblastsample", 1),
        row("concept", 1),
        link("annotated_with", 134, 999, 130),
    ]
    summary = await import_catmaid(store, written(tmp_path / "odd.json", [*whole(), *odd]), user="admin")
    assert summary.left_out == {
        "catmaid.classinstance stack_property": 1,
        "catmaid.nblastsample": 1,
        "catmaid.classinstanceclassinstance annotated_with": 1,
    }


def without(model: str, pk: int) -> list[dict[str, Any]]:
    return [o for o in whole() if (o["model"], o["pk"]) != (f"catmaid.{model}", pk)]


def changed(model: str, pk: int, **fields: Any) -> list[dict[str, Any]]:
    objects = whole()
    for found in objects:
        if (found["model"], found["pk"]) == (f"catmaid.{model}", pk):
            found["fields"] |= fields
    return objects


WRONG: dict[str, tuple[Callable[[], Any], str]] = {
    "an object": (lambda: {"a": 1}, r"should be a list of objects, as CATMAID's catmaid_export_data writes; it begins"),
    "nothing": (list, "there is nothing to import in it"),
    "numbers": (lambda: [*graph(), 3], r'object 10: it should be \{"model"'),
    "a text for a number": (
        lambda: changed("treenode", 13, location_x="far"),
        r"object 16: catmaid\.treenode 13: field location_x: Expected `float`, got `str`",
    ),
    "no name": (
        lambda: [*graph(), owned("classinstance", 4, class_column=1)],
        "object 10: catmaid.classinstance 4: Object missing required field `name`",
    ),
    "a time": (lambda: changed("treenode", 13, creation_time="yesterday"), "field creation_time: Invalid RFC3339"),
    "no key": (lambda: [row("project", None, title="x")], "object 1: catmaid.project: the primary key is None"),  # type: ignore[arg-type]
    "a place": (
        lambda: [*whole(), owned("log", 1, operation_type="x", location="(1, two, 3)")],
        r"object 35: catmaid\.log 1: '\(1, two, 3\)' should be numbers in brackets",
    ),
    "a mesh": (lambda: changed("volume", 4, geometry="POINT Z (1 2 3)"), r"catmaid\.volume 4: its geometry is no"),
    "a NUL": (lambda: changed("classinstance", 100, name="a\0b"), "objects after object 0 cannot be stored: .*0x00"),
    "a confidence": (lambda: changed("treenode", 13, confidence=10**6), "cannot be stored: .*out of range"),
    "no parent": (lambda: without("treenode", 12), r"catmaid.treenode 13 refers to treenode 12 as its parent"),
    "no skeleton": (lambda: without("classinstance", 103), "refers to skeleton 103 as its skeleton"),
    "a neuron for a skeleton": (lambda: changed("treenode", 14, skeleton=101), "14 refers to skeleton 101 as its"),
    "no connector": (lambda: without("connector", 20), "catmaid.treenodeconnector 11. refers to connector 20 as its"),
    "no label": (lambda: without("classinstance", 120), "122 refers to label 120"),
    "no relation": (lambda: without("relation", 8), "110 refers to relation 8 as its relation"),
    "no neuron": (lambda: without("classinstance", 101), "refers to neuron 101 as its class_instance_b"),
    "no class": (lambda: without("class", 4), "refers to class 4 as its class_column"),
    "no annotation": (lambda: without("classinstance", 130), "refers to annotation 130"),
    "no reviewed node": (lambda: changed("review", 7, treenode=99), "catmaid.review 7 refers to treenode 99"),
    "no user": (lambda: whole()[:-1], "Rows are of user 41, but this user is not in the file"),
    "a circle": (lambda: changed("treenode", 11, parent=13), "treenodes of skeleton 102 run in a circle"),
    "a kind of text": (
        lambda: [
            found if found["model"] != "catmaid.textlabel" else found | {"fields": found["fields"] | {"type": "odd"}}
            for found in everything()
        ],
        "'lab' cannot be written: .*type",
    ),
    "no stack": (lambda: [*whole(), row("projectstack", 1, project=3, stack=6)], "refers to stack 6 as its stack"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_a_wrong_file_is_refused_in_one_sentence_and_changes_nothing(
    store: Store, tmp_path: Path, case: str
) -> None:
    objects, message = WRONG[case]
    async with store.reading() as connection:
        before = await snapshot(connection)
    with pytest.raises(DomainError, match=message):
        await import_catmaid(store, written(tmp_path / "wrong.json", objects()), user="admin")
    async with store.reading() as connection:
        assert await snapshot(connection) == before
        assert await rows(store, "SELECT 1 FROM pg_class WHERE relname LIKE 'staged%'") == []


async def test_a_file_that_ends_too_soon_is_refused(store: Store, tmp_path: Path, file: Path) -> None:
    content = file.read_bytes()
    (tmp_path / "cut.json").write_bytes(content[:2000])
    with pytest.raises(BadFile, match=r"cut\.json: after object \d+ the file is no valid JSON"):
        await import_catmaid(store, tmp_path / "cut.json", user="admin")
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(content)[:600])
    with pytest.raises(BadFile, match=r"after object \d+ the file cannot be unpacked"):
        await import_catmaid(store, tmp_path / "cut.json.gz", user="admin")
    (tmp_path / "whole.json.gz").write_bytes(gzip.compress(content))
    await import_catmaid(store, tmp_path / "whole.json.gz", user="admin")
    assert await rows(store, "SELECT title FROM project") == [("whole",)]


async def test_ids_that_are_taken_cannot_be_kept(store: Store, file: Path) -> None:
    await import_catmaid(store, file, user="admin", preserve_ids=True)
    with pytest.raises(InvalidInput, match=r"\d+ ids are taken here or too large, the first of catmaid\.classinst"):
        await import_catmaid(store, file, user="admin", project="Again", preserve_ids=True)
    assert await rows(store, "SELECT count(*) FROM project") == [(1,)]


async def test_progress_ends_at_its_total(store: Store, file: Path) -> None:
    told: list[tuple[int, int]] = []
    await import_catmaid(store, file, user="admin", progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] >= 2 * file.stat().st_size
