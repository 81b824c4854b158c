"""How a selection shows itself: as a table widget in notebooks, as HTML and text elsewhere."""

from __future__ import annotations

import contextlib
import html
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Final

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import CatmaidError
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.client.selection.colors import text_of
from catmaid_jupyter.client.selection.table import sizes_of
from catmaid_jupyter.model.selection import SelectionDelta

if TYPE_CHECKING:
    from catmaid_jupyter.widgets.selection_model import SelectionModel
    from catmaid_jupyter.widgets.selection_table import SelectionTable

_ROWS_OF_HTML: Final = 20


class SelectionDisplay(Public, ABC):
    """The widgets of a `Selection`: made when they are first wanted, one of each kind."""

    project: Any
    _model: SelectionModel | None = None
    _widget: SelectionTable | None = None

    @abstractmethod
    def everything(self) -> SelectionDelta:
        """All rows as they are."""

    @property
    def model(self) -> SelectionModel:
        """The widget model through which pages share this selection; one for all widgets."""
        from catmaid_jupyter.widgets.selection_model import SelectionModel  # noqa: PLC0415  scripts need no widgets

        if self._model is None or self._model.comm is None:
            self._model = SelectionModel(self)  # type: ignore[arg-type]
        return self._model

    @property
    def widget(self) -> SelectionTable:
        """The table as which the selection shows itself; set its traits to change how."""
        from catmaid_jupyter.widgets.selection_table import SelectionTable  # noqa: PLC0415  scripts need no widgets

        if self._widget is None or self._widget.comm is None:
            self._widget = SelectionTable(self)  # type: ignore[arg-type]
        return self._widget

    def _repr_html_(self) -> str:
        shown = self.everything()
        count = len(shown.skeleton_ids)
        ids, colors = shown.skeleton_ids[:_ROWS_OF_HTML].tolist(), shown.rgba[:_ROWS_OF_HTML].tolist()
        try:
            sizes = loop.run(sizes_of(self.project.place, ids))
        except CatmaidError as error:
            return f"<p>{html.escape(repr(self))}<br>{html.escape(error.message)}</p>"
        rows = "".join(
            f'<tr><td style="background:{text_of(color)[:7]}">&emsp;</td><td>{skeleton_id}</td>'
            f'<td style="text-align:left">{html.escape(name[:200]) or "<i>gone</i>"}</td><td>{nodes}</td>'
            f"<td>{cable / 1000:.1f}</td></tr>"
            for color, skeleton_id, name, nodes, cable in zip(
                colors, ids, sizes["name"], sizes["nodes"].tolist(), sizes["cable_length"].tolist(), strict=True
            )
        )
        more = f"<p>and {count - len(ids)} more</p>" if count > len(ids) else ""
        head = "<tr><th></th><th>skeleton</th><th>name</th><th>nodes</th><th>cable (µm)</th></tr>"
        return f"<p>{html.escape(repr(self)[1:-1])}</p><table><thead>{head}</thead><tbody>{rows}</tbody></table>{more}"

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        # First, so that the page loads the table while the HTML is made.
        with contextlib.suppress(ImportError):  # an installation may have no front end
            shown = (self.widget._repr_mimebundle_() or ({}, {}))[0]
        return {**shown, "text/plain": repr(self), "text/html": self._repr_html_()}
