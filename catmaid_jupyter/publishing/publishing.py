"""Publish widgets as one page that needs neither kernel nor service nor network."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Final

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.publishing.pack import PagePack, model_size, modules_size
from catmaid_jupyter.publishing.page import PageText, PageView, page
from catmaid_jupyter.publishing.saved_models import SavedModel, saved_models, shown_widgets
from catmaid_jupyter.widgets.saved_widget import PageScope
from catmaid_jupyter.widgets.stack_viewer import StackViewer

_MEGABYTE: Final = 1_000_000
_MOST_SECTIONS: Final = 200


def publish(
    path: str | PathLike[str],
    *shown: Any,
    title: str = "",
    text: str = "",
    sections: int = 3,
    limit_mb: float = 25.0,
    with_people: bool = False,
) -> Path:
    """Write widgets to one page that needs neither kernel nor service nor network, and print how large it is.

    Views turn, pan, zoom, sort and filter there, and stay linked, within what is saved; nothing can be changed.

    path : of the file, `figure.html`.
    shown : widgets, selections, workspaces, and widgets side by side (`viewer | table`); from top to bottom.
    title, text : what stands above them; an empty line begins a paragraph.
    sections : so many before and behind the one that a stack viewer shows.
    limit_mb : the page may have so many megabytes.
    with_people : whether names of users are saved, too: who edited, annotated and reviewed.

    Returns the path. `InvalidInput` for what cannot be published, and for a page that would be larger: nothing is
    written.
    """
    if not shown:
        raise InvalidInput('There is nothing to publish: give widgets, as in publish("figure.html", viewer, table).')
    if not 0 <= sections <= _MOST_SECTIONS:
        raise InvalidInput(f"So many sections before and behind are saved: 0 to {_MOST_SECTIONS}, not {sections!r}.")
    file = Path(path)
    rows = shown_widgets(shown)
    widgets = [widget for row in rows for widget in row]
    date = f"{dt.datetime.now():%-d %B %Y}"
    boxes = [widget.saved_box(sections) for widget in widgets if isinstance(widget, StackViewer)]
    scope = PageScope(sections, with_people, date, frozenset(widget.model_id for widget in widgets), boxes)
    models = loop.run(saved_models(widgets, scope))
    left_out = list(dict.fromkeys(sentence for model in models for sentence in model.left_out))
    views = [[PageView(widget.model_id, repr(widget)[1:-1], _picture(widget)) for widget in row] for row in rows]
    written = page(views, PageText(title or file.stem, text, left_out, date), PagePack(models).base64()).encode()
    table = _size_table(file, len(written), models, left_out)
    if len(written) > limit_mb * _MEGABYTE:
        raise InvalidInput(
            f"The page would have {_megabytes(len(written))}, and the limit is {limit_mb:g} MB. "
            f"Save less, such as fewer sections (sections={sections}), or raise it by limit_mb.\n{table}"
        )
    file.write_bytes(written)
    print(table)  # noqa: T201  it belongs to what publishing gives
    return file


def _picture(widget: Any) -> str:
    return str(widget.snapshot.get("image") or "") if widget.has_trait("snapshot") else ""


def _size_table(file: Path, size: int, models: Sequence[SavedModel], left_out: Sequence[str]) -> str:
    rows = [(model.title, model_size(model), model.content) for model in models]
    rows.append(("programs", modules_size(models), "that show these"))
    rows.sort(key=lambda row: -row[1])
    width = max(len(name) for name, _, _ in rows)
    lines = [f"  {name:<{width}}  {_megabytes(part):>9}  {content}".rstrip() for name, part, content in rows]
    rest = ["Left out:", *(f"  {sentence}" for sentence in left_out)] if left_out else []
    return "\n".join([f"{file}: {_megabytes(size)}", *lines, *rest])


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:.2f} MB" if size >= _MEGABYTE / 100 else f"{size / 1000:.1f} kB"
