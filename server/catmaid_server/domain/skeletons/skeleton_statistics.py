"""How skeletons were made, reviewed and connected."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound
from catmaid_wire.relations import POSTSYNAPTIC, PRESYNAPTIC

sql = load("skeletons/skeleton_statistics")

_BIN_S = 20
_BINS_PER_MINUTE = 60 // _BIN_S
_LONGEST_PAUSE_S = 300
"""Who makes no node for longer was not at work."""


@dataclass
class Contributions:
    """Who made and reviewed skeletons, by user id, and how long that took, in whole minutes.

    Time is counted in spans of 20 s in which something was done, for each skeleton by itself. `min_review_minutes`
    takes the reviews of who reviewed most nodes and, of all others, only those of nodes that are left;
    `multiuser_review_minutes` adds up what each reviewer spent.
    """

    construction_minutes: int = 0
    min_review_minutes: int = 0
    multiuser_review_minutes: int = 0
    n_nodes: int = 0
    node_contributors: Counter[int] = field(default_factory=Counter)
    pre_contributors: Counter[int] = field(default_factory=Counter)
    post_contributors: Counter[int] = field(default_factory=Counter)
    review_contributors: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True)
class Statistics:
    """One skeleton in figures; cable length in nm, construction time in s, reviewed from 0 to 1."""

    nodes: int
    input_partners: int
    output_partners: int
    presynaptic_sites: int
    postsynaptic_sites: int
    cable_length: float
    construction_time: int
    reviewed: float


async def contributions(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> Contributions:
    """Who contributed what to skeletons, taken together; unknown ids contribute nothing."""
    values: dict[str, Any] = {"project_id": project_id, "skeleton_ids": list(skeleton_ids)}
    found = Contributions()
    nodes = await fetch_all(connection, sql.treenodes, **values)
    found.n_nodes = len(nodes)
    found.node_contributors.update(row[2] for row in nodes)
    found.construction_minutes = _minutes({(skeleton, _bin(made)) for _, _, _, made, *_, skeleton in nodes})
    for _, relation, user_id, count in await fetch_all(connection, sql.synapses, **values):
        side = found.pre_contributors if relation == PRESYNAPTIC else found.post_contributors
        side[user_id] += count
    reviews = await fetch_all(connection, sql.reviews, **values)
    found.review_contributors.update(reviewer for _, reviewer, *_ in reviews)
    found.min_review_minutes = _minutes(_needed_reviews(reviews))
    found.multiuser_review_minutes = _minutes(
        {(skeleton, reviewer, _bin(time)) for skeleton, reviewer, _, time in reviews}
    )
    return found


def _needed_reviews(reviews: Iterable[tuple[int, int, int, float]]) -> set[tuple[int, int]]:
    """Skeleton and span of the reviews that are left if nobody reviews what somebody did who reviewed more nodes."""
    latest: defaultdict[int, defaultdict[int, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    for skeleton, reviewer, node, time in reviews:
        latest[skeleton][reviewer][node] = time
    spans: set[tuple[int, int]] = set()
    for skeleton, by_reviewer in latest.items():
        seen: set[int] = set()
        for times in sorted(by_reviewer.values(), key=len, reverse=True):
            spans |= {(skeleton, _bin(time)) for node, time in times.items() if node not in seen}
            seen |= times.keys()
    return spans


def _bin(time: float) -> int:
    return int(time // _BIN_S)


def _minutes(bins: Iterable[object]) -> int:
    return len(set(bins)) // _BINS_PER_MINUTE


async def statistics(connection: Connection, project_id: int, skeleton_id: int) -> Statistics:
    """The figures of one skeleton; `NotFound` if it does not exist."""
    values: dict[str, Any] = {"project_id": project_id, "skeleton_ids": [skeleton_id]}
    nodes = await fetch_all(connection, sql.treenodes, **values)
    if not nodes:
        raise NotFound(f"There is no skeleton {skeleton_id}.")
    reviewed = {node for _, _, node, _ in await fetch_all(connection, sql.reviews, **values)}
    sites: Counter[str] = Counter()
    for _, relation, _, count in await fetch_all(connection, sql.synapses, **values):
        sites[relation] += count
    key: dict[str, Any] = {"project_id": project_id, "skeleton_id": skeleton_id}
    partners: dict[str, int] = dict(await fetch_all(connection, sql.partners, **key))
    return Statistics(
        nodes=len(nodes),
        input_partners=partners.get(POSTSYNAPTIC, 0),
        output_partners=partners.get(PRESYNAPTIC, 0),
        presynaptic_sites=sites[PRESYNAPTIC],
        postsynaptic_sites=sites[POSTSYNAPTIC],
        cable_length=await fetch_value(connection, sql.cable_length, **key) or 0.0,
        construction_time=_construction_time({row[0]: (row[1], row[3]) for row in nodes}),
        reviewed=len(reviewed) / len(nodes),
    )


def _construction_time(nodes: dict[int, tuple[int | None, float]]) -> int:
    """Whole seconds from each parent to its child, pauses left out; (parent, creation time in s) by node."""
    gaps = (abs(time - nodes[parent][1]) for parent, time in nodes.values() if parent is not None)
    return sum(int(gap) for gap in gaps if gap < _LONGEST_PAUSE_S)
