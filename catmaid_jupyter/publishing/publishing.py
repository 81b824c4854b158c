"""Publish widgets as one page that needs neither kernel nor service nor network."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Final

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.publishing.figure_module import MODULE_ENDING, directive, figure_module
from catmaid_jupyter.publishing.pack import PagePack, model_size, modules_size
from catmaid_jupyter.publishing.page import PageText, PageView, page, rows_of_views
from catmaid_jupyter.publishing.saved_models import saved_models, shown_widgets
from catmaid_jupyter.widgets.base import Widget
from catmaid_jupyter.widgets.saved_widget import PageScope
from catmaid_jupyter.widgets.stack_viewer import StackViewer

_MEGABYTE: Final = 1_000_000
_MOST_SECTIONS: Final = 200
LIMIT_MB: Final = 25.0
SECTIONS: Final = 3
FORMATS: Final = ("html", "myst")


@dataclass(frozen=True)
class PublishedViews:
    """Widgets as a page has them.

    Attributes
    ----------
    pack
        What the page carries; see `PagePack`.
    left_out
        Sentences about what it does not have.
    sizes
        What, how many bytes of the page, and what of it.
    date
        When it was saved.
    """

    pack: str
    left_out: Sequence[str]
    sizes: Sequence[tuple[str, int, str]]
    date: str


def publish(
    path: str | PathLike[str],
    *shown: Any,
    title: str = "",
    text: str = "",
    sections: int = SECTIONS,
    limit_mb: float = LIMIT_MB,
    with_people: bool = False,
    format: str = "html",  # noqa: A002  the word for it
) -> Path:
    """Write widgets to one page that needs neither kernel nor service nor network, and print how large it is.

    Views turn, pan, zoom, sort and filter there, and stay linked, within what is saved; nothing can be changed.

    path : of the file, `figure.html`.
    shown : widgets, selections, workspaces, and widgets side by side (`viewer | table`); from top to bottom.
    title, text : what stands above them; an empty line begins a paragraph.
    sections : so many before and behind the one that a stack viewer shows.
    limit_mb : the page may have so many megabytes.
    with_people : whether names of users are saved, too: who edited, annotated and reviewed.
    format : "html", or "myst" for a module `figure.mjs`, which MyST and Jupyter Book show by what is printed.

    Returns the path. `InvalidInput` for what cannot be published, and for a page that would be larger: nothing is
    written.
    """
    if not shown:
        raise InvalidInput('There is nothing to publish: give widgets, as in publish("figure.html", viewer, table).')
    file = Path(path)
    _require_format(file, format)
    require_folder(file)
    rows = shown_widgets(shown)
    widgets = [widget for row in rows for widget in row]
    views = saved_views(widgets, sections=sections, with_people=with_people)
    is_module = format == "myst"
    words = PageText(title or file.stem, text, views.left_out, views.date, has_heading=bool(title) or not is_module)
    content = page(rows_of_views(page_views(rows)), words, views.pack)
    if is_module:
        content = figure_module(content, title or title_of(widgets))
    write_page(file, content, views, limit_mb)
    if is_module:
        print(f"Show it in a page of MyST, or of Jupyter Book 2:\n{directive(file.name)}")  # noqa: T201  as above
    return file


def _require_format(file: Path, wanted: str) -> None:
    if wanted not in FORMATS:
        raise InvalidInput(f"There is no format {wanted!r:.60}: take {' or '.join(map(repr, FORMATS))}.")
    if wanted == "myst" and file.suffix != MODULE_ENDING:
        raise InvalidInput(
            f'A module for MyST ends in {MODULE_ENDING}: publish("{file.stem}{MODULE_ENDING}", …, format="myst").'
        )


def require_folder(file: Path) -> None:
    """`InvalidInput` for a file in a folder that is not there."""
    if not file.absolute().parent.is_dir():
        raise InvalidInput(f"There is no folder {str(file.parent)!r}: make it first, or give another path.")


def saved_views(widgets: Sequence[Widget], *, sections: int = SECTIONS, with_people: bool = False) -> PublishedViews:
    """Widgets, and those that they refer to, as a page has them; see `publish`."""
    if not 0 <= sections <= _MOST_SECTIONS:
        raise InvalidInput(f"So many sections before and behind are saved: 0 to {_MOST_SECTIONS}, not {sections!r}.")
    date = f"{dt.datetime.now():%-d %B %Y}"
    boxes = [widget.saved_box(sections) for widget in widgets if isinstance(widget, StackViewer)]
    scope = PageScope(sections, with_people, date, frozenset(widget.model_id for widget in widgets), boxes)
    models = loop.run(saved_models(widgets, scope))
    sizes = [(model.title, model_size(model), model.content) for model in models]
    sizes.append(("programs", modules_size(models), "that show these"))
    left_out = list(dict.fromkeys(sentence for model in models for sentence in model.left_out))
    return PublishedViews(PagePack(models).base64(), left_out, sorted(sizes, key=lambda row: -row[1]), date)


def page_views(rows: Sequence[Sequence[Widget]]) -> list[list[PageView]]:
    """Where the views of widgets are on a page."""
    return [[PageView(widget.model_id, repr(widget)[1:-1], _picture(widget)) for widget in row] for row in rows]


def write_page(file: Path, content: str, views: PublishedViews, limit_mb: float) -> Path:
    """Write a page, and print how large it is. `InvalidInput`, and nothing is written, if that is beyond the limit."""
    body = content.encode()
    table = size_table(str(file), len(body), views)
    require_size(len(body), limit_mb, table)
    file.write_bytes(body)
    print(table)  # noqa: T201  it belongs to what publishing gives
    return file


def require_size(size: int, limit_mb: float, table: str) -> None:
    """`InvalidInput` for a page of more bytes than the limit."""
    if size > limit_mb * _MEGABYTE:
        raise InvalidInput(
            f"The page would have {_megabytes(size)}, and the limit is {limit_mb:g} MB. "
            f"Save less, such as fewer sections (sections=1), or raise it by limit_mb.\n{table}"
        )


def title_of(widgets: Sequence[Widget]) -> str:
    """What widgets are, for who does not see them."""
    return ", ".join(repr(widget)[1:-1] for widget in widgets)


def _picture(widget: Widget) -> str:
    return str(widget.snapshot.get("image") or "") if widget.has_trait("snapshot") else ""


def size_table(name: str, size: int, views: PublishedViews) -> str:
    """How large a page and its parts are, and what was left out."""
    width = max(len(name) for name, _, _ in views.sizes)
    lines = [f"  {name:<{width}}  {_megabytes(part):>9}  {content}".rstrip() for name, part, content in views.sizes]
    rest = ["Left out:", *(f"  {sentence}" for sentence in views.left_out)] if views.left_out else []
    return "\n".join([f"{name}: {_megabytes(size)}", *lines, *rest])


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:.2f} MB" if size >= _MEGABYTE / 100 else f"{size / 1000:.1f} kB"
