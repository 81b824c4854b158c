"""Partners of skeletons kept in memory: true as long as nothing that they are made of was committed.

Of each skeleton and direction its partners are kept, of each partner how large it is and who reviewed it. The room
`news` tells which skeletons got other links, treenodes or reviews; these are read again, and nothing else is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.arrays import array_text
from catmaid_server.db.queries import load
from catmaid_server.db.recently_used import ENTRY_BYTES
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import ConnectionLender
from catmaid_server.domain.graph import connectivity
from catmaid_server.domain.graph.connectivity import RELATIONS, PartnerQuery
from catmaid_server.domain.news.changes import Committed
from catmaid_server.domain.news.kept_by_project import KeptByProject
from catmaid_server.domain.news.project_news import News, ProjectNews
from catmaid_server.domain.values import required

sql = load("graph/kept_partners")

Ids = NDArray[np.int32]
Counts = tuple[int, ...]
"""How many links have confidence 1, 2, 3, 4 and 5."""


class SourcePartners(NamedTuple):
    """The partners of a skeleton in one direction, and the number of links with each as an index of `KnownCounts`."""

    partners: Ids
    counts: Ids


class Size(NamedTuple):
    """The number of treenodes of a skeleton, and who reviewed any of them."""

    num_nodes: int
    reviewers: tuple[int, ...]


class KnownCounts:
    """Numbers of links by confidence, each kept once: most pairs of skeletons have one of a few."""

    def __init__(self) -> None:
        self.known: list[Counts] = []
        self._places: dict[Counts, int] = {}

    def place(self, counts: Counts) -> int:
        """The index of numbers in `known`."""
        found = self._places.setdefault(counts, len(self.known))
        if found == len(self.known):
            self.known.append(counts)
        return found


@dataclass(frozen=True)
class PartnerPairs:
    """Pairs of a partner and a source in one direction, by partner.

    partners, sources : skeleton ids, shape (n,).
    counts : the numbers of links of each pair, as indices of `known_counts`, shape (n,).
    num_nodes : by skeleton, of all partners at least.
    reviewers : the users who reviewed any of the partners.
    """

    partners: Ids
    sources: Ids
    counts: Ids
    known_counts: Sequence[Counts]
    num_nodes: dict[int, int]
    reviewers: list[int]


class KeptPartners:
    """Partners of all projects in one process, up to `capacity` bytes; with 0 nothing is kept."""

    def __init__(self, capacity: int, news: News) -> None:
        self._lists: KeptByProject[int, str, SourcePartners] = KeptByProject(capacity // 2)
        """By project, skeleton and direction."""
        self._sizes: defaultdict[int, dict[int, Size]] = defaultdict(dict)
        """By project and skeleton; an answer needs thousands, so that even to note which were used costs too much."""
        self._most_sizes = capacity // 2 // ENTRY_BYTES
        self._counts = KnownCounts()
        self._news = news
        news.listen(self._forget_changed)

    async def partners(
        self, connections: ConnectionLender, project_id: int, query: PartnerQuery
    ) -> dict[str, PartnerPairs] | None:
        """As `connectivity.partners`, by direction; None if nothing is kept, or single links are wanted."""
        required(query.skeleton_ids, "source skeleton ID")
        if query.with_links or not self._lists.capacity:
            return None
        news = self._news.of(project_id)
        await news.heard_since_now(connections)
        sources = list(dict.fromkeys(query.skeleton_ids))
        pairs = {
            direction: _paired(
                sources,
                await self._partners_of(connections, news, sources, direction),
                len(sources) if query.common else 1,
            )
            for direction in query.directions
            if direction in RELATIONS
        }
        partners = {direction: np.unique(found[0]).tolist() for direction, found in pairs.items()}
        sizes = await self._sizes_of(connections, news, {one for some in partners.values() for one in some})
        num_nodes = {skeleton_id: size.num_nodes for skeleton_id, size in sizes.items()}
        return {
            direction: PartnerPairs(
                *found,
                self._counts.known,
                num_nodes,
                sorted({reviewer for partner in partners[direction] for reviewer in sizes[partner].reviewers}),
            )
            for direction, found in pairs.items()
        }

    async def _partners_of(
        self, connections: ConnectionLender, news: ProjectNews, sources: Sequence[int], direction: str
    ) -> dict[int, SourcePartners]:
        """The partners of each source: those that are kept, and the others read."""
        project_id = news.project_id
        found: dict[int, SourcePartners] = {}
        for source in sources:
            kept = self._lists.find(project_id, source, direction)
            if kept is not None:
                found[source] = kept
        missing = [source for source in sources if source not in found]
        if not missing:
            return found
        with news.noting() as noted:
            async with connections.reading() as connection:
                rows = await connectivity.partner_counts(connection, project_id, missing, direction)
            read = self._by_source(rows, missing)
            is_changed = _membership(changed.linked_ids for changed in noted.changed)
            for source, partners in read.items():
                if not is_changed(source):
                    size = partners.partners.nbytes + partners.counts.nbytes + ENTRY_BYTES
                    self._lists.keep(project_id, source, direction, partners, size)
        return found | read

    def _by_source(
        self, rows: Iterable[tuple[int, int, int, int]], sources: Sequence[int]
    ) -> dict[int, SourcePartners]:
        """Rows of `connectivity.partner_counts`, by source; also of sources without any."""
        found: dict[int, dict[int, list[int]]] = {source: {} for source in sources}
        for partner, source, confidence, count in rows:
            found[source].setdefault(partner, [0] * connectivity.CONFIDENCES)[confidence - 1] += count
        return {
            source: SourcePartners(
                np.fromiter(partners, np.int32, len(partners)),
                np.fromiter((self._counts.place(tuple(one)) for one in partners.values()), np.int32, len(partners)),
            )
            for source, partners in found.items()
        }

    async def _sizes_of(
        self, connections: ConnectionLender, news: ProjectNews, skeleton_ids: Collection[int]
    ) -> dict[int, Size]:
        """The sizes of skeletons: those that are kept, and the others read."""
        kept = self._sizes[news.project_id]
        found = {skeleton_id: kept[skeleton_id] for skeleton_id in skeleton_ids if skeleton_id in kept}
        missing = [skeleton_id for skeleton_id in skeleton_ids if skeleton_id not in found]
        if not missing:
            return found
        with news.noting() as noted:
            async with connections.reading() as connection:
                rows = await fetch_all(connection, sql.sizes, skeleton_ids=array_text(missing))
            is_changed = _membership(changed.skeleton_ids for changed in noted.changed)
            read = {skeleton_id: Size(num_nodes, tuple(reviewers)) for skeleton_id, num_nodes, reviewers in rows}
            if sum(map(len, self._sizes.values())) + len(read) > self._most_sizes:
                self._sizes.clear()
            self._sizes[news.project_id].update({one: size for one, size in read.items() if not is_changed(one)})
        return found | read

    def _forget_changed(self, project_id: int, changed: Committed) -> None:
        if changed.linked_ids is None:
            self._lists.forget_project(project_id)
        else:
            for skeleton_id in changed.linked_ids:
                self._lists.forget(project_id, skeleton_id)
        sizes = self._sizes[project_id]
        for skeleton_id in list(sizes) if changed.skeleton_ids is None else changed.skeleton_ids:
            sizes.pop(skeleton_id, None)


def _membership(sets: Iterable[frozenset[int] | None]) -> Callable[[int], bool]:
    """Whether a skeleton is in any of several sets, of which None has all."""
    known = list(sets)
    has_all = any(one is None for one in known)
    ids = frozenset[int]().union(*(one for one in known if one is not None))
    return lambda skeleton_id: has_all or skeleton_id in ids


def _paired(sources: Sequence[int], lists: dict[int, SourcePartners], least: int) -> tuple[Ids, Ids, Ids]:
    """Partner, source and counts of each pair, by partner; of partners that at least so many sources have."""
    ordered = [lists[source] for source in sources]
    partners = np.concatenate([one.partners for one in ordered])
    origins = np.repeat(np.array(sources, np.int32), [len(one.partners) for one in ordered])
    counts = np.concatenate([one.counts for one in ordered])
    order = np.argsort(partners, kind="stable")
    if least > 1:
        _, places, numbers = np.unique(partners[order], return_inverse=True, return_counts=True)
        order = order[numbers[places] >= least]
    return partners[order], origins[order], counts[order]
