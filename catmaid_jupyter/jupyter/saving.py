"""Notebooks are saved with pictures and rows of their widgets, for pages that cannot show the widgets themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from catmaid_jupyter.api.kept_outputs import kept_output

_VIEW: Final = "application/vnd.jupyter.widget-view+json"


def add_kept_outputs(model: dict[str, Any], **_options: Any) -> None:
    """Put what widgets showed last beside their views in the outputs of a notebook that is about to be saved.

    model : of Jupyter's contents service, and changed here; files other than notebooks stay as they are.
    """
    if model.get("type") != "notebook" or not isinstance(model.get("content"), dict):
        return
    for data in _outputs(model["content"]):
        view = data.get(_VIEW)
        if isinstance(view, dict):
            data.update(kept_output(view.get("model_id")))


def _outputs(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The data of all outputs."""
    for cell in notebook.get("cells") or ():
        for output in cell.get("outputs") or ():
            data = output.get("data")
            if isinstance(data, dict):
                yield data
