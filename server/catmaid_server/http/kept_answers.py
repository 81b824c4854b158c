"""Answers about single skeletons, kept for as long as nothing of the skeleton was committed (see `domain.news`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable

from catmaid_server.db.store import ConnectionLender
from catmaid_server.domain.news.changes import Committed
from catmaid_server.domain.news.kept_by_project import KeptByProject
from catmaid_server.domain.news.project_news import News

Produced = tuple[bytes, bool]
"""A body, and whether it changes only with the skeleton."""


class KeptAnswers:
    """Bodies of answers about skeletons, up to `capacity` bytes; those that were not used for longest go first.

    They may tell treenodes, reviews, labels and links of the skeleton, and where its connectors are.
    """

    def __init__(self, capacity: int, news: News) -> None:
        self._answers: KeptByProject[int, Hashable, bytes] = KeptByProject(capacity)
        """By project, skeleton and request."""
        self._news = news
        news.listen(self._forget_changed)

    async def find(
        self,
        connections: ConnectionLender,
        project_id: int,
        skeleton_id: int,
        request: Hashable,
        produce: Callable[[], Awaitable[Produced]],
    ) -> bytes:
        """The answer to a request; `produce` makes it if it is not kept."""
        if not self._answers.capacity:
            return (await produce())[0]
        news = self._news.of(project_id)
        await news.heard_since_now(connections)
        kept = self._answers.find(project_id, skeleton_id, request)
        if kept is not None:
            return kept
        with news.noting() as noted:
            body, is_lasting = await produce()
            if is_lasting and not any(_is_about(skeleton_id, changed) for changed in noted.changed):
                self._answers.keep(project_id, skeleton_id, request, body, len(body))
        return body

    def _forget_changed(self, project_id: int, changed: Committed) -> None:
        if changed.skeleton_ids is None or changed.linked_ids is None:
            self._answers.forget_project(project_id)
        else:
            for skeleton_id in changed.skeleton_ids | changed.linked_ids:
                self._answers.forget(project_id, skeleton_id)


def _is_about(skeleton_id: int, changed: Committed) -> bool:
    return any(ids is None or skeleton_id in ids for ids in (changed.skeleton_ids, changed.linked_ids))
