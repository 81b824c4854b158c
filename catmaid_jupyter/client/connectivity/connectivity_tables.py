"""Partners of skeletons, adjacency matrices and synapses as DataFrames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.frames import PARTNERS, SYNAPSES, frame
from catmaid_jupyter.client.naming import did_you_mean
from catmaid_jupyter.client.neuron_choice import neuron_names
from catmaid_wire.forms import FormValue
from catmaid_wire.relations import GAP_JUNCTION, PRESYNAPTIC

DIRECTIONS: Final[Mapping[str, str]] = {"out": "outgoing", "in": "incoming", "gap": "gapjunction"}
"""Short names of directions, with those in CATMAID's answers."""
_SIDES: Final[Mapping[str, str]] = {"out": PRESYNAPTIC, "gap": GAP_JUNCTION}
"""Relations of the first of two sets of skeletons."""


async def partner_table(
    place: Place,
    skeleton_ids: Sequence[int],
    relation: str,
    min_synapses: int,
    min_confidence: int,
    groups: Mapping[Any, Sequence[int]] | None = None,
) -> pd.DataFrame:
    """Partners of skeletons (see `Project.partners`).

    groups : skeletons that are counted together, by the label of their column; by default, each has a column.
    """
    require_confidence(min_confidence)
    direction = await _direction(place, relation)
    found: dict[str, Any] = {}
    if skeleton_ids:
        form: dict[str, FormValue] = {
            "source_skeleton_ids": skeleton_ids,
            "boolean_op": "OR",
            "link_types": [direction],
        }
        found = (await place.read_json("POST", "skeletons/connectivity", form=form)).get(direction) or {}
    partner_ids = [int(partner_id) for partner_id in found]
    rows = {partner_id: row for row, partner_id in enumerate(partner_ids)}
    counted = {skeleton_id: [skeleton_id] for skeleton_id in skeleton_ids} if groups is None else groups
    places: dict[int, list[int]] = {skeleton_id: [] for skeleton_id in skeleton_ids}
    for column, members in enumerate(counted.values()):
        for member in members:
            places[member].append(column)
    counts = np.zeros((len(partner_ids), len(counted)), dtype=np.int64)
    totals = np.zeros(len(partner_ids), dtype=np.int64)
    for partner_id, partner in found.items():
        row = rows[int(partner_id)]
        for source, by_confidence in partner["skids"].items():
            synapses = sum(by_confidence[min_confidence - 1 :])
            totals[row] += synapses
            counts[row, places[int(source)]] += synapses
    names = await neuron_names(place, partner_ids) if partner_ids else {}
    columns = {
        "skeleton_id": partner_ids,
        "name": [names.get(partner_id, "") for partner_id in partner_ids],
        "nodes": [found[str(partner_id)]["num_nodes"] for partner_id in partner_ids],
        "synapses": totals,
    }
    table = frame(columns, PARTNERS).join(pd.DataFrame(counts, columns=list(counted), index=range(len(partner_ids))))
    table = table[table["synapses"] >= max(min_synapses, 1)]
    return table.sort_values(["synapses", "skeleton_id"], ascending=[False, True], ignore_index=True)


async def adjacency_matrix(place: Place, rows: Sequence[int], columns: Sequence[int]) -> pd.DataFrame:
    """Numbers of synapses from each row to each column (see `Project.adjacency`)."""
    counts = np.zeros((len(rows), len(columns)), dtype=np.int64)
    if rows and columns:
        form: dict[str, FormValue] = {"rows": rows, "columns": columns}
        found = await place.read_json("POST", "skeleton/connectivity_matrix", form=form)
        row_of = {skeleton_id: row for row, skeleton_id in enumerate(rows)}
        column_of = {skeleton_id: column for column, skeleton_id in enumerate(columns)}
        for source, targets in found.items():
            for target, count in targets.items():
                counts[row_of[int(source)], column_of[int(target)]] = count
    return pd.DataFrame(
        counts,
        index=pd.Index(np.array(rows, dtype=np.int64), name="pre"),
        columns=pd.Index(np.array(columns, dtype=np.int64), name="post"),
    )


async def synapse_table(
    place: Place, sources: Sequence[int], targets: Sequence[int], relation: str = "out", min_confidence: int = 1
) -> pd.DataFrame:
    """Synapses from one set of skeletons to another, or gap junctions (see `Project.synapses`)."""
    require_confidence(min_confidence)
    if relation not in _SIDES:
        raise InvalidInput(f"Synapses are listed by the relation {' or '.join(_SIDES)}, not {relation!r:.80}.")
    found: list[list[Any]] = []
    if sources and targets:
        form: dict[str, FormValue] = {"skids1": sources, "skids2": targets, "relation": _SIDES[relation]}
        found = await place.read_json("POST", "connector/list/many_to_many", form=form)
    rows = [
        (connector, *position, pre, pre_node, *pre_position, pre_sure, post, post_node, *post_position, post_sure)
        for (
            connector,
            position,
            pre_node,
            pre,
            pre_sure,
            _,
            pre_position,
            post_node,
            post,
            post_sure,
            _,
            post_position,
        ) in found
    ]
    columns = zip(*rows, strict=True) if rows else [()] * len(SYNAPSES)
    table = frame(dict(zip(SYNAPSES, columns, strict=True)), SYNAPSES)
    table = table[table[["pre_confidence", "post_confidence"]].min(axis=1) >= min_confidence]
    return table.sort_values(["connector_id", "pre_treenode_id", "post_treenode_id"], ignore_index=True)


def require_confidence(min_confidence: int) -> None:
    """Raise `InvalidInput` for what is no confidence."""
    if not 1 <= min_confidence <= 5:
        raise InvalidInput(f"A confidence is 1 to 5, not {min_confidence}.")


async def _direction(place: Place, relation: str) -> str:
    """The name in CATMAID's answers of a direction, given as `out`, `in`, that name, or the relation of the neurons."""
    types = await place.read_json("GET", "connectors/types/")
    known = {**{str(row["relation"]): str(row["partner_reference"]) for row in types}, **DIRECTIONS}
    known |= {reference: reference for reference in known.values()}
    if relation not in known:
        raise InvalidInput(
            f"There is no relation {relation!r}. There are: {', '.join(known)}.{did_you_mean(relation, known)}"
        )
    return known[relation]
