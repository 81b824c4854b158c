"""Viewports of all projects, out of cells where that is a way, else read anew: the same answer."""

from __future__ import annotations

from catmaid_server.db.store import ConnectionLender
from catmaid_server.domain.cells import viewport_samples
from catmaid_server.domain.cells.cut import Cut
from catmaid_server.domain.cells.kept import KeptCells
from catmaid_server.domain.cells.project_cells import ProjectCells
from catmaid_server.domain.cells.warming import Warming
from catmaid_server.domain.news.project_news import News
from catmaid_server.domain.tracing import viewports
from catmaid_server.domain.tracing.viewports import Contents, Viewport, Wanted


class ViewportCells:
    """Cells of all projects in one process, up to `capacity` bytes; with 0 all is read anew."""

    def __init__(self, capacity: int, news: News) -> None:
        self._kept = KeptCells(capacity)
        self._news = news
        self._warming = Warming()
        self._projects: dict[int, ProjectCells] = {}
        news.listen(self._kept.follow)

    async def keep_warm(self, connections: ConnectionLender) -> None:
        """Read cells around those that were looked at, until cancelled."""
        await self._warming.run(lambda project_id, grid, span: self._of(project_id).read_ahead(connections, grid, span))

    async def nodes_in_box(
        self, connections: ConnectionLender, project_id: int, wanted: Wanted, *, most_nodes: int, labels: bool = False
    ) -> Viewport:
        """What is wanted, as `viewport_samples.nodes_in_box` has it."""
        found = await self._contents(connections, project_id, wanted, most=most_nodes)
        if found is None:
            async with connections.reading() as connection:
                return await viewport_samples.nodes_in_box(
                    connection, project_id, wanted, most_nodes=most_nodes, labels=labels
                )
        viewport = found.viewport(wanted, most_nodes)
        if not labels:
            return viewport
        async with connections.reading() as connection:
            return await viewports.with_labels(connection, viewport, wanted=True)

    async def row_texts_in_box(
        self, connections: ConnectionLender, project_id: int, wanted: Wanted, *, most_nodes: int
    ) -> Cut | Viewport:
        """As `nodes_in_box` without labels; as a rule as rows of cells that have them as JSON."""
        found = await self._contents(connections, project_id, wanted, most=most_nodes)
        if found is None:
            async with connections.reading() as connection:
                return await viewport_samples.nodes_in_box(connection, project_id, wanted, most_nodes=most_nodes)
        return found.first(wanted, most_nodes) if isinstance(found, Cut) else found.viewport(wanted, most_nodes)

    async def _contents(
        self, connections: ConnectionLender, project_id: int, wanted: Wanted, *, most: int
    ) -> Cut | Contents | None:
        if not self._kept.capacity:
            return None
        return await self._of(project_id).contents(connections, wanted, most=most)

    def _of(self, project_id: int) -> ProjectCells:
        made = self._projects.get(project_id)
        if made is None:
            made = self._projects[project_id] = ProjectCells(self._news.of(project_id), self._kept, self._warming)
        return made
