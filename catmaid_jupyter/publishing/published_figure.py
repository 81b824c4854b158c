"""A published page as an output of a notebook, which lives there without a kernel."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from catmaid_jupyter.publishing.page import PageText, page, rows_of_views
from catmaid_jupyter.publishing.publishing import (
    SECTIONS,
    page_views,
    require_size,
    saved_views,
    size_table,
    title_of,
)
from catmaid_jupyter.publishing.saved_models import shown_widgets
from catmaid_jupyter.widgets.cell_widget import CellWidget
from catmaid_jupyter.widgets.kept_views import keep_later, keep_picture
from catmaid_jupyter.widgets.lifetime import weakly
from catmaid_jupyter.widgets.static import bundle


class PublishedFigure(CellWidget, anywidget.AnyWidget):
    """Views in a notebook that live without a kernel. Made by `figure`."""

    _esm = bundle("published-figure").read_text(encoding="utf-8")

    page = traitlets.Unicode(read_only=True).tag(sync=True)
    """HTML that needs nothing else, as `publish` writes it."""

    title = traitlets.Unicode(read_only=True).tag(sync=True)
    """What it shows, for screen readers."""

    pictures: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """The last pictures of its views, for pages that cannot show it."""

    def __init__(self, content: str, title: str) -> None:
        super().__init__()
        self.set_trait("page", content)
        self.set_trait("title", title)
        self.observe(weakly(self._keep_pictures), names="pictures")

    def __repr__(self) -> str:
        return f"<Figure: {self.title}>"

    def _keep_pictures(self, _change: Any = None) -> None:
        model_id, pictures = self.model_id, list(self.pictures)
        keep_later(lambda: keep_picture(model_id, pictures))


def figure(
    *shown: Any,
    title: str = "",
    text: str = "",
    sections: int = SECTIONS,
    limit_mb: float = 10.0,
    with_people: bool = False,
) -> PublishedFigure:
    """Widgets as they are now, as an output that is saved with the notebook and lives without a kernel.

    Where the notebook is trusted, views turn, pan, zoom, sort and filter within what is saved; elsewhere their last
    pictures are shown. Parameters and errors are those of `publish`; it says how large it is.

    >>> found = project.selection("annotation:PN")
    >>> cj.figure(project.viewer3d(found), found, title="Projection neurons")
    """
    rows = shown_widgets(shown)
    widgets = [widget for row in rows for widget in row]
    views = saved_views(widgets, sections=sections, with_people=with_people)
    words = PageText(title, text, views.left_out, views.date, has_heading=bool(title))
    content = page(rows_of_views(page_views(rows)), words, views.pack)
    table = size_table("The figure", len(content.encode()), views)
    require_size(len(content.encode()), limit_mb, table)
    print(table)  # noqa: T201  it belongs to what publishing gives
    return PublishedFigure(content, title or title_of(widgets))
