"""Links of neurons that are uploaded, and the connectors that are made for them."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.edits.base import derived_key, new_key
from catmaid_jupyter.edits.connectors import CreateConnector, CreateLink
from catmaid_jupyter.edits.journal import EditJournal
from catmaid_wire.relations import GAP_JUNCTION, OF_LINKS, POSTSYNAPTIC, PRESYNAPTIC

_RELATIONS: Final[Mapping[Any, str]] = {
    **{name: name for name in OF_LINKS},
    "pre": PRESYNAPTIC,
    "post": POSTSYNAPTIC,
    "gap_junction": GAP_JUNCTION,
    0: PRESYNAPTIC,
    1: POSTSYNAPTIC,
    2: GAP_JUNCTION,
}
"""Relations as Morphology, navis and pymaid write them."""
_NODES: Final = ("treenode_id", "node_id")
_KINDS: Final = ("relation", "type")
_TOLERANCE_NM: Final = 1.0


@dataclass
class NewConnector:
    """A connector that is not at the server yet; one for all neurons of an upload that are linked to it.

    position : nm. key : the same each time that it is made, so that it is made once. id : at the server, once it is.
    """

    position: tuple[float, float, float]
    key: str = field(default_factory=new_key)
    id: int | None = None


@dataclass(frozen=True)
class NewLink:
    """A link of a node of a source, by its id there, to a connector."""

    node_id: int
    relation: str
    connector: NewConnector


@dataclass(frozen=True)
class LinkTable:
    """The links of a source as it has them: a table, and how many nm its unit of length is."""

    rows: pd.DataFrame
    nm_per_unit: float = 1.0

    def links(self, name: str, made: MutableMapping[int, NewConnector]) -> list[NewLink]:
        """The links; `made` has the connectors of the same upload by their ids in the sources.

        `InvalidInput` says what is missing or wrong with the links of the neuron `name`.
        """
        node, kind = (_column(self.rows, names) for names in (_NODES, _KINDS))
        lacking = [column for column in ("connector_id", "x", "y", "z") if column not in self.rows.columns]
        if node is None or kind is None or lacking:
            raise InvalidInput(f"{name}: links are a table of treenode_id, connector_id, relation, x, y, z.")
        positions = self.rows[["x", "y", "z"]].to_numpy(np.float64) * self.nm_per_unit
        found: dict[tuple[int, str, int], NewLink] = {}
        for row, (node_id, connector_id, relation) in enumerate(
            zip(self.rows[node], self.rows["connector_id"], self.rows[kind], strict=True)
        ):
            if relation not in _RELATIONS:
                raise InvalidInput(f"{name}: there is no relation {relation!r:.80}. There are: {', '.join(OF_LINKS)}.")
            if not np.isfinite(positions[row]).all():
                raise InvalidInput(f"{name}: connector {connector_id} has no finite position.")
            x, y, z = positions[row].tolist()
            connector = made.setdefault(int(connector_id), NewConnector((x, y, z)))
            if not np.allclose(connector.position, (x, y, z), rtol=0, atol=_TOLERANCE_NM):
                raise InvalidInput(
                    f"{name}: connector {connector_id} is at {(x, y, z)} nm here, but at {connector.position} nm in a "
                    "neuron before it. Upload neurons of different sources one after the other."
                )
            link = NewLink(int(node_id), _RELATIONS[relation], connector)
            found[link.node_id, link.relation, int(connector_id)] = link
        return list(found.values())


async def upload_link(edits: EditJournal, link: NewLink, treenode_id: int, key: str, group: str) -> None:
    """Link a treenode to a connector, which is made if it is not there yet. Repeated with the same key it is one."""
    connector = link.connector
    if connector.id is None:
        x, y, z = connector.position
        answer = await edits.apply(CreateConnector(x, y, z), connector.key, group=group)
        connector.id = int(answer.answer["connector_id"])
    edit = CreateLink(treenode_id, connector.id, link.relation)
    await edits.apply(edit, derived_key(key, f"{treenode_id} {link.relation} {connector.id}"), group=group)


def _column(table: pd.DataFrame, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in table.columns), None)
