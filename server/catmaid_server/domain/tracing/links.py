"""Link treenodes to connectors, within what a connector allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput
from catmaid_wire import relations

sql = load("tracing/connectors")

_PAIRED = (relations.GAP_JUNCTION, relations.TIGHT_JUNCTION, relations.DESMOSOME)
"""Relations of two treenodes that meet without a direction."""
_MOST_LINKS = {relations.PRESYNAPTIC: 1} | dict.fromkeys(_PAIRED, 2)
_SYNAPTIC = (relations.PRESYNAPTIC, relations.POSTSYNAPTIC)
_EXCLUDED = {relations.POSTSYNAPTIC: (relations.GAP_JUNCTION,)} | dict.fromkeys(_PAIRED, _SYNAPTIC)
"""By relation those that a connector must not have for a link of that relation."""


NewLink = tuple[int, int, int]
"""Connector id, relation id, confidence."""


@dataclass(frozen=True, slots=True)
class NewConnectorLink:
    """A link that was made, and how many of its relation the skeleton had to the connector before."""

    id: int
    edition_time: datetime
    siblings: int


async def add_link(
    tx: Connection,
    user: User,
    project_id: int,
    *,
    treenode_id: int,
    skeleton_id: int,
    connector_id: int,
    relation_id: int,
    confidence: int,
) -> NewConnectorLink:
    """Link a treenode, locked by the caller, to a connector of the same project.

    Raises `InvalidInput` if there is no such connector or relation, if the connector has as many links of this kind as
    it may, this one already, or one of a kind that does not go with it: a junction is no synapse.
    """
    ends = {"project_id": project_id, "connector_id": connector_id, "relation_id": relation_id}
    cursor = await tx.execute(sql.lock_for_link, ends)
    found = await cursor.fetchone()
    if found is None:
        raise InvalidInput(f"Project {project_id} lacks the connector {connector_id} or the relation {relation_id}.")
    relation: str = found[0]
    if relation not in relations.OF_LINKS:
        raise InvalidInput(f"{relation} is no relation of links; these are {', '.join(relations.OF_LINKS)}.")
    there = await fetch_all(tx, sql.links_there, connector_id=connector_id)
    linked = [(node, skeleton) for node, skeleton, name in there if name == relation]
    if treenode_id in (node for node, _ in linked):
        raise InvalidInput(f"Treenode {treenode_id} is {relation} connector {connector_id} already.")
    refusal = why_no_more(connector_id, relation, [name for *_, name in there])
    if refusal is not None:
        raise InvalidInput(refusal)
    cursor = await tx.execute(
        sql.create_link,
        {**ends, "treenode_id": treenode_id, "skeleton_id": skeleton_id, "user_id": user.id, "confidence": confidence},
    )
    row = await cursor.fetchone()
    assert row is not None
    return NewConnectorLink(row[0], row[1], sum(skeleton == skeleton_id for _, skeleton in linked))


def why_no_more(connector_id: int, relation: str, there: Sequence[str]) -> str | None:
    """Why a connector with links of these relations cannot have one more link; None if it can."""
    linked = there.count(relation)
    if linked >= _MOST_LINKS.get(relation, linked + 1):
        return f"Connector {connector_id} has {linked} {relation} link(s), more are not possible."
    for other in there:
        if other in _EXCLUDED.get(relation, ()):
            return f"Connector {connector_id} has a link {other}, with which {relation} does not go together."
    return None
