"""Compare a neuron with another one, such as a student's with a gold neuron."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar, Final, TypeAlias

import numpy as np
import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.comparing.differences import difference_table
from catmaid_jupyter.client.comparing.picture import comparison_picture
from catmaid_jupyter.client.comparing.synapses import compare_synapses, share_of
from catmaid_jupyter.client.frames import ID, NM, FrameSchema, frame
from catmaid_jupyter.client.morphology import Morphology
from catmaid_jupyter.client.neurons import Neuron, Skeleton
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.model.cable_pieces import cut
from catmaid_jupyter.model.comparison import CableMatch, match_cable
from catmaid_jupyter.model.units import format_length

BRANCHES: Final[FrameSchema] = {
    "length": NM,
    "x": NM,
    "y": NM,
    "z": NM,
    "end_x": NM,
    "end_y": NM,
    "end_z": NM,
    "treenode_id": ID,
    "nearest_treenode_id": ID,
}
_PIECES_OF_TOLERANCE: Final = 4
_MOST_PIECES: Final = 5_000_000
_MOST_ANGLE: Final = 90.0
_OPTIONS: Final[Mapping[str, float | None]] = {
    "tolerance": 250.0,
    "synapse_tolerance": 500.0,
    "angle": None,
    "min_branch": None,
}
_ROWS_OF_HTML: Final = 10

Comparable: TypeAlias = "Neuron | Skeleton | Morphology"


@dataclass(frozen=True, eq=False, repr=False)
class NeuronComparison(Public):
    """How a neuron compares with a gold neuron, as of the time when both were read. Lengths and places in nm.

    Attributes
    ----------
    mine, gold
        What the neurons are called.
    tolerance, synapse_tolerance
        How far cable, and connectors, may be from each other to count as the same.
    cable, gold_cable
        Length of the neuron and of the gold neuron.
    matched
        Length of gold cable that the neuron has.
    found
        Length of the neuron's cable that the gold neuron has.
    missed, extra
        Branches that the neuron lacks, and those that the gold neuron does not have, the longest first: length; x, y, z
        where it leaves what both have; end_x, end_y, end_z its farthest end; treenode_id int64 there, of the neuron
        that has the branch, and nearest_treenode_id, of the other one (-1: that has none).
    missed_synapses, extra_synapses
        Links to connectors that the neuron lacks, and those that the gold neuron does not have: relation str; x, y, z
        of the connector; connector_id, treenode_id int64, of the neuron that has it; nearest_treenode_id, of the other.
    synapses
        By relation: mine, gold, matched int64, the connectors of each and those at the same places; precision and
        recall, NaN of none.
    """

    _internal: ClassVar = frozenset({"missed_cable", "extra_cable"})

    mine: str
    gold: str
    tolerance: float
    synapse_tolerance: float
    missed: pd.DataFrame
    extra: pd.DataFrame
    synapses: pd.DataFrame
    missed_synapses: pd.DataFrame
    extra_synapses: pd.DataFrame
    missed_cable: CableMatch
    extra_cable: CableMatch

    @property
    def cable(self) -> float:
        """Length of the neuron, nm."""
        return self.extra_cable.cable

    @property
    def gold_cable(self) -> float:
        """Length of the gold neuron, nm."""
        return self.missed_cable.cable

    @property
    def matched(self) -> float:
        """Length of gold cable that the neuron has, nm."""
        return self.missed_cable.matched

    @property
    def found(self) -> float:
        """Length of the neuron's cable that the gold neuron has, nm."""
        return self.extra_cable.matched

    @property
    def recall(self) -> float:
        """Share of the gold cable that the neuron has, 0 to 1; NaN of no cable."""
        return share_of(self.matched, self.gold_cable)

    @property
    def precision(self) -> float:
        """Share of the neuron's cable that the gold neuron has, 0 to 1; NaN of no cable."""
        return share_of(self.found, self.cable)

    @property
    def score(self) -> float:
        """The harmonic mean of precision and recall (F1), 0 to 1: 1 if both have the same cable."""
        precision, recall = np.nan_to_num(self.precision), np.nan_to_num(self.recall)
        return share_of(2 * precision * recall, precision + recall) if precision + recall else 0.0

    def to_frame(self) -> pd.DataFrame:
        """One row with all numbers.

        neuron, gold str; cable, gold_cable, matched, found nm; recall, precision, score; missed, extra nm (cable that
        is not matched); missed_branches, extra_branches int64; synapse_recall, synapse_precision (all relations).
        """
        totals = self.synapses[["mine", "gold", "matched"]].sum()
        row = {
            "neuron": self.mine,
            "gold": self.gold,
            "cable": self.cable,
            "gold_cable": self.gold_cable,
            "matched": self.matched,
            "found": self.found,
            "recall": self.recall,
            "precision": self.precision,
            "score": self.score,
            "missed": self.gold_cable - self.matched,
            "extra": self.cable - self.found,
            "missed_branches": len(self.missed),
            "extra_branches": len(self.extra),
            "synapse_recall": share_of(totals["matched"], totals["gold"]),
            "synapse_precision": share_of(totals["matched"], totals["mine"]),
        }
        return pd.DataFrame([row])

    @property
    def differences(self) -> pd.DataFrame:
        """All places where both differ: branches, the longest first, then synapses.

        kind str (`missed`, `extra`), what str (`branch`, or the relation of a synapse), length nm (0 of a synapse),
        x, y, z nm (where a branch leaves what both have; the connector), treenode_id, gold_treenode_id int64 (the node
        there, or the nearest one; -1: none).
        """
        return difference_table(
            branches={"missed": self.missed, "extra": self.extra},
            synapses={"missed": self.missed_synapses, "extra": self.extra_synapses},
        )

    def picture(self, width: int = 640, height: int = 400) -> str:
        """A drawing as SVG text: cable that both have, what is missed (thick), what is too much (dashed)."""
        return comparison_picture(self.missed_cable, self.extra_cable, width, height)

    def __repr__(self) -> str:
        return (
            f"<Comparison of {self.mine!r} with {self.gold!r}: {_percent(self.recall)} of the gold cable, "
            f"{len(self.missed)} missed and {len(self.extra)} extra branches>"
        )

    def _repr_html_(self) -> str:
        parts = [f"<p>{html.escape(self.sentence)}</p>", self.picture()]
        for title, branches in (("Missed", self.missed), ("Extra", self.extra)):
            if len(branches):
                shown = branches[["length", "x", "y", "z", "treenode_id"]].head(_ROWS_OF_HTML).round(0)
                parts.append(f"<p>{title} branches, nm:</p>{shown.to_html(index=False)}")
        if len(self.synapses):
            parts.append(f"<p>Synapses:</p>{self.synapses.round(2).to_html(index=False)}")
        return "".join(parts)

    @property
    def sentence(self) -> str:
        """The result in words."""
        return (
            f"{self.mine} has {format_length(self.matched)} of the {format_length(self.gold_cable)} of {self.gold} "
            f"({_percent(self.recall)}), and {format_length(self.cable - self.found)} that {self.gold} has not "
            f"(precision {_percent(self.precision)}); within {format_length(self.tolerance)}."
        )


def compare(
    mine: Comparable | Iterable[Skeleton],
    gold: Comparable | Iterable[Skeleton],
    *,
    tolerance: float = 250.0,
    synapse_tolerance: float = 500.0,
    angle: float | None = None,
    min_branch: float | None = None,
) -> NeuronComparison:
    """Compare a neuron with another one: what it has of it, what it misses, and what it has too much.

        cj.compare(project.neuron("AB 1"), solution.neuron("neurite 7"))

    mine, gold : a `Neuron`, a `Skeleton`, several of these together, or a `Morphology`; also of different projects with
        the same space. They are read now.
    tolerance : cable counts as the same within this distance, nm. So much of a missing branch counts as matched where
        it leaves the rest.
    synapse_tolerance : connectors of the same relation count as the same within this distance, nm; each once.
    angle : only cable counts that runs in about the same direction, within so many degrees (up to 90); by default in
        any.
    min_branch : shorter branches are not listed, nm; by default the tolerance. Their cable counts all the same.

    `InvalidInput` for what is no neuron, and for values out of range.
    """
    return compare_arbors(
        *arbor_of(mine),
        *arbor_of(gold),
        tolerance=tolerance,
        synapse_tolerance=synapse_tolerance,
        angle=angle,
        min_branch=min_branch,
    )


def compare_arbors(
    mine_name: str,
    mine: Morphology,
    gold_name: str,
    gold: Morphology,
    *,
    tolerance: float = 250.0,
    synapse_tolerance: float = 500.0,
    angle: float | None = None,
    min_branch: float | None = None,
) -> NeuronComparison:
    """As `compare`, of arbors that were read already."""
    shortest = tolerance if min_branch is None else min_branch
    _require_values(tolerance, synapse_tolerance, angle, shortest)
    step = tolerance / _PIECES_OF_TOLERANCE
    _require_few_pieces(step, mine, gold)
    pieces, gold_pieces = (cut(arbor.parents, arbor.xyz, step) for arbor in (mine, gold))
    missed = match_cable(gold_pieces, pieces, tolerance, angle=angle, min_length=shortest)
    extra = match_cable(pieces, gold_pieces, tolerance, angle=angle, min_length=shortest)
    synapses = compare_synapses(mine, gold, synapse_tolerance)
    return NeuronComparison(
        mine=mine_name,
        gold=gold_name,
        tolerance=float(tolerance),
        synapse_tolerance=float(synapse_tolerance),
        missed=_branch_table(missed, gold, mine),
        extra=_branch_table(extra, mine, gold),
        synapses=synapses.table,
        missed_synapses=synapses.missed,
        extra_synapses=synapses.extra,
        missed_cable=missed,
        extra_cable=extra,
    )


def require_options(options: Mapping[str, Any]) -> None:
    """Refuse options that a comparison does not have, and values out of range."""
    unknown = [name for name in options if name not in _OPTIONS]
    if unknown:
        raise InvalidInput(f"A comparison has no option {unknown[0]!r}: there are {', '.join(_OPTIONS)}.")
    given = {**_OPTIONS, **options}
    shortest = given["tolerance"] if given["min_branch"] is None else given["min_branch"]
    _require_values(given["tolerance"], given["synapse_tolerance"], given["angle"], shortest)


def _require_values(tolerance: float, synapse_tolerance: float, angle: float | None, min_branch: float) -> None:
    values = {"tolerance": tolerance, "synapse_tolerance": synapse_tolerance, "angle": angle, "min_branch": min_branch}
    for name, value in values.items():
        if value is not None and not isinstance(value, Real):
            raise InvalidInput(f"{name} is a number, not {value!r:.40}.")
    for name, value in (("tolerance", tolerance), ("synapse_tolerance", synapse_tolerance)):
        if not 0 < value < np.inf:
            raise InvalidInput(f"{name} is a distance of more than 0 nm, not {value!r}.")
    if angle is not None and not 0 <= angle <= _MOST_ANGLE:
        raise InvalidInput(f"angle is from 0 to 90 degrees, not {angle!r}.")
    if not min_branch >= 0:
        raise InvalidInput(f"min_branch is a length of 0 nm or more, not {min_branch!r}.")


def _require_few_pieces(step: float, *arbors: Morphology) -> None:
    cable = sum(arbor.cable_length for arbor in arbors)
    if cable / step > _MOST_PIECES:
        least = cable / _MOST_PIECES * _PIECES_OF_TOLERANCE
        raise InvalidInput(
            f"{format_length(cable)} of cable cannot be compared within so little: give a tolerance of at least "
            f"{format_length(least)}."
        )


def arbor_of(neuron: Any) -> tuple[str, Morphology]:
    """Name and arbor of what was given, read now; several skeletons are one forest."""
    if isinstance(neuron, Morphology):
        return "this arbor", neuron
    if isinstance(neuron, Neuron):
        return neuron.name, _together([skeleton.morphology for skeleton in neuron.skeletons], neuron.name)
    if isinstance(neuron, Skeleton):
        return neuron.name, Skeleton(neuron.project, neuron.id, neuron.neuron).morphology
    if isinstance(neuron, Iterable) and not isinstance(neuron, str):
        parts = [arbor_of(one) for one in neuron]
        if parts:
            return parts[0][0], _together([arbor for _, arbor in parts], parts[0][0])
    raise InvalidInput(
        f"Neurons are compared as objects, not {type(neuron).__name__} ({neuron!r:.40}): "
        "give project.neuron(name) or project.skeleton(id)."
    )


def _together(parts: Sequence[Morphology], name: str) -> Morphology:
    if not parts:
        raise InvalidInput(f"{name!r} has no skeleton to compare.")
    if len(parts) == 1:
        return parts[0]
    tables = [(part.nodes, part.connectors, part.tags) for part in parts]
    return Morphology(*(pd.concat(table, ignore_index=True) for table in zip(*tables, strict=True)))


def _branch_table(match: CableMatch, own: Morphology, other: Morphology) -> pd.DataFrame:
    branches = match.branches
    places = np.array([one.place for one in branches]).reshape(-1, 3)
    ends = np.array([one.end for one in branches]).reshape(-1, 3)
    columns: dict[str, Any] = {
        "length": [one.length for one in branches],
        "treenode_id": [own.node_ids[one.node] for one in branches],
        "nearest_treenode_id": [other.node_ids[one.nearest] if one.nearest >= 0 else -1 for one in branches],
    }
    for column, axis in enumerate("xyz"):
        columns |= {axis: places[:, column], f"end_{axis}": ends[:, column]}
    return frame(columns, BRANCHES)


def _percent(share: float) -> str:
    return "none" if np.isnan(share) else f"{100 * share:.1f} %"
