"""Skeletons and synapses from files: where they go, what is refused, and that nothing is half done."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import pytest

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.exporters.swc import export_swc
from catmaid_server.transfer.importers.connectors import import_connectors
from catmaid_server.transfer.importers.skeletons import NewNeurons
from catmaid_server.transfer.importers.swc import import_swc

ONE = "1 0 0 0 0 5 -1\n2 0 100 0 0 5 1\n3 0 200 0 0 5 2\n"
TWO = "10 0 0 500 0 -1 -1\n11 0 0 600 0 -1 10\n"

LINKED = """
SELECT c.x, c.y, c.z, n.name, t.x, t.y, t.z, r.name
  FROM connector_link l
  JOIN connector c ON c.id = l.connector_id
  JOIN treenode t ON t.id = l.treenode_id AND t.skeleton_id = l.skeleton_id
  JOIN skeleton s ON s.id = t.skeleton_id
  JOIN neuron n ON n.id = s.neuron_id
  JOIN relation r ON r.id = l.relation_id
 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
"""


async def rows(store: Store, query: Any) -> list[tuple[Any, ...]]:
    async with store.reading() as connection:
        return await (await connection.execute(query)).fetchall()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """SWC files "1" and "2", and synapses between them that name nodes as the files do."""
    (tmp_path / "1.swc").write_text(ONE)
    (tmp_path / "2.swc").write_text(TWO)
    (tmp_path / "connectors.csv").write_text("connector_id,x,y,z\n7,50,250,0\n8,1,2,3\n")
    (tmp_path / "links.csv").write_text(
        "connector_id,skeleton_id,node_id,relation\n7,1,2,presynaptic_to\n7,2,11,postsynaptic_to\n"
    )
    return tmp_path


async def synapses(store: Store, folder: Path, **options: Any) -> Any:
    return await import_connectors(
        store, folder / "connectors.csv", folder / "links.csv", project="P", user="admin", **options
    )


async def test_real_skeletons_and_synapses_are_where_they_belong(store: Store, shared: Path) -> None:
    folder = shared / "data" / "vnc1"
    summary = await import_swc(store, folder / "skeletons", project="VNC", user="admin")
    assert (len(summary.imported), summary.nodes, summary.refused) == (178, 5064, [])
    made = await import_connectors(
        store, folder / "connectors.csv", folder / "connector_links.csv", project="VNC", user="admin"
    )
    assert (made.connectors, made.links) == (50, 143)
    assert await rows(store, "SELECT count(*), sum(num_nodes), sum(cable_length) FROM skeleton_summary") == [
        (178, 5064, pytest.approx(284234.792, rel=1e-6))
    ]
    assert await rows(store, "SELECT * FROM derived_mismatches") == []

    def places(name: str, key: str) -> dict[str, tuple[float, ...]]:
        with (folder / name).open() as file:
            return {r[key]: (float(r["x"]), float(r["y"]), float(r["z"])) for r in csv.DictReader(file)}

    connectors, nodes = places("connectors.csv", "connector_id"), places("skeletons.csv", "node_id")
    with (folder / "connector_links.csv").open() as file:
        expected = sorted(
            (*connectors[r["connector_id"]], r["skeleton_id"], *nodes[r["node_id"]], r["relation"])
            for r in csv.DictReader(file)
        )
    assert sorted(await rows(store, LINKED)) == expected


async def test_a_bad_file_is_refused_and_the_others_are_imported(store: Store, files: Path) -> None:
    (files / "10.swc").write_text("1 0 0 0 0 5 2\n2 0 0 0 0 5 1\n")
    steps: list[tuple[int, int]] = []
    summary = await import_swc(store, files, project="P", user="admin", progress=lambda *s: steps.append(s))
    assert [made.path.stem for made in summary.imported] == ["1", "2"]
    assert [(path.name, reason) for path, reason in summary.refused] == [
        ("10.swc", "line 1: node 1 is its own ancestor (a cycle of nodes); parents should lead to the root")
    ]
    assert "1 files refused" in str(summary)
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert await rows(store, "SELECT name FROM neuron ORDER BY name") == [("1",), ("2",)]
    assert await rows(store, "SELECT label, note FROM transaction_info WHERE label LIKE 'skel%' ORDER BY id") == [
        ("skeletons.import", "1.swc"),
        ("skeletons.import", "2.swc"),
    ]
    assert await rows(store, "SELECT count(DISTINCT version), count(*) FROM treenode") == [(2, 5)]


async def test_wrong_use_is_refused_before_anything_is_made(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"no \.swc file"):
        await import_swc(store, tmp_path, project="P", user="admin")
    with pytest.raises(InvalidInput, match="no file or folder"):
        await import_swc(store, tmp_path / "none", project="P", user="admin")
    (tmp_path / "1.swc").write_text(ONE)
    with pytest.raises(NotFound, match="no user 'nobody'"):
        await import_swc(store, tmp_path, project="P", user="nobody")
    with pytest.raises(InvalidInput, match="scale"):
        await import_swc(store, tmp_path, project="P", user="admin", scale=0)
    assert await rows(store, "SELECT 1 FROM project") == []


async def test_exported_skeletons_are_those_that_were_imported(store: Store, files: Path, tmp_path: Path) -> None:
    summary = await import_swc(store, files, project="P", user="admin", scale=1.1)
    out = tmp_path / "out"
    paths = await export_swc(store, "P", out)
    assert [path.stem for path in paths] == [str(made.skeleton_id) for made in summary.imported]
    before = [path.read_text() for path in paths]
    assert before[0].startswith("# 1; coordinates and radius in nm")
    await import_swc(store, out, project="Q", user="admin")
    again = await export_swc(store, "Q", tmp_path / "again")

    def without_ids(text: str) -> list[list[str]]:
        return [line.split()[1:6] for line in text.splitlines()[1:]]

    assert [without_ids(path.read_text()) for path in again] == [without_ids(text) for text in before]
    only = await export_swc(store, "P", tmp_path / "only", skeleton_ids=[summary.imported[1].skeleton_id])
    assert [path.read_text() for path in only] == [before[1]]
    with pytest.raises(NotFound, match="no skeleton 99999"):
        await export_swc(store, "P", out, skeleton_ids=[99999])


async def test_links_may_name_nodes_as_the_swc_files_do(store: Store, files: Path) -> None:
    await import_swc(store, files, project="P", user="admin")
    made = await synapses(store, files)
    assert (made.connectors, made.links) == (2, 2)
    assert await rows(store, LINKED) == [
        (50, 250, 0, "1", 100, 0, 0, "presynaptic_to"),
        (50, 250, 0, "2", 0, 600, 0, "postsynaptic_to"),
    ]


async def test_links_find_nodes_after_rename_move_and_split(store: Store, files: Path) -> None:
    await import_swc(store, files, project="P", user="admin")
    async with store.writing(user_id=2, project_id=1, label="test") as tx:
        await tx.execute("UPDATE neuron SET name = 'renamed'")
        await tx.execute("UPDATE treenode SET x = 130 WHERE x = 100")
        await tx.execute("INSERT INTO neuron (id, project_id, name, user_id) VALUES (900, 1, 'tip', 2)")
        await tx.execute("INSERT INTO skeleton (id, project_id, neuron_id, name, user_id) VALUES (901, 1, 900, '', 2)")
        await tx.execute("UPDATE treenode SET skeleton_id = 901, parent_id = NULL WHERE y = 600")
    await synapses(store, files)
    assert await rows(store, LINKED) == [
        (50, 250, 0, "renamed", 130, 0, 0, "presynaptic_to"),
        (50, 250, 0, "tip", 0, 600, 0, "postsynaptic_to"),
    ]


async def test_links_may_name_nodes_as_a_table_of_all_nodes_does(store: Store, files: Path) -> None:
    """The same numbers would be nodes of the SWC files, too: the table decides."""
    await import_swc(store, files, project="P", user="admin", scale=2)
    table = files / "skeletons.csv"
    table.write_text("skeleton_id,node_id,x,y,z\n1,1,100,0,0\n1,2,0,0,0\n2,11,0,500,0\n")
    await synapses(store, files, scale=2)
    assert [row[3:7] for row in await rows(store, LINKED)] == [("1", 0, 0, 0), ("2", 0, 1000, 0)]
    table.write_text("skeleton_id,node_id,x,y,z\n1,2,103,4,0\n2,11,0,500,0\n")
    with pytest.raises(BadFile, match=r"line 2: skeleton 1 has no node at \(206, 8, 0\) nm; the nearest is 10\.0 nm"):
        await synapses(store, files, scale=2)
    await synapses(store, files, scale=2, nearest=10)
    assert ("1", 200, 0, 0) in [row[3:7] for row in await rows(store, LINKED)]


LINKS = "connector_id,skeleton_id,node_id,relation\n7,1,2,presynaptic_to\n"
ALL_NODES = "skeleton_id,node_id,x,y,z\n"
WRONG = [
    ("links.csv", LINKS + "9,1,2,postsynaptic_to\n", "links.csv, line 3: connector_id 9 is not a connector of"),
    ("links.csv", LINKS + "7,3,2,postsynaptic_to\n", "links.csv, line 3: no skeleton 3 was imported"),
    ("links.csv", LINKS + "7,1,9,postsynaptic_to\n", "links.csv, line 3: node 9 is not a node of 1.swc"),
    ("links.csv", LINKS + "7,1,2,loves\n", "links.csv, line 3: relation is 'loves', should be one of: pre"),
    ("links.csv", LINKS + "7,1,,presynaptic_to\n", "links.csv, line 3: node_id is empty"),
    ("links.csv", LINKS + "8,1,2,presynaptic_to\n" + LINKS.split()[1], "line 4: the same link is already in line 2"),
    ("connectors.csv", "connector_id,x,y,z\n7,1,nan,3\n", "connectors.csv, line 2: y is 'nan'"),
    ("connectors.csv", "connector_id,x,y,z\n7,1,2,3\n7,1,2,3\n", "line 3: connector_id 7 is already in line 2"),
    ("skeletons.csv", ALL_NODES, "links.csv, line 2: node 2 is not in skeletons.csv"),
    ("skeletons.csv", ALL_NODES + "1,1,0,0,0\n", "links.csv, line 2: node 2 is not in skeletons.csv"),
    ("skeletons.csv", ALL_NODES + "1,2,0,0,0\n1,2,0,0,0\n", "skeletons.csv, line 3: node_id 2 is already in line 2"),
    ("skeletons.csv", ALL_NODES + "2,2,0,0,0\n2,11,0,0,0\n", "line 2: node 2 is in skeleton 2 of skeletons.csv"),
]  # fmt: skip


async def test_synapses_are_imported_all_or_none(store: Store, files: Path) -> None:
    await import_swc(store, files, project="P", user="admin")
    for name, text, reason in WRONG:
        before = (files / name).read_text() if (files / name).exists() else None
        (files / name).write_text(text)
        with pytest.raises(BadFile) as caught:
            await synapses(store, files)
        assert reason in str(caught.value)
        assert await rows(store, "SELECT id FROM connector UNION ALL SELECT id FROM connector_link") == []
        if before is None:
            (files / name).unlink()
        else:
            (files / name).write_text(before)


async def test_a_skeleton_imported_twice_could_mean_either(store: Store, files: Path) -> None:
    first = await import_swc(store, files, project="P", user="admin")
    await import_swc(store, files / "1.swc", project="P", user="admin")
    with pytest.raises(BadFile, match="skeleton 1 was imported 2 times"):
        await synapses(store, files)
    async with store.writing(user_id=2, project_id=1, label="test") as tx:
        await tx.execute("DELETE FROM treenode WHERE skeleton_id = %s", (first.imported[0].skeleton_id,))
    assert (await synapses(store, files)).links == 2


TWO_TREES = ONE + "4 1 0 0 900 5 -1\n5 0 0 0 950 5 4\n"


async def test_a_file_of_several_trees_becomes_what_is_wanted(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "two.swc"
    path.write_text(TWO_TREES)
    refused = await import_swc(store, path, project="P", user="admin")
    assert not refused.imported
    assert "--trees first" in refused.refused[0].reason
    first = await import_swc(store, path, project="P", user="admin", trees="first")
    assert [(made.name, made.cable_length) for made in first.imported] == [("two", 200)]
    both = await import_swc(store, path, project="Q", user="admin", trees="all")
    assert [(made.name, made.cable_length) for made in both.imported] == [("two 1", 200), ("two 2", 50)]
    (tmp_path / "connectors.csv").write_text("connector_id,x,y,z\n7,50,250,0\n")
    (tmp_path / "links.csv").write_text(
        "connector_id,skeleton_id,node_id,relation\n7,two,2,presynaptic_to\n7,two,5,postsynaptic_to\n"
    )
    made = await import_connectors(
        store, tmp_path / "connectors.csv", tmp_path / "links.csv", project="Q", user="admin"
    )
    assert made.links == 2, "nodes of both trees are found by the name of the file"


async def test_names_that_are_not_utf8_are_made_readable(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "names"
    folder.mkdir()
    for name, text in (
        (b"caf\xe9.swc", ONE),
        (b"bad\xe9.swc", "1 0\n"),
        ("größe.swc".encode(), TWO),
        (b"a\nb.swc", TWO),
    ):
        (folder / os.fsdecode(name)).write_text(text)
    summary = await import_swc(store, folder, project="P", user="admin")
    assert {made.name for made in summary.imported} == {"café", "größe", "a?b"}
    assert "badé.swc: line 1: 2 columns" in str(summary)
    assert set(await rows(store, "SELECT name FROM neuron")) == {("café",), ("größe",), ("a?b",)}
    str(summary).encode()


async def test_somata_come_in_and_go_out(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "1.swc"
    path.write_text(ONE.replace("2 0", "2 1"))
    plain = await import_swc(store, path, project="P", user="admin")
    assert "--soma-label" in str(plain)
    assert await rows(store, "SELECT 1 FROM node_label") == []
    await import_swc(store, path, project="Q", user="admin", soma_label=True)
    await import_swc(store, path, project="Q", user="admin", soma_label=True)
    assert await rows(store, "SELECT name FROM label") == [("soma",)]

    async def types(project: str, **options: Any) -> list[str]:
        written = await export_swc(store, project, tmp_path / "out", **options)
        return [line.split()[1] for line in written[0].read_text().splitlines() if not line.startswith("#")]

    assert await types("Q") == ["0", "1", "0"]
    assert await types("Q", soma_markers=["root"]) == ["1", "0", "0"]
    assert await types("Q", authors=True) == ["0", "1", "0"]
    assert await types("P") == ["0", "0", "0"]
    assert await types("P", soma_markers=["tag:soma", "root"]) == ["1", "0", "0"]
    with pytest.raises(InvalidInput, match="A soma marker is tag:soma, root or radius:500"):
        await types("P", soma_markers=["cell body"])
    with pytest.raises(InvalidInput, match="could be the soma"):
        await types("P", soma_markers=["radius:1"])


async def test_authors_of_eswc_are_kept_by_the_command_too(store: Store, tmp_path: Path) -> None:
    async with store.writing(user_id=None, project_id=None, label="set up") as tx:
        ann = await users.create_user(tx, "ann lee")
    time = "2020-01-01T00:00:00+00:00"
    (tmp_path / "1.eswc").write_text(f"1 0 0 0 0 5 -1 ann lee {time} nobody {time} 0\n")
    await import_swc(store, tmp_path, project="P", user="admin")
    assert await rows(store, "SELECT user_id, editor_id, confidence FROM treenode") == [(ann, 2, 0)]
    (written,) = await export_swc(store, "P", tmp_path / "out", authors=True)
    assert written.suffix == ".eswc"
    await import_swc(store, written, project="Q", user="admin")
    assert await rows(store, "SELECT user_id, editor_id, confidence FROM treenode") == [(ann, 2, 0)] * 2


async def test_neurons_are_named_and_annotated(store: Store, files: Path) -> None:
    neurons = NewNeurons("VNC {name} #{n}", ("seen", "left"))
    summary = await import_swc(store, files, project="P", user="admin", neurons=neurons)
    assert [made.name for made in summary.imported] == ["VNC 1 #1", "VNC 2 #2"]
    annotated = "SELECT a.name, count(*) FROM annotation a JOIN annotation_link l ON l.annotation_id = a.id GROUP BY 1"
    assert sorted(await rows(store, annotated)) == [("left", 2), ("seen", 2)]
    with pytest.raises(InvalidInput, match="An annotation needs a name"):
        await import_swc(store, files, project="P", user="admin", neurons=NewNeurons(annotations=(" ",)))


async def test_a_file_that_cannot_be_read_does_not_end_the_import(store: Store, files: Path) -> None:
    (files / "0.swc").mkdir()
    summary = await import_swc(store, [files / "1.swc", files / "2.swc"], project="P", user="admin")
    assert len(summary.imported) == 2
    (files / "9.swc").write_bytes(b"\x1f\x8b broken")
    summary = await import_swc(store, files, project="Q", user="admin")
    assert [(path.name, len(summary.imported)) for path, _ in summary.refused] == [("9.swc", 2)]


async def test_tiny_coordinates_do_not_keep_out_what_comes_after(store: Store, tmp_path: Path) -> None:
    """PostgreSQL's index of boxes refuses all rows once it holds a box whose area is too small for a float."""
    (tmp_path / "tiny.swc").write_text(
        ONE.replace("1 0 0 0 0", "1 0 5e-324 0 5e-324").replace("100 0 0", "1e-310 0 1e7")
    )
    for _ in range(40):
        assert not (await import_swc(store, tmp_path, project="P", user="admin")).refused
    assert await rows(store, "SELECT count(*) FROM treenode WHERE x = 0 AND z IN (0, 1e7)") == [(80,)]
