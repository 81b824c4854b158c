"""Viewports of all projects, out of cells where that is a way, else read anew: the same answer."""

from __future__ import annotations

from catmaid_server.db.store import Connection
from catmaid_server.domain.cells.kept import KeptCells
from catmaid_server.domain.cells.project_cells import ProjectCells
from catmaid_server.domain.news.project_news import News
from catmaid_server.domain.tracing import viewports
from catmaid_server.domain.tracing.viewports import Viewport, Wanted


class ViewportCells:
    """Cells of all projects in one process, up to `capacity` bytes; with 0 all is read anew."""

    def __init__(self, capacity: int, news: News) -> None:
        self._kept = KeptCells(capacity)
        self._news = news
        self._projects: dict[int, ProjectCells] = {}
        news.listen(self._kept.forget_changed)

    async def nodes_in_box(
        self, connection: Connection, project_id: int, wanted: Wanted, *, most_nodes: int, labels: bool = False
    ) -> Viewport:
        """What is wanted, as `viewports.nodes_in_box` has it."""
        found = None
        if self._kept.capacity:
            cells = self._projects.setdefault(project_id, ProjectCells(self._news.of(project_id), self._kept))
            found = await cells.contents(connection, wanted)
        if found is None:
            return await viewports.nodes_in_box(connection, project_id, wanted, most_nodes=most_nodes, labels=labels)
        return await viewports.with_labels(connection, found.viewport(wanted, most_nodes), wanted=labels)
