"""Whole tables with ids: a project that went out comes in unchanged, a wrong one changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.transfer import indexes
from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.exporters.bulk import TABLES, export_csv
from catmaid_server.transfer.importers.bulk import import_bulk
from tests.helpers.bulk_files import FILES, write_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "tables"
    made.mkdir()
    write_files(made)
    return made


@pytest.fixture(params=["small", "large"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With indexes kept, and with indexes made anew."""
    if request.param == "large":
        monkeypatch.setattr(indexes, "MUCH", 1)


async def rows(store: Store, query: Any) -> list[tuple[Any, ...]]:
    async with store.reading() as connection:
        return await (await connection.execute(query)).fetchall()


CATALOGUE = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
 UNION ALL
SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid FROM pg_index
 ORDER BY 1, 2, 3
"""
CONTENTS = "SELECT * FROM treenode ORDER BY id"


@pytest.mark.usefixtures("either_way")
async def test_exported_tables_are_those_that_were_imported(store: Store, folder: Path, tmp_path: Path) -> None:
    catalogue = await rows(store, CATALOGUE)
    summary = await import_bulk(store, folder, user="admin")
    assert (summary.project_id, summary.neurons, summary.treenodes, summary.annotations) == (1, 3, 4, 2)
    assert await rows(store, CATALOGUE) == catalogue, "indexes and foreign keys are as before"
    assert await rows(store, "SELECT id, title FROM project") == [(1, "tables")]
    assert await rows(store, "SELECT * FROM derived_mismatches") == []
    exported = await export_csv(store, "tables", tmp_path / "out")
    assert {table.path.stem: table.rows for table in exported} == {n: t.count("\n") - 1 for n, t in FILES.items()}
    assert {name: (tmp_path / "out" / f"{name}.csv").read_text() for name in TABLES} == FILES


@pytest.mark.usefixtures("either_way")
async def test_an_import_is_one_version_and_writes_no_history(store: Store, folder: Path) -> None:
    await import_bulk(store, folder, user="admin", project="Whole")
    versions = await rows(
        store,
        """
        SELECT t.label, t.project_id, t.user_id
          FROM transaction_info t
         WHERE t.id IN (SELECT version FROM treenode UNION SELECT version FROM connector UNION
                        SELECT version FROM connector_link UNION SELECT version FROM neuron UNION
                        SELECT version FROM skeleton UNION SELECT version FROM annotation UNION
                        SELECT version FROM annotation_link UNION SELECT version FROM label UNION
                        SELECT version FROM node_label)""",
    )
    assert versions == [("projects.import", 1, 2)]
    assert await rows(store, "SELECT 1 FROM treenode__history") == []


async def test_new_ids_come_after_imported_ones(store: Store, folder: Path) -> None:
    await import_bulk(store, folder, user="admin")
    assert await rows(store, "SELECT nextval('location_id_seq'), nextval('concept_id_seq')") == [(91, 801)]
    async with store.writing(user_id=2, project_id=None, label="test") as tx:
        assert await users.create_user(tx, "next") == 41


async def test_compressed_exports_are_equal_when_contents_are(store: Store, folder: Path, tmp_path: Path) -> None:
    await import_bulk(store, folder, user="admin")
    for out in ("a", "b"):
        await export_csv(store, 1, tmp_path / out, compress=True)
    names = sorted(p.name for p in (tmp_path / "a").iterdir())
    assert names == sorted(f"{name}.csv.gz" for name in TABLES)
    assert all((tmp_path / "a" / n).read_bytes() == (tmp_path / "b" / n).read_bytes() for n in names)
    with pytest.raises(InvalidInput, match="ids are taken here, the first by treenode or connector 71"):
        await import_bulk(store, tmp_path / "a", user="admin", project="Again")


async def test_users_are_found_by_name(store: Store, folder: Path) -> None:
    async with store.writing(user_id=2, project_id=None, label="test") as tx:
        await users.create_user(tx, "ana")
        await users.create_user(tx, "somebody else", user_id=40)
    await import_bulk(store, folder, user="admin")
    owners = await rows(
        store,
        """
        SELECT DISTINCT u.username FROM treenode t JOIN app_user u ON u.id IN (t.user_id, t.editor_id)""",
    )
    assert sorted(owners) == [("admin",), ("ana",)]


async def test_a_new_project_takes_a_free_id(store: Store, folder: Path) -> None:
    async with store.writing(user_id=2, project_id=None, label="test") as tx:
        await tx.execute("INSERT INTO project (id, title) VALUES (7, 'taken')")
    assert (await import_bulk(store, folder, user="admin", project="New", project_id=7)).project_id != 7


async def test_the_ways_of_saying_where_to(store: Store, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no user 'nobody'"):
        await import_bulk(store, folder, user="nobody")
    with pytest.raises(NotFound, match="no project 'None such'"):
        await export_csv(store, "None such", tmp_path / "out")
    assert await rows(store, "SELECT 1 FROM project") == []


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize(("name", "old", "new", "reason"), [
    ("links", "postsynaptic_to", "loves", "links.csv, line 3: relation is 'loves', should be one of: presynaptic_to"),
    ("treenodes", "-1,5,2\n", "-1,5,9\n", "treenodes.csv, line 4: there is no user 9; a file users.csv"),
])  # fmt: skip
async def test_what_only_the_store_knows_to_be_wrong_changes_nothing(
    store: Store, folder: Path, name: str, old: str, new: str, reason: str
) -> None:
    catalogue = await rows(store, CATALOGUE)
    (folder / f"{name}.csv").write_text(FILES[name].replace(old, new))
    with pytest.raises(BadFile) as caught:
        await import_bulk(store, folder, user="admin")
    assert reason in str(caught.value)
    assert await rows(store, CATALOGUE) == catalogue
    assert await rows(store, "SELECT id FROM treenode UNION ALL SELECT id FROM neuron") == []


async def test_optional_tables_may_be_missing(store: Store, folder: Path) -> None:
    for name in set(FILES) - {"neurons", "treenodes"}:
        (folder / f"{name}.csv").unlink()
    with pytest.raises(BadFile, match=r"there is no user 40; a file users\.csv"):
        await import_bulk(store, folder, user="admin")
    (folder / "requests.json").write_text('{"user_ids": {"ana": 40, "admin": 2}}')
    assert (await import_bulk(store, folder, user="admin")).links == 0


async def test_a_large_load_into_a_filled_project_keeps_what_is_there(
    store: Store, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await import_bulk(store, folder, user="admin")
    before = await rows(store, CONTENTS)
    more = tmp_path / "more"
    more.mkdir()
    (more / "users.csv").write_text(FILES["users"])
    (more / "neurons.csv").write_text("neuron_id,skeleton_id,model_of_link_id,name,user_id\n1500,1501,1502,n,40\n")
    nodes = [f"{1000 + i},{999 + i if i else ''},1501,{i},0,0,-1,5,40" for i in range(200)]
    (more / "treenodes.csv").write_text("\n".join([FILES["treenodes"].split("\n")[0], *nodes, ""]))
    monkeypatch.setattr(indexes, "MUCH", 1)
    summary = await import_bulk(store, more, user="admin")
    assert "make treenode_edge" in summary.seconds
    assert (await rows(store, CONTENTS))[: len(before)] == before
    assert await rows(store, "SELECT * FROM derived_mismatches") == []
    assert await rows(store, "SELECT num_nodes, cable_length FROM skeleton_summary WHERE skeleton_id = 1501") == [
        (200, 199.0)
    ]
    assert await rows(store, "SELECT skeleton_id FROM packed_skeleton") == [(1501,)], "it is large"


def enlarged(text: str, columns: set[str]) -> str:
    """A table whose ids in some columns are larger by 2^40."""
    header, *lines = [line.split(",") for line in text.splitlines()]
    for line in lines:
        for at, name in enumerate(header):
            if name in columns and line[at]:
                line[at] = str(int(line[at]) + 2**40)
    return "".join(",".join(line) + "\n" for line in [header, *lines])


LOCATION_IDS = {"treenodes": {"id", "parent_id"}, "connectors": {"id"}, "links": {"connector_id", "treenode_id"},
                "labels": {"treenode_id", "connector_id"}}  # fmt: skip


async def test_ids_too_large_to_be_kept_are_matched(store: Store, folder: Path, tmp_path: Path) -> None:
    for name, columns in LOCATION_IDS.items():
        (folder / f"{name}.csv").write_text(enlarged(FILES[name], columns))
    summary = await import_bulk(store, folder, user="admin")
    assert summary.new_ids == ("treenodes and connectors",)
    assert "treenodes and connectors got new ids" in str(summary)
    out = tmp_path / "out"
    await export_csv(store, "tables", out)
    assert (out / "neurons.csv").read_text() == FILES["neurons"], "other ids are kept"
    nodes = [line.split(",") for line in (out / "treenodes.csv").read_text().splitlines()[1:]]
    places = {node[0]: node[3] for node in nodes}
    assert {(places.get(node[1]), node[3]) for node in nodes} == {
        ("10", "0.1"), (None, "10"), ("0.1", "0"), (None, "-5"),
    }  # fmt: skip
    labels = (out / "labels.csv").read_text().splitlines()[1:]
    assert places[labels[0].split(",")[3]] == "0"


async def test_neurons_and_links_may_have_large_ids_too(store: Store, folder: Path) -> None:
    concepts = {
        "treenodes": {"skeleton_id", "user_id"}, "links": {"id", "skeleton_id"},
        "neurons": {"neuron_id", "skeleton_id", "model_of_link_id"},
        "annotations": {"annotation_id", "link_id", "neuron_id"},
        "meta_annotations": {"link_id", "annotation_id", "target_annotation_id"}, "labels": {"label_id", "link_id"},
        "users": set[str](),
    }  # fmt: skip
    for name, columns in concepts.items():
        text = FILES[name].replace('"a, ""b"""', "a")
        (folder / f"{name}.csv").write_text(enlarged(text, columns))
    (folder / "users.csv").write_text(FILES["users"] + f"{2**40 + 40},bo\n{2**40 + 2},admin\n")
    summary = await import_bulk(store, folder, user="admin")
    assert summary.new_ids == ("neurons, skeletons, annotations and labels",)
    assert await rows(store, "SELECT min(id) > 2^40 FROM connector_link") == [(True,)], "these may be of 64 bits"
    assert await rows(store, "SELECT id FROM treenode ORDER BY id") == [(71,), (72,), (73,), (80,)]
    assert await rows(store, "SELECT max(id) < 1000 FROM app_user") == [(True,)]
    assert await rows(store, "SELECT * FROM derived_mismatches") == []


async def test_confidence_0_is_read(store: Store, folder: Path, tmp_path: Path) -> None:
    text = FILES["treenodes"].replace("-1,5,40", "-1,0,40", 1)
    (folder / "treenodes.csv").write_text(text)
    await import_bulk(store, folder, user="admin")
    await export_csv(store, "tables", tmp_path / "out")
    assert (tmp_path / "out" / "treenodes.csv").read_text() == text


async def test_tables_of_spreadsheets_are_read(store: Store, folder: Path, tmp_path: Path) -> None:
    for name in ("treenodes", "links", "connectors"):
        header, rest = FILES[name].split("\n", 1)
        (folder / f"{name}.csv").write_text(f"{header.upper()}\n{rest}".replace(",", ";"))
    for name in ("annotations", "labels"):
        (folder / f"{name}.csv").write_bytes(FILES[name].replace(",", "\t").encode("utf-16"))
    await import_bulk(store, folder, user="admin")
    await export_csv(store, "tables", tmp_path / "out")
    assert {name: (tmp_path / "out" / f"{name}.csv").read_text() for name in TABLES} == FILES
