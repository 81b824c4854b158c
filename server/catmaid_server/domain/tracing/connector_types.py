"""The kinds of connectors, and the relations by which treenodes are linked to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from catmaid_wire import relations


@dataclass(frozen=True)
class LinkType:
    """One way to be linked to a connector.

    `cardinality` is how many links of this relation a connector may have (None: any number); the partner is what
    is linked to the same connector by `partner_relation`.
    """

    name: str
    type: str
    type_id: str
    relation: str
    isreciprocal: bool
    cardinality: int | None
    partner_reference: str
    partner_relation: str


class ProjectLinkType(TypedDict):
    """A way in which treenodes are linked to connectors, with the id of its relation in a project."""

    name: str
    type: str
    type_id: str
    relation: str
    relation_id: int
    isreciprocal: bool
    """Whether both ends are alike."""
    cardinality: int | None
    """Most links of this type that a connector may have; null for any number."""
    partner_reference: str
    partner_relation: str


LINK_TYPES = (
    LinkType(
        "Presynaptic",
        "Synaptic",
        "synaptic-connector",
        relations.PRESYNAPTIC,
        False,
        1,
        "outgoing",
        relations.POSTSYNAPTIC,
    ),
    LinkType(
        "Postsynaptic",
        "Synaptic",
        "synaptic-connector",
        relations.POSTSYNAPTIC,
        False,
        None,
        "incoming",
        relations.PRESYNAPTIC,
    ),
    LinkType(
        "Abutting", "Abutting", "abutting-connector", relations.ABUTTING, True, None, "abutting", relations.ABUTTING
    ),
    LinkType(
        "Gap junction",
        "Gap junction",
        "gapjunction-connector",
        relations.GAP_JUNCTION,
        True,
        2,
        "gapjunction",
        relations.GAP_JUNCTION,
    ),
    LinkType(
        "Tight junction",
        "Tight junction",
        "tightjunction-connector",
        relations.TIGHT_JUNCTION,
        True,
        2,
        "tightjunction",
        relations.TIGHT_JUNCTION,
    ),
    LinkType(
        "Desmosome", "Desmosome", "desmosome-connector", relations.DESMOSOME, True, 2, "desmosome", relations.DESMOSOME
    ),
    LinkType(
        "Attachment",
        "Attachment",
        "attachment-connector",
        relations.ATTACHED,
        False,
        None,
        "attachment",
        relations.CLOSE,
    ),
    LinkType("Close to", "Spatial", "spatial-connector", relations.CLOSE, True, None, "close_object", relations.CLOSE),
)

BY_RELATION = {link_type.relation: link_type for link_type in LINK_TYPES}


def of_project(relation_ids: dict[str, int]) -> list[ProjectLinkType]:
    """The link types of a project that has these relations; `relation_ids` by relation name."""
    return [
        {
            "name": link_type.name,
            "type": link_type.type,
            "type_id": link_type.type_id,
            "relation": link_type.relation,
            "isreciprocal": link_type.isreciprocal,
            "cardinality": link_type.cardinality,
            "partner_reference": link_type.partner_reference,
            "partner_relation": link_type.partner_relation,
            "relation_id": relation_ids[link_type.relation],
        }
        for link_type in LINK_TYPES
        if link_type.relation in relation_ids
    ]


def pairs() -> dict[str, dict[str, str]]:
    """Relations of source and target by kind of connector."""
    found = {t.type_id: {"source": t.relation, "target": t.partner_relation} for t in reversed(LINK_TYPES)}
    found["spatial-connector"] = {"source": relations.ATTACHED, "target": relations.CLOSE}
    return {t.type_id: found[t.type_id] for t in LINK_TYPES}
