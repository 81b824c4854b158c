"""The kinds of connectors, and the relations by which treenodes are linked to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict


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
    LinkType("Presynaptic", "Synaptic", "synaptic-connector", "presynaptic_to", False, 1, "outgoing",
             "postsynaptic_to"),
    LinkType("Postsynaptic", "Synaptic", "synaptic-connector", "postsynaptic_to", False, None, "incoming",
             "presynaptic_to"),
    LinkType("Abutting", "Abutting", "abutting-connector", "abutting", True, None, "abutting", "abutting"),
    LinkType("Gap junction", "Gap junction", "gapjunction-connector", "gapjunction_with", True, 2, "gapjunction",
             "gapjunction_with"),
    LinkType("Tight junction", "Tight junction", "tightjunction-connector", "tightjunction_with", True, 2,
             "tightjunction", "tightjunction_with"),
    LinkType("Desmosome", "Desmosome", "desmosome-connector", "desmosome_with", True, 2, "desmosome",
             "desmosome_with"),
    LinkType("Attachment", "Attachment", "attachment-connector", "attached_to", False, None, "attachment",
             "close_to"),
    LinkType("Close to", "Spatial", "spatial-connector", "close_to", True, None, "close_object", "close_to"),
)  # fmt: skip

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
    found["spatial-connector"] = {"source": "attached_to", "target": "close_to"}
    return {t.type_id: found[t.type_id] for t in LINK_TYPES}
