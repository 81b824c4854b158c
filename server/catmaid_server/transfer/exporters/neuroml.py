"""Write cells as NeuroML 1.8.1, level 3: their shape in µm, and how they are connected or stimulated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, SubElement

from catmaid_server.domain.skeletons.neuron_cells import Cell, CellSynapse

_NAMESPACES = {
    part: f"http://morphml.org/{name}/schema"
    for part, name in {"neuroml": "neuroml", "mml": "morphml", "net": "networkml", "meta": "metadata"}.items()
}
for _part, _namespace in _NAMESPACES.items():
    ET.register_namespace(_part, _namespace)

_MECHANISM = "DoubExpSynA"
_SYNAPSE = {"synapse_type": _MECHANISM, "internal_delay": "5", "weight": "1", "threshold": "-20"}
"""Delay in ms, threshold in mV: to be replaced by who simulates the network."""
_STIMULUS = {"frequency": "20", "synaptic_mechanism": _MECHANISM}
"""Hz; likewise."""


def network(cells: Sequence[Cell], synapses: Sequence[CellSynapse]) -> str:
    """Cells, one population of each, and synapses between them."""
    document = _document(cells)
    by_pair: dict[tuple[int, int], list[CellSynapse]] = defaultdict(list)
    for synapse in synapses:
        by_pair[synapse.pre, synapse.post].append(synapse)
    if by_pair:
        projections = SubElement(document, _tag("net:projections"), units="Physiological Units")
        for (pre, post), between in by_pair.items():
            projection = SubElement(
                projections,
                _tag("net:projection"),
                name=f"{_name(pre)} onto {_name(post)}",
                source=_name(pre),
                target=_name(post),
            )
            SubElement(projection, _tag("net:synapse_props"), _SYNAPSE)
            connections = SubElement(projection, _tag("net:connections"), size=str(len(between)))
            for number, synapse in enumerate(between):
                SubElement(
                    connections,
                    _tag("net:connection"),
                    id=str(number),
                    pre_cell_id="0",
                    pre_segment_id=str(synapse.pre_node),
                    post_cell_id="0",
                    post_segment_id=str(synapse.post_node),
                )
    return _text(document)


def stimulated(cell: Cell, synapses: Sequence[CellSynapse]) -> str:
    """One cell and, for each skeleton that synapses onto it, random stimuli where it does."""
    document = _document([cell])
    sites: dict[int, list[int]] = defaultdict(list)
    for synapse in synapses:
        sites[synapse.pre].append(synapse.post_node)
    if sites:
        _add_inputs(SubElement(document, _tag("net:inputs"), units="SI Units"), cell, sites)
    return _text(document)


def _add_inputs(inputs: Element, cell: Cell, sites: Mapping[int, Sequence[int]]) -> None:
    for source, nodes in sites.items():
        given = SubElement(inputs, _tag("net:input"), name=_name(source))
        SubElement(given, _tag("net:random_stim"), _STIMULUS)
        target = SubElement(given, _tag("net:target"), population=_name(cell.skeleton_id))
        places = SubElement(target, _tag("net:sites"), size=str(len(nodes)))
        for node in nodes:
            SubElement(places, _tag("net:site"), cell_id="0", segment_id=str(node))


def _document(cells: Sequence[Cell]) -> Element:
    document = Element(_tag("neuroml:neuroml"), length_units="micrometer")
    described = SubElement(document, _tag("neuroml:cells"))
    for cell in cells:
        _add_cell(described, cell)
    populations = SubElement(document, _tag("net:populations"))
    for cell in cells:
        name = _name(cell.skeleton_id)
        population = SubElement(populations, _tag("net:population"), name=name, cell_type=name)
        instances = SubElement(population, _tag("net:instances"), size="1")
        SubElement(SubElement(instances, _tag("net:instance"), id="0"), _tag("net:location"), x="0", y="0", z="0")
    return document


def _add_cell(cells: Element, cell: Cell) -> None:
    described = SubElement(cells, _tag("neuroml:cell"), name=_name(cell.skeleton_id))
    notes = SubElement(described, _tag("meta:notes"))
    notes.text = "".join(character for character in cell.name if character.isprintable())
    segments = SubElement(described, _tag("mml:segments"))
    for segment in cell.segments:
        parent = {} if segment.parent_id is None else {"parent": str(segment.parent_id)}
        made = SubElement(
            segments,
            _tag("mml:segment"),
            {"id": str(segment.id), "name": f"s{segment.id}", **parent, "cable": str(segment.cable)},
        )
        if segment.starts_cable:
            SubElement(made, _tag("mml:proximal"), _place(segment.start, segment.diameter))
        SubElement(made, _tag("mml:distal"), _place(segment.end, segment.diameter))
    cables = SubElement(described, _tag("mml:cables"))
    for number in sorted({segment.cable for segment in cell.segments}):
        cable = SubElement(cables, _tag("mml:cable"), id=str(number), name=f"c{number}")
        SubElement(cable, _tag("meta:group")).text = "arbor_group" if number else "soma_group"


def _place(place: tuple[float, float, float], diameter: float) -> dict[str, str]:
    x, y, z = place
    return {name: repr(value / 1000) for name, value in (("x", x), ("y", y), ("z", z), ("diameter", diameter))}


def _name(skeleton_id: int) -> str:
    return f"sk_{skeleton_id}"


def _tag(name: str) -> str:
    part, _, local = name.partition(":")
    return f"{{{_NAMESPACES[part]}}}{local}"


def _text(document: Element) -> str:
    ET.indent(document)
    written: bytes = ET.tostring(document, encoding="utf-8", xml_declaration=True)
    return written.decode()
