"""Answers about single skeletons, kept for as long as nothing of the skeleton was committed (see `domain.news`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable
from typing import NamedTuple

from catmaid_server.db.recently_used import RecentlyUsed
from catmaid_server.db.store import Connection
from catmaid_server.domain.news.changes import Committed
from catmaid_server.domain.news.project_news import News

Produced = tuple[bytes, bool]
"""A body, and whether it changes only with the skeleton."""


class AnswerKey(NamedTuple):
    """Names an answer: of which skeleton, and what was asked."""

    project_id: int
    skeleton_id: int
    request: Hashable


class KeptAnswers:
    """Bodies of answers about skeletons, up to `capacity` bytes; those that were not used for longest go first.

    They may tell treenodes, reviews, labels and links of the skeleton, and where its connectors are.
    """

    def __init__(self, capacity: int, news: News) -> None:
        self._answers: RecentlyUsed[AnswerKey, bytes] = RecentlyUsed(capacity, forgotten=self._note_forgotten)
        self._known: defaultdict[int, defaultdict[int, set[Hashable]]] = defaultdict(lambda: defaultdict(set))
        """What is kept, by project and skeleton."""
        self._news = news
        news.listen(self._forget_changed)

    async def find(
        self,
        connection: Connection,
        project_id: int,
        skeleton_id: int,
        request: Hashable,
        produce: Callable[[], Awaitable[Produced]],
    ) -> bytes:
        """The answer to a request; `produce` makes it if it is not kept."""
        if not self._answers.capacity:
            return (await produce())[0]
        news = self._news.of(project_id)
        await news.heard_since_now(connection)
        key = AnswerKey(project_id, skeleton_id, request)
        kept = self._answers.find(key)
        if kept is not None:
            return kept
        with news.noting() as noted:
            body, is_lasting = await produce()
            if is_lasting and not any(_is_about(skeleton_id, changed) for changed in noted.changed):
                self._answers.keep(key, body, len(body))
                if key in self._answers:
                    self._known[project_id][skeleton_id].add(request)
        return body

    def _forget_changed(self, project_id: int, changed: Committed) -> None:
        known = self._known[project_id]
        if changed.skeleton_ids is None or changed.linked_ids is None:
            stale = list(known)
        else:
            stale = [one for one in changed.skeleton_ids | changed.linked_ids if one in known]
        for skeleton_id in stale:
            for request in list(known[skeleton_id]):
                self._answers.forget(AnswerKey(project_id, skeleton_id, request))

    def _note_forgotten(self, key: AnswerKey) -> None:
        known = self._known[key.project_id]
        known[key.skeleton_id].discard(key.request)
        if not known[key.skeleton_id]:
            del known[key.skeleton_id]


def _is_about(skeleton_id: int, changed: Committed) -> bool:
    return any(ids is None or skeleton_id in ids for ids in (changed.skeleton_ids, changed.linked_ids))
