"""What may be wrong with skeletons, for tracers to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_wire import relations

if TYPE_CHECKING:
    import networkx as nx

sql = load("skeletons/analytics")

_PRE, _POST = [relations.PRESYNAPTIC], [relations.POSTSYNAPTIC]
_LEAST_CERTAIN = 4
_TODO = "TODO"
_END_LABELS = frozenset({"ends", "not a branch", "uncertain end", "uncertain continuation", "soma", "nerve out"})


class Problem(IntEnum):
    """Kinds of problems, as clients number them."""

    AUTAPSE = 0
    SEVERAL_POSTSYNAPTIC = 1
    NO_TARGETS = 2
    NO_SOURCE = 3
    DUPLICATE = 4
    OPEN_END = 5
    TODO = 6
    LABELLED_AS_END = 7
    BROKEN_SECTION = 8
    UNCERTAIN = 9


TITLES = {
    Problem.AUTAPSE: "Autapse",
    Problem.SEVERAL_POSTSYNAPTIC: "Two or more times postsynaptic to the same connector",
    Problem.NO_TARGETS: "Connector without postsynaptic targets",
    Problem.NO_SOURCE: "Connector without presynaptic skeleton",
    Problem.DUPLICATE: "Duplicated synapse?",
    Problem.OPEN_END: "End node without end tag",
    Problem.TODO: "TODO tag",
    Problem.LABELLED_AS_END: "End-node tag in a non-end node.",
    Problem.BROKEN_SECTION: "Node in broken section",
    Problem.UNCERTAIN: "Low confidence location",
}


class IssueDetail(TypedDict, total=False):
    """What else is known of a problem: the confidence, or the broken section and where it begins, nm."""

    confidence: int
    stack: int
    stack_title: str
    orientation: int
    section: int
    section_phys: float


Issue = tuple[int | IssueDetail, ...]
"""Kind, treenode, and perhaps what else is known."""


class BrokenSectionNode(NamedTuple):
    """A treenode in a broken section: the stack, and where in project space the section begins, nm."""

    treenode_id: int
    stack_id: int
    stack_title: str
    orientation: int
    section: int
    section_nm: float


@dataclass
class _Synapse:
    """One connector: the (node, skeleton) on each side."""

    pre: list[tuple[int, int]] = field(default_factory=list)
    post: list[tuple[int, int]] = field(default_factory=list)


async def broken_section_nodes(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int] | None = None
) -> list[BrokenSectionNode]:
    """Treenodes, of some skeletons or of all, in sections of a stack that cannot be seen."""
    rows = await fetch_all(
        connection,
        sql.broken_section_nodes,
        project_id=project_id,
        skeleton_ids=list(skeleton_ids) if skeleton_ids else None,
    )
    return [BrokenSectionNode(*row) for row in rows]


async def neighbours(connection: Connection, project_id: int, skeleton_ids: Sequence[int], extra: int) -> list[int]:
    """Skeletons to look at as well: 0 none, 1 those downstream, 2 those upstream, 3 both."""
    ways = {1: (_PRE, _POST), 2: (_POST, _PRE), 3: (_PRE + _POST, _PRE + _POST)}
    if extra not in ways:
        return []
    mine, theirs = ways[extra]
    rows = await fetch_all(
        connection, sql.neighbours, project_id=project_id, skeleton_ids=list(skeleton_ids), mine=mine, theirs=theirs
    )
    return [skeleton for (skeleton,) in rows]


async def issues(
    connection: Connection, project_id: int, skeleton_id: int, broken: Sequence[BrokenSectionNode], *, adjacents: int
) -> list[Issue]:
    """What may be wrong with one skeleton.

    broken
        The nodes of the project in broken sections, which are problems of each skeleton.

    adjacents
        How many edges apart two synapses between the same skeletons may reach towards each other to be suspected of
        being one; with 0 none are.
    """
    import networkx as nx  # noqa: PLC0415 -- a tenth of a second that few requests need

    if adjacents < 0:
        raise InvalidInput(f"Parameter adjacents is a number of edges from 0 on, not {adjacents}.")
    rows = await fetch_all(connection, sql.arbor, project_id=project_id, skeleton_id=skeleton_id)
    cable: nx.Graph[int] = nx.Graph()
    cable.add_nodes_from(node for node, *_ in rows)
    cable.add_edges_from((parent, node) for node, parent, *_ in rows if parent is not None)
    synapses: dict[int, _Synapse] = {}
    for connector, is_pre, *link in await fetch_all(
        connection, sql.synapses, project_id=project_id, skeleton_id=skeleton_id
    ):
        synapse = synapses.setdefault(connector, _Synapse())
        (synapse.pre if is_pre else synapse.post).append(tuple(link))
    return [
        *_of_synapses(synapses.values(), skeleton_id),
        *(_duplicates(synapses.values(), skeleton_id, cable, adjacents) if adjacents else ()),
        *_of_nodes(rows),
        *(
            (
                Problem.BROKEN_SECTION,
                node.treenode_id,
                {
                    "stack": node.stack_id,
                    "stack_title": node.stack_title,
                    "orientation": node.orientation,
                    "section": node.section,
                    "section_phys": node.section_nm,
                },
            )
            for node in broken
        ),
        *(
            (Problem.UNCERTAIN, node, {"confidence": confidence})
            for node, _, confidence, _ in rows
            if confidence < _LEAST_CERTAIN
        ),
    ]


def _of_synapses(synapses: Iterable[_Synapse], skeleton_id: int) -> Iterator[Issue]:
    for synapse in synapses:
        for node, skeleton in synapse.pre:
            for partner, target in synapse.post:
                if skeleton == target:
                    yield Problem.AUTAPSE, node if skeleton == skeleton_id else partner
        if not synapse.post:
            yield Problem.NO_TARGETS, synapse.pre[0][0]
        if not synapse.pre:
            yield Problem.NO_SOURCE, synapse.post[0][0]
        elif synapse.pre[0][1] != skeleton_id:
            own = [node for node, skeleton in synapse.post if skeleton == skeleton_id]
            if len(own) > 1:
                yield Problem.SEVERAL_POSTSYNAPTIC, own[0]


def _duplicates(
    synapses: Iterable[_Synapse], skeleton_id: int, cable: nx.Graph[int], adjacents: int
) -> Iterator[Issue]:
    """Pairs of synapses near each other whose other side shares a skeleton."""
    import networkx as nx  # noqa: PLC0415 -- a tenth of a second that few requests need

    outputs: list[tuple[int, set[int], set[int]]] = []
    inputs: list[tuple[int, set[int], set[int]]] = []
    for synapse in synapses:
        is_output = bool(synapse.pre) and synapse.pre[0][1] == skeleton_id
        mine, theirs = (synapse.pre, synapse.post) if is_output else (synapse.post, synapse.pre)
        own = next((node for node, skeleton in mine if skeleton == skeleton_id), None)
        if own is not None:
            near = set(nx.single_source_shortest_path_length(cable, own, adjacents))
            (outputs if is_output else inputs).append((own, near, {skeleton for _, skeleton in theirs}))
    for alike in (outputs, inputs):
        for (one, near_one, partners), (other, near_other, other_partners) in combinations(alike, 2):
            if near_one & near_other and partners & other_partners:
                yield Problem.DUPLICATE, one
                if other != one:
                    yield Problem.DUPLICATE, other


def _of_nodes(rows: Sequence[tuple[Any, ...]]) -> Iterator[Issue]:
    """Labels that are missing or misplaced; the root counts as an end."""
    passed = {parent for _, parent, *_ in rows} - {node for node, parent, *_ in rows if parent is None}
    for node, _, _, labels in rows:
        closed = not _END_LABELS.isdisjoint(labels)
        if node not in passed and not closed:
            yield Problem.OPEN_END, node
        elif node in passed and closed:
            yield Problem.LABELLED_AS_END, node
        if _TODO in labels:
            yield Problem.TODO, node


async def interpolatable_sections(connection: Connection, project_id: int) -> dict[str, list[float]]:
    """Missing sections by the axis that they cut, nm."""
    found: dict[str, list[float]] = {"x": [], "y": [], "z": []}
    for orientation, coordinate in await fetch_all(connection, sql.interpolatable_sections, project_id=project_id):
        found["zyx"[orientation]].append(coordinate)
    return found
