"""Files of skeletons in other formats than SWC: found by their content, read, and refused with a reason."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.importers.skeleton_files import ReadingOptions, read_skeleton_file, skeleton_files
from catmaid_server.transfer.importers.skeletons import ImportedArbor, ImportSummary
from catmaid_server.transfer.importers.source_trees import SourceFile, SourceTree

NML = """<?xml version="1.0" encoding="utf-8"?>
<things>
  <parameters><experiment name="x"/><scale x="10" y="10" z="25" unit="nanometer"/></parameters>
  <thing id="1" name="first" groupId="7" color.r="1">
    <nodes>
      <node id="1" radius="120" x="0" y="0" z="0" inVp="0"/>
      <node id="2" radius="-1" x="3" y="4" z="0"/>
      <node id="3" x="3" y="4" z="2"/>
    </nodes>
    <edges><edge source="2" target="1"/><edge source="2" target="3"/></edges>
  </thing>
  <thing id="2" name="second"><nodes><node id="9" radius="1.5" x="1" y="1" z="1"/></nodes><edges/></thing>
  <thing id="3" name="nothing"><nodes/><edges/></thing>
  <branchpoints><branchpoint id="2" time="1"/></branchpoints>
  <comments><comment node="3" content="to do: look"/><comment node="9" content=""/></comments>
  <groups><group id="7" name="good ones"><group id="8" name="inner"/></group></groups>
</things>
"""
TRACES = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tracings [
  <!ELEMENT tracings (samplespacing,imagesize,path*,fill*)>
  <!ELEMENT path (point+)>
  <!ATTLIST path id CDATA #REQUIRED>
]>
<tracings>
  <samplespacing x="0.5" y="0.5" z="2" units="microns"/>
  <imagesize width="9" height="9" depth="9"/>
  <path id="0" swctype="1" name="soma">
    <point x="0" y="0" z="0" xd="0" yd="0" zd="0" r="0.3"/>
    <point x="2" y="0" z="0" xd="1" yd="0" zd="0"/>
  </path>
  <path id="1" swctype="3" startson="0" startsindex="1">
    <point x="2" y="2" z="0" xd="1" yd="1" zd="0"/>
    <point x="2" y="2" z="1"/>
  </path>
  <path id="2" startson="0" startsx="0" startsy="0" startsz="0"><point x="0" y="4" z="0"/></path>
  <path id="3" fittedversionof="0"><point x="0" y="0" z="0"/></path>
</tracings>
"""
NODES: list[list[Any]] = [
    [7, None, 2, 0, 0, 0, -1, 5],
    [8, 7, 2, 3.0, 4.0, 0.0, 2.5, 0],
    [9, 8, 2, 3.0, 4.0, 12.0, 0, 3],
]
LINKS = [[8, 100, 0, 1.0, 2.0, 3.0]]
TAGS = {"soma": [7], "ends": [[9, "2020-01-01"]]}


def read(tmp_path: Path, content: str | bytes, *, name: str = "file.dat", **options: Any) -> SourceFile:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_skeleton_file(path, ReadingOptions(**options))


def by_id(tree: SourceTree) -> dict[int, tuple[int, tuple[float, ...], float]]:
    """Parent (-1 at the root), position and radius of each node."""
    arbor = tree.arbor
    parents = np.where(arbor.parents < 0, -1, arbor.node_ids[arbor.parents]).tolist()
    rows = zip(arbor.node_ids.tolist(), parents, arbor.positions.tolist(), arbor.radii.tolist(), strict=True)
    return {node_id: (parent, tuple(position), radius) for node_id, parent, position, radius in rows}


def labels(tree: SourceTree) -> dict[str, list[int]]:
    return {name: tree.arbor.node_ids[rows].tolist() for name, rows in tree.labels.items()}


def test_each_tree_of_an_nml_file_is_a_neuron(tmp_path: Path) -> None:
    file = read(tmp_path, NML)
    first, second = file.trees
    assert (first.arbor.name, second.arbor.name) == ("first", "second")
    assert by_id(first) == {1: (-1, (0, 0, 0), 120), 2: (1, (30, 40, 0), -1), 3: (2, (30, 40, 50), -1)}
    assert by_id(second) == {9: (-1, (10, 10, 25), 1.5)}
    assert labels(first) == {"branchpoint": [2], "to do: look": [3]}
    assert (first.annotations, second.annotations) == (("good ones",), ())
    assert file.notes == ("1 trees without nodes skipped",)


def test_paths_of_traces_are_joined_where_they_start(tmp_path: Path) -> None:
    for content in (TRACES, gzip.compress(TRACES.encode())):
        file = read(tmp_path, content, soma_label=True)
        (tree,) = file.trees
        assert by_id(tree) == {
            1: (-1, (0, 0, 0), 300),
            2: (1, (1000, 0, 0), -1),
            3: (2, (1000, 1000, 0), -1),
            4: (3, (1000, 1000, 2000), -1),
            5: (1, (0, 2000, 0), -1),
        }
        assert labels(tree) == {"soma": [1, 2]}
        assert file.notes[0] == "1 fitted paths left out"
    assert read(tmp_path, TRACES.replace('"microns"', '"pixel"'), scale=100).trees[0].arbor.positions[1, 0] == 100
    two = TRACES.replace(' startson="0" startsindex="1"', "")
    with pytest.raises(BadFile, match=r"path 1, point 0: a second root.*--trees first"):
        read(tmp_path, two)
    assert len(read(tmp_path, two, trees="all").trees) == 2


@pytest.mark.parametrize(("value", "name"), [
    ([NODES, LINKS, TAGS, [], []], "file"),
    ([NODES, LINKS, TAGS], "file"),
    (["a cell", NODES, TAGS, LINKS, {}], "a cell"),
    ({"skeletons": {"17": [NODES, LINKS, TAGS, [], []]}}, "17"),
    ({"17": [NODES, LINKS, TAGS]}, "17"),
])  # fmt: skip
def test_answers_of_catmaid_are_read(tmp_path: Path, value: Any, name: str) -> None:
    file = read(tmp_path, json.dumps(value))
    (tree,) = file.trees
    assert tree.arbor.name == name
    assert by_id(tree) == {7: (-1, (0, 0, 0), -1), 8: (7, (3, 4, 0), 2.5), 9: (8, (3, 4, 12), 0)}
    assert labels(tree) == {"soma": [7], "ends": [9]}
    assert [author.confidence for author in tree.authors if author] == [5, 0, 3]
    assert file.notes == ("1 links to connectors not imported",)


def test_nodes_without_labels_and_links_are_read(tmp_path: Path) -> None:
    assert len(read(tmp_path, json.dumps([NODES])).trees[0].arbor) == 3
    assert len(read(tmp_path, json.dumps([NODES, [], {}, [], []])).trees[0].arbor) == 3


def test_neurons_of_navis_are_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({
        "node_id": [1, 2, 3], "label": [1, 0, 0], "x": [0.0, 3, 3], "y": [0.0, 4, 4], "z": [0.0, 0, 12],
        "radius": [1.0, -1, np.nan], "parent_id": [-1, 1, 2], "type": ["root", "slab", "end"],
    })  # fmt: skip
    neurons = [{"id": 5, "name": "five", "_nodes": frame.to_json()}, {"id": "six", "_nodes": frame.to_json()}]
    five, six = read(tmp_path, json.dumps(neurons), scale=8, soma_label=True).trees
    assert (five.arbor.name, six.arbor.name) == ("five", "six")
    assert by_id(five) == {1: (-1, (0, 0, 0), 8), 2: (1, (24, 32, 0), -1), 3: (2, (24, 32, 96), -1)}
    assert labels(five) == {"soma": [1]}
    for nodes in (frame.to_dict("records"), frame.to_dict("list")):
        text = json.dumps({"name": "one", "nodes": nodes})
        assert read(tmp_path, text).trees[0].arbor.cable_length == 17


def test_swc_is_read_as_before(tmp_path: Path, shared: Path) -> None:
    for path in (shared / "cases" / "swc").glob("*.swc"):
        assert read(tmp_path, path.read_bytes(), trees="first").trees
    assert read(tmp_path, gzip.compress(b"1 0 0 0 0 1 -1\n"), name="a.swc.gz").trees[0].arbor.name == "a"


BOMB = '<!DOCTYPE things [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(("content", "reason"), [
    (NML.replace("<things>", BOMB + "<things>"), "it declares entities, which are not read"),
    (NML.replace("<things>", '<!DOCTYPE things SYSTEM "file:///etc/passwd"><things>'), "document type is in another"),
    (NML.replace("</nodes>", "", 1), "this is not XML: mismatched tag"),
    (NML.replace('<scale x="10" y="10" z="25" unit="nanometer"/>', ""), "it does not say its scale"),
    (NML.replace('x="10"', 'x="0"'), "it does not say its scale"),
    (NML.replace('unit="nanometer"', 'unit="furlong"'), "unit 'furlong' of the scale is not known"),
    (NML.replace('x="3"', 'x="1_0"'), "line 7: x is '1_0', should be a finite number"),
    (NML.replace('x="3"', 'x="nan"'), "line 7: x is 'nan', should be a finite number"),
    (NML.replace('<node id="2"', '<node id="1"'), "line 7: node 1 is already in line 6"),
    (NML.replace('source="2" target="3"', 'source="2" target="9"'), "line 10: node 9 is not in tree 'first'"),
    (NML.replace('<edge source="2" target="3"/>', ""), "line 8: a second root, node 3 (the first is in line 6)"),
    (NML.replace("</edges>", '<edge source="3" target="1"/></edges>', 1), "tree 'first' has a cycle"),
    ("<things>" + "<a>" * 100, "elements are nested more than 64 deep"),
    ("<things></things>", "it does not say its scale"),
    ("<?xml version='1.0'?><neuroml/>", "this is XML, but neither NML nor the traces of SNT"),
    (TRACES.replace("microns", "parsec"), "its unit is 'parsec'; --scale should say how many nm that is"),
    (TRACES.replace('startson="0" startsindex="1"', 'startson="8"'), "starts on path 8, which is not in the file"),
    (TRACES.replace('startsindex="1"', 'startsindex="5"'), "startsindex is 5, path 0 has 2 points"),
    (TRACES.replace('id="1"', 'id="0"'), "path 0 is already in line 10"),
    ("[", "this is not JSON"),
    ("[" * 100_000, "this is not JSON"),
    (b"[\xff]", "this is not text (UTF-8)"),
    ("{}", "this is no skeleton"),
    ("[]", "this is no skeleton"),
    ("[1, 2]", "compact-detail begins with a list of nodes"),
    ("[[]]", "there is no node in it"),
    ('{"a": 1}', "this is no skeleton"),
    ("[[[1, null, 2]]]", "nodes[0] should be a list of id, parent, user, x, y, z, radius and confidence"),
    (json.dumps([[["1_0", *NODES[0][1:]]]]), "id of nodes[0] is '1_0', should be a whole number"),
    (json.dumps([[[*NODES[0][:3], "x", 0, 0, 0, 5]]]), "x of nodes[0] is 'x', should be a finite number"),
    (json.dumps([[[*NODES[0][:7], 9]]]), "confidence of nodes[0] is 9, should be from 0 to 5"),
    (json.dumps([[NODES[0], NODES[0]]]), "nodes[1]: node 7 is already in nodes[0]"),
    (json.dumps([[NODES[0], NODES[2]]]), "nodes[1]: parent 8 of node 9 is not in the file"),
    (json.dumps([{"nodes": {"node_id": [1], "x": [0]}}]), "no whole column parent_id or parent"),
    (json.dumps([{"name": "n"}]), "skeleton 0 has no nodes"),
])  # fmt: skip
def test_what_is_wrong_is_refused_with_a_reason(tmp_path: Path, content: str | bytes, reason: str) -> None:
    with pytest.raises(BadFile) as caught:
        read(tmp_path, content)
    assert reason in caught.value.reason


def test_nml_has_its_own_scale(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="NML says its own scale; leave --scale out"):
        read(tmp_path, NML, scale=2)


def columns(**changed: Any) -> str:
    """A neuron of navis of two nodes, its columns as lists."""
    nodes = {"node_id": [1, 2], "parent_id": [-1, 1], "x": [0, 10], "y": [0, 0], "z": [0, 0]} | changed
    return json.dumps([{"name": "n", "nodes": nodes}])


@pytest.mark.parametrize("column", ["radius", "label"])
def test_a_column_that_is_too_short_is_refused(tmp_path: Path, column: str) -> None:
    with pytest.raises(BadFile, match=f"its nodes have no whole column {column}"):
        read(tmp_path, columns(**{column: [1]}))


def test_values_belong_to_their_row_whatever_their_order(tmp_path: Path) -> None:
    by_row = {"parent_id": {"1": 1, "0": -1}, "node_id": {"0": 1, "1": 2}}
    axes = {axis: {"1": 10, "0": 0} if axis == "x" else {"0": 0, "1": 0} for axis in "xyz"}
    assert by_id(read(tmp_path, columns(**by_row, **axes)).trees[0])[2] == (1, (10, 0, 0), -1)
    records = [{"node_id": 1, "parent_id": -1, "x": 0, "y": 0, "z": 0},
               {"node_id": 2, "parent_id": 1, "x": 0, "y": 0, "z": 0, "radius": 4}]  # fmt: skip
    assert by_id(read(tmp_path, json.dumps([{"nodes": records}])).trees[0])[2] == (1, (0, 0, 0), 4)


@pytest.mark.parametrize(("units", "scale", "cable_length"), [
    ("8 nanometer", None, 80), ("nm", None, 10), ("1 micrometer", None, 1e4), ("0.5µm", None, 5e3), ("", None, 10),
    ("1 dimensionless", None, 10), (None, None, 10), ("8 nanometer", 4.0, 40), ("furlong", 4.0, 40),
])  # fmt: skip
def test_units_of_navis_are_the_scale(
    tmp_path: Path, units: str | None, scale: float | None, cable_length: float
) -> None:
    value = json.loads(columns())
    value[0]["units"] = units
    assert read(tmp_path, json.dumps(value), scale=scale).trees[0].arbor.cable_length == cable_length


@pytest.mark.parametrize("units", ["1 furlong", "0 nanometer", ["8 nanometer", "8 nanometer", "50 nanometer"], 8])
def test_unknown_units_are_refused(tmp_path: Path, units: Any) -> None:
    value = json.loads(columns())
    value[0]["units"] = units
    with pytest.raises(BadFile, match="--scale should say how many nm that is"):
        read(tmp_path, json.dumps(value))


def test_what_is_not_kept_is_said(tmp_path: Path) -> None:
    typed = "types of nodes are not kept (here 1, 3)"
    assert read(tmp_path, columns(label=[1, 3])).notes == (f"{typed}; --soma-label keeps type 1 as the label soma",)
    assert read(tmp_path, columns(label=[1, 3]), soma_label=True).notes == ("types of nodes are not kept (here 3)",)
    assert read(tmp_path, columns(label=[0, 0])).notes == ()
    assert typed in read(tmp_path, TRACES).notes[1]
    assert read(tmp_path, json.dumps([NODES, [], {"ends": [7, 99]}])).notes == (
        "1 labels left out, whose nodes are not in the file",
    )
    stray = NML.replace('<branchpoint id="2"', '<branchpoint id="77"').replace('comment node="3"', 'comment node="78"')
    assert "2 comments or branch points left out, whose nodes are not in the file" in read(tmp_path, stray).notes


@pytest.mark.parametrize(("cable_length", "text"), [(0, "0.0 µm"), (20, "20.0 nm"), (1500, "1.5 µm")])
def test_a_short_cable_is_not_zero(cable_length: float, text: str) -> None:
    summary = ImportSummary([ImportedArbor(Path("a.swc"), 1, 2, "a", 3, cable_length)])
    assert str(summary) == f"1 skeletons imported: 3 nodes, {text} of cable."


def test_gzipped_files_of_a_folder_are_meant_too(tmp_path: Path) -> None:
    for name in ("10.swc.gz", "9.SWC", "8.eswc.GZ", "7.txt", "6.gz"):
        (tmp_path / name).touch()
    assert [path.name for path in skeleton_files(tmp_path)] == ["8.eswc.GZ", "9.SWC", "10.swc.gz"]
    (tmp_path / "10.swc").touch()
    with pytest.raises(InvalidInput, match=r"10\.swc is in the folder .* both gzipped and not"):
        skeleton_files(tmp_path)
