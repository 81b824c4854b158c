"""A published page as an output of a notebook, which lives there without a kernel."""

from __future__ import annotations

import base64
import html
from collections.abc import Sequence
from string import Template
from typing import Any, Final

from catmaid_jupyter.api.kept_outputs import HTML, PNG
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
from catmaid_jupyter.widgets.kept_views import png_of

FIGURE_LIMIT_MB: Final = 10.0

# Programs that trust no output leave out the frame, and show what readers of pages with scripts do not see.
_OUTPUT: Final = Template(
    '<iframe title="$title" srcdoc="$page" style="display: block; width: 100%; height: 480px; border: 0"></iframe>'
    "<noscript>$instead</noscript>"
)
_PICTURE: Final = Template('<img alt="$title, as it was seen last" src="data:image/png;base64,$picture">')
_SENTENCE: Final = "It is alive in JupyterLab where the notebook is trusted, and in pages that nbconvert makes of it."


class PublishedFigure:
    """Views in a notebook that live without a kernel. Made by `figure`."""

    def __init__(self, content: str, title: str, pictures: Sequence[str]) -> None:
        self._content = content
        self._title = title
        self._picture = png_of(pictures)

    def __repr__(self) -> str:
        return f"<Figure: {self._title}>"

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, str]:
        title = html.escape(self._title)
        instead, bundle = f"<p>{title}. {_SENTENCE}</p>", {"text/plain": repr(self)}
        if self._picture is not None:
            bundle[PNG] = base64.b64encode(self._picture).decode("ascii")
            instead = _PICTURE.substitute(title=title, picture=bundle[PNG]) + instead
        bundle[HTML] = _OUTPUT.substitute(title=title, page=html.escape(self._content), instead=instead)
        return bundle


def figure(
    *shown: Any,
    title: str = "",
    text: str = "",
    sections: int = SECTIONS,
    limit_mb: float = FIGURE_LIMIT_MB,
    with_people: bool = False,
) -> PublishedFigure:
    """Widgets as they are now, as an output that is saved with the notebook and lives without a kernel.

    Where the notebook is trusted, and in a page that nbconvert makes of it, views turn, pan, zoom, sort and filter
    within what is saved; elsewhere there are the last pictures that were seen of them. Parameters and errors are
    those of `publish`; it prints how large it is.

    >>> found = project.search("annotation:PN")
    >>> cj.figure(project.viewer3d(found), found, title="Projection neurons")
    """
    rows = shown_widgets(shown)
    widgets = [widget for row in rows for widget in row]
    views = saved_views(widgets, sections=sections, with_people=with_people)
    words = PageText(title, text, views.left_out, views.date, has_heading=bool(title))
    placed = page_views(rows)
    content = page(rows_of_views(placed), words, views.pack)
    size, table = len(content.encode()), size_table("The figure", len(content.encode()), views)
    require_size(size, limit_mb, table)
    print(table)  # noqa: T201  it belongs to what publishing gives
    return PublishedFigure(content, title or title_of(widgets), [view.picture for row in placed for view in row])
