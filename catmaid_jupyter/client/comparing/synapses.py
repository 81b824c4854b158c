"""Which synapses two neurons have at the same places, and which only one of them has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_jupyter.client.frames import COUNT, ID, SKELETON_CONNECTORS, TEXT, FrameSchema, frame
from catmaid_jupyter.client.morphology import Morphology
from catmaid_jupyter.model.comparison import match_places

SYNAPSES_COMPARED: Final[FrameSchema] = {
    "relation": TEXT,
    "mine": COUNT,
    "gold": COUNT,
    "matched": COUNT,
    "precision": "float64",
    "recall": "float64",
}
UNMATCHED_SYNAPSES: Final[FrameSchema] = {**SKELETON_CONNECTORS, "nearest_treenode_id": ID}


@dataclass(frozen=True)
class ComparedSynapses:
    """Numbers by relation, with the schema `SYNAPSES_COMPARED`; missed and extra ones have `UNMATCHED_SYNAPSES`."""

    table: pd.DataFrame
    missed: pd.DataFrame
    extra: pd.DataFrame


def compare_synapses(mine: Morphology, gold: Morphology, tolerance: float) -> ComparedSynapses:
    """Pair links of the same relation whose connectors are within a tolerance (nm), each once."""
    rows, missed, extra = [], [], []
    for relation in sorted({*mine.connectors["relation"], *gold.connectors["relation"]}):
        own, theirs = (arbor.connectors[arbor.connectors["relation"] == relation] for arbor in (mine, gold))
        partners = match_places(_places(own), _places(theirs), tolerance)
        is_found = np.isin(np.arange(len(theirs)), partners)
        matched = int(is_found.sum())
        rows.append(
            (relation, len(own), len(theirs), matched, share_of(matched, len(own)), share_of(matched, len(theirs)))
        )
        extra.append(own[partners < 0])
        missed.append(theirs[~is_found])
    names = list(SYNAPSES_COMPARED)
    return ComparedSynapses(
        frame({name: [row[place] for row in rows] for place, name in enumerate(names)}, SYNAPSES_COMPARED),
        _unmatched(missed, mine),
        _unmatched(extra, gold),
    )


def share_of(part: float, whole: float) -> float:
    """A part of a whole, 0 to 1; NaN of nothing."""
    return float(part) / float(whole) if whole else float("nan")


def _unmatched(parts: list[pd.DataFrame], other: Morphology) -> pd.DataFrame:
    """Links of one neuron, each with the nearest treenode of the other one."""
    links = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(SKELETON_CONNECTORS))
    return frame(links.assign(nearest_treenode_id=_nearest(_places(links), other)), UNMATCHED_SYNAPSES)


def _nearest(places: NDArray[np.float64], arbor: Morphology) -> Any:
    from scipy.spatial import KDTree  # noqa: PLC0415  half a second that few need

    if not len(places) or not len(arbor.xyz):
        return np.full(len(places), -1, np.int64)
    return arbor.node_ids[KDTree(arbor.xyz).query(places)[1]]


def _places(links: pd.DataFrame) -> NDArray[np.float64]:
    return links[["x", "y", "z"]].to_numpy(np.float64)
