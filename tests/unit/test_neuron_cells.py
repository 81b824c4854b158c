"""Skeletons as cells, and as NeuroML."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from catmaid_server.domain.skeletons.neuron_cells import Cell, CellNode, CellSynapse, segments
from catmaid_server.transfer.exporters import neuroml

ARBOR = [
    CellNode(5, 2, 3000, 1000, 0, 50),
    CellNode(1, None, 0, 0, 0, -1),
    CellNode(2, 1, 1000, 0, 0, 100),
    CellNode(3, 2, 2000, 0, 0, 100),
    CellNode(4, 3, 3000, 0, 0, 100),
]
CELL = Cell(7, "A <neuron>\x07", segments(ARBOR))
NAMES = {
    "neuroml": "http://morphml.org/neuroml/schema",
    "mml": "http://morphml.org/morphml/schema",
    "net": "http://morphml.org/networkml/schema",
    "meta": "http://morphml.org/metadata/schema",
}


def test_cables_are_without_branches() -> None:
    cables: dict[int, set[int]] = {}
    for segment in segments(ARBOR):
        cables.setdefault(segment.cable, set()).add(segment.id)
    assert sorted(map(sorted, cables.values())) == [[1], [2], [3, 4], [5]]
    assert [segment.id for segment in segments(ARBOR) if not segment.starts_cable] == [4]


def test_segments_come_after_their_parents() -> None:
    seen: set[int | None] = {None}
    for segment in segments(ARBOR):
        assert segment.parent_id in seen
        seen.add(segment.id)


def test_places_are_in_micrometers() -> None:
    document = ET.fromstring(neuroml.network([CELL], []))
    assert document.get("length_units") == "micrometer"
    segment = document.find(".//mml:segment[@id='5']", NAMES)
    assert segment is not None
    assert [part.attrib for part in segment] == [
        {"x": "1.0", "y": "0.0", "z": "0.0", "diameter": "0.1"},
        {"x": "3.0", "y": "1.0", "z": "0.0", "diameter": "0.1"},
    ]
    root = document.find(".//mml:segment[@id='1']/mml:distal", NAMES)
    assert root is not None
    assert root.get("diameter") == "0.04"
    assert document.findtext(".//meta:notes", namespaces=NAMES) == "A <neuron>"


def test_synapses_are_grouped_by_pair() -> None:
    other = Cell(8, "other", segments([CellNode(11, None, 0, 0, 0, -1)]))
    document = ET.fromstring(neuroml.network([CELL, other], [CellSynapse(7, 3, 8, 11), CellSynapse(7, 4, 8, 11)]))
    (projection,) = document.findall(".//net:projection", NAMES)
    assert (projection.get("source"), projection.get("target")) == ("sk_7", "sk_8")
    assert [
        (link.get("pre_segment_id"), link.get("post_segment_id"))
        for link in projection.iterfind(".//net:connection", NAMES)
    ] == [("3", "11"), ("4", "11")]


def test_inputs_are_stimuli_by_where_they_come_from() -> None:
    document = ET.fromstring(neuroml.stimulated(CELL, [CellSynapse(8, 11, 7, 3), CellSynapse(8, 12, 7, 4)]))
    (given,) = document.findall(".//net:input", NAMES)
    assert given.get("name") == "sk_8"
    assert [site.get("segment_id") for site in given.iterfind(".//net:site", NAMES)] == ["3", "4"]
