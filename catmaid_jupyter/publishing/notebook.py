"""Publish a whole notebook as one page: run it, and save its widgets as they are then."""

from __future__ import annotations

import html
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import nbformat
from ipywidgets.widgets.widget import _instances
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from catmaid_jupyter.api.errors import CatmaidError, InvalidInput
from catmaid_jupyter.publishing.page import PageText, page, rows_of_views
from catmaid_jupyter.publishing.publishing import (
    LIMIT_MB,
    PublishedViews,
    page_views,
    require_folder,
    saved_views,
    write_page,
)
from catmaid_jupyter.publishing.saved_models import publishable_widgets
from catmaid_jupyter.widgets.base import Widget

VIEW: Final = "application/vnd.jupyter.widget-view+json"
_TIMEOUT_S: Final = 3600
_PLACE: Final = '<div data-cj-output="{}"></div>'
_SAVING: Final = """from catmaid_jupyter.publishing.notebook import write_views
write_views({ids!r}, {file!r}, {options!r})"""
_HEADING: Final = re.compile(r"^# +(.+)$", re.MULTILINE)


def publish_notebook(
    notebook: Path, path: Path, *, title: str = "", limit_mb: float = LIMIT_MB, **options: Any
) -> Path:
    """Run a notebook in a kernel of its own, and write it as one page; the notebook itself stays as it is.

    options : `sections` and `with_people` of `publish`.

    Widgets that cannot be published are left out, and the page says so in their places. `InvalidInput` for a page that
    would be larger than the limit. A cell that fails ends it with that cell's error.
    """
    require_folder(path)
    content = _read(notebook)
    client = NotebookClient(content, timeout=_TIMEOUT_S, resources={"metadata": {"path": str(notebook.parent)}})
    with tempfile.TemporaryDirectory() as folder, client.setup_kernel():
        for place, cell in enumerate(content.cells):
            client.execute_cell(cell, place)
        file = Path(folder) / "views.json"
        order = {"ids": list(_views_of(content)), "file": str(file), "options": options}
        saving = nbformat.v4.new_code_cell(_SAVING.format(**order))
        content.cells.append(saving)
        client.execute_cell(saving, len(content.cells) - 1)
        content.cells.pop()
        written: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    if written["error"]:
        raise InvalidInput(written["error"])
    views = PublishedViews(**written["views"])
    heading = _first_heading(content)
    text = PageText(title or heading or notebook.stem, "", views.left_out, views.date, has_heading=not heading)
    return write_page(path, page(_body(content, written["rows"], notebook.parent), text, views.pack), views, limit_mb)


def write_views(model_ids: Sequence[str], file: str, options: Mapping[str, Any]) -> None:
    """Write the widgets of outputs to a file: the pack, and the HTML of each output. Runs in the notebook's kernel."""
    written: dict[str, Any] = {"error": "", "rows": {}, "views": None}
    try:
        # What ipywidgets knows may be a weak reference in disguise; the bound method has the widget itself.
        shown = [_instances[model_id].__repr__.__self__ for model_id in model_ids if model_id in _instances]
        rows = {one.model_id: publishable_widgets(one) for one in shown}
        widgets = list(dict.fromkeys(widget for row, _ in rows.values() for widget in row))
        absent = list(dict.fromkeys(sentence for _, sentences in rows.values() for sentence in sentences))
        views = saved_views(widgets, **options)
        written["views"] = asdict(replace(views, left_out=[*absent, *views.left_out]))
        written["rows"] = {model_id: _row(*row) for model_id, row in rows.items()}
    except CatmaidError as error:
        written["error"] = error.message
    Path(file).write_text(json.dumps(written), encoding="utf-8")


def _row(widgets: list[Widget], absent: list[str]) -> str:
    """The HTML of an output: its widgets, and what of it is not on the page."""
    row = rows_of_views(page_views([widgets])) if widgets else ""
    return row + "".join(f"<p>Not on this page: {html.escape(sentence)}</p>" for sentence in absent)


def _views_of(content: Any) -> dict[str, Any]:
    """The outputs that show widgets, by the widgets' model ids."""
    outputs = [output for cell in content.cells for output in cell.get("outputs", ())]
    return {output["data"][VIEW]["model_id"]: output for output in outputs if VIEW in output.get("data", {})}


def _read(notebook: Path) -> Any:
    try:
        return nbformat.read(notebook, as_version=4)
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{notebook.name} is no notebook: {error}"[:300]) from error


def _body(content: Any, rows: Mapping[str, str], folder: Path) -> str:
    """The HTML of the cells, with the views in their places, and pictures of files in `folder`."""
    for model_id in rows:
        place = _PLACE.format(model_id)
        for cell in content.cells:
            for output in cell.get("outputs", ()):
                if output.get("data", {}).get(VIEW, {}).get("model_id") == model_id:
                    output["data"] = {"text/html": place}
    exporter = HTMLExporter(template_name="basic", embed_images=True)
    body: str = exporter.from_notebook_node(content, {"metadata": {"path": str(folder)}})[0]
    for model_id, row in rows.items():
        body = body.replace(_PLACE.format(model_id), row)
    return body


def _first_heading(content: Any) -> str:
    texts = [cell.source for cell in content.cells if cell.cell_type == "markdown"]
    found = _HEADING.search("\n".join(texts))
    return re.sub(r"[*_`]", "", found.group(1)).strip() if found else ""
