"""Widgets in one layout, which are shown, saved and opened as one."""

from __future__ import annotations

import json
import os
import threading
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from catmaid_jupyter.api.errors import CatmaidError, InvalidInput
from catmaid_jupyter.api.kept_outputs import WORKSPACE, keep_output
from catmaid_jupyter.client import saved_workspaces
from catmaid_jupyter.client.links.deep_link import CatmaidLink
from catmaid_jupyter.widgets.cell_widget import OneBelowOther, SideBySide, TabbedWidgets
from catmaid_jupyter.widgets.kept_views import keep_later
from catmaid_jupyter.widgets.lifetime import weakly
from catmaid_jupyter.widgets.workspace.gathering import Facts, gathered, projects_of, require_of_house
from catmaid_jupyter.widgets.workspace.saved_form import LayoutKind, WorkspaceRecord

if TYPE_CHECKING:
    from catmaid_jupyter.client.selection import Selection

LAYOUTS: Final = ("row", "column", "tabs")
_TITLES: Final = {
    "StackViewer": "Images",
    "Viewer3D": "In space",
    "SelectionTable": "Selection",
    "HistoryTable": "History",
    "NeuronSearch": "Search",
    "AnnotationBrowser": "Annotations",
    "ConnectivityMatrix": "Matrix",
}
_PAUSE_S: Final = 1.5
"""How long changes are gathered before the notebook's copy is made anew."""


class Workspace(OneBelowOther):
    """Widgets of one project in one layout, saved and opened as one. Made by `Project.workspace`.

    In a notebook it shows its widgets. The notebook is saved with the state that they had then.

    >>> ws = project.workspace(viewer, viewer.selection)
    >>> ws
    <Workspace of 2 widgets in 'Demo'>
    >>> ws.save("work.json")
    >>> project.workspace("work.json").widgets[0].height
    500
    """

    _internal: ClassVar = frozenset({"facts"})

    def __init__(
        self,
        project: Any,
        widgets: Iterable[Any],
        *,
        layout: Any = "row",
        notes: Iterable[str] = (),
        facts: Facts | None = None,
    ) -> None:
        shown = [shown_widget(one) for one in widgets]
        if not shown:
            raise InvalidInput("A workspace has at least one widget: project.workspace(viewer, v3, …).")
        for widget in shown:
            require_of_house(widget)
        if projects_of([*shown, _OfProject(project)]) != [shown[0].project]:
            raise InvalidInput("All widgets of a workspace are of one project, at one version of it.")
        self.project = project
        self.widgets: tuple[Any, ...] = tuple(shown)
        """The widgets, in their order."""
        self.notes: tuple[str, ...] = tuple(notes)
        """What is otherwise than it was when the workspace was saved, in sentences."""
        self.facts: Facts = {} if facts is None else facts
        self._kind, self._rows = _arranged(shown, layout)
        self._timer: threading.Timer | None = None
        inner = TabbedWidgets(shown, [_title(widget) for widget in shown]) if self._kind == "tabs" else None
        super().__init__([inner] if inner else [_in_row(row) for row in self._rows])
        self.add_class("cj-workspace")
        self._keep_pictures_of(shown)
        self._follow(shown)

    def __repr__(self) -> str:
        count = "1 widget" if len(self.widgets) == 1 else f"{len(self.widgets)} widgets"
        told = f"; {len(self.notes)} notes on what changed: see its notes" if self.notes else ""
        return f"<Workspace of {count} in {self.project.title!r}{told}>"

    @property
    def state(self) -> dict[str, Any]:
        """What is saved, as JSON: `project.workspace(state)` opens it again."""
        return self._gathered(anew=True).as_json()

    @property
    def selections(self) -> tuple[Selection, ...]:
        """The selections that the widgets show."""
        found: dict[int, Selection] = {}
        for widget in self.widgets:
            one = getattr(widget, "selection", None)
            if one is not None:
                found[id(one)] = one
        return tuple(found.values())

    def save(self, target: str | os.PathLike[str], *, shared: bool = False) -> None:
        """Save it as a file, or under a name on the service, where another of this name is replaced.

        target : a path that ends in `.json`; else a name, by which `project.workspace(name)` opens it on any machine.
        shared : the name is for all users of the project, which its administrators may do.

        It holds positions, settings, ids and names of neurons; no image, no token, no address, not who saved it.
        A warning says what cannot be saved, such as volumes that are not on the server.
        """
        saved = self._gathered(anew=True)
        for sentence in saved.left_out:
            warnings.warn(sentence, stacklevel=2)
        if saved_workspaces.is_file_name(target):
            path = Path(target)
            path.write_text(json.dumps(saved.as_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            return
        saved_workspaces.keep(self.project.place, str(target), saved.as_json(), shared=shared)

    def url(self, name: str) -> str:
        """Save it on the service under a name for all users of the project, and give the link that opens it.

        `NotAllowed` for who is no administrator of the project: `save(name)` keeps it for oneself.
        """
        self.save(name, shared=True)
        return str(CatmaidLink(server=self.project.instance.url, project_id=self.project.id, workspace=name.strip()))

    def close(self) -> None:
        """Remove the workspace from all pages; its widgets stay."""
        # Widgets are also closed when their constructor failed.
        if getattr(self, "_timer", None) is not None:
            self._timer.cancel()  # type: ignore[union-attr]
        for stop in getattr(self, "_stops", ()):
            stop()
        super().close()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The view, what is kept for pages that cannot show it, and the state, for `project.workspace("….ipynb")`."""
        bundle = super()._repr_mimebundle_(**options)
        if bundle is None:
            return None
        data, metadata = bundle
        try:
            return {**data, WORKSPACE: self._gathered(anew=False).as_json()}, metadata
        except CatmaidError:  # the service is away: the view says so
            return data, metadata

    def _gathered(self, *, anew: bool) -> WorkspaceRecord:
        return gathered(self.project, self._kind, self._rows, self.facts, anew=anew)

    def _follow(self, widgets: Sequence[Any]) -> None:
        """Make the notebook's copy anew after changes of widgets, of their layers, and of selections."""
        changed = weakly(self._changed_soon)
        seen = [*widgets, *(layer for widget in widgets for layer in getattr(widget, "layers", ()))]
        for widget in seen:
            widget.observe(changed, names=widget.kept_names())
        self._stops = [selection.listen(changed) for selection in self.selections]

    def _changed_soon(self, *_: Any) -> None:
        if self._timer is not None and self._timer.is_alive():
            return
        self._timer = threading.Timer(_PAUSE_S, keep_later, [weakly(self._keep_copy)])
        self._timer.daemon = True
        self._timer.start()

    def _keep_copy(self) -> None:
        if self.comm is None:
            return
        try:
            saved = self._gathered(anew=False)
        except CatmaidError:  # the service is away: the copy before stays
            return
        keep_output(self.model_id, WORKSPACE, json.dumps(saved.as_json()).encode())


class _OfProject:
    """A project, where widgets are looked at for theirs."""

    def __init__(self, project: Any) -> None:
        self.project = project


def shown_widget(given: Any) -> Any:
    """A widget as users give it: a selection stands for its table."""
    from catmaid_jupyter.client.selection import Selection  # noqa: PLC0415  as in the annotation

    return given.widget if isinstance(given, Selection) else given


def _arranged(widgets: list[Any], layout: Any) -> tuple[LayoutKind, list[list[Any]]]:
    """How widgets are laid out: rows, or all as tabs. `InvalidInput` for what says neither."""
    if isinstance(layout, str):
        if layout not in LAYOUTS:
            raise InvalidInput(
                f"There is no layout {layout!r:.60}: take {', '.join(LAYOUTS)}, or rows such as [[viewer, v3], table]."
            )
        if layout == "column":
            return "rows", [[widget] for widget in widgets]
        return ("tabs" if layout == "tabs" else "rows"), [widgets]
    rows = [[shown_widget(one) for one in (row if isinstance(row, list | tuple) else [row])] for row in layout]
    laid = [id(widget) for row in rows for widget in row]
    if sorted(laid) != sorted(map(id, widgets)):
        raise InvalidInput("The layout has each widget of the workspace once, as in [[viewer, v3], table].")
    return "rows", [row for row in rows if row]


def _in_row(row: Sequence[Any]) -> Any:
    return row[0] if len(row) == 1 else SideBySide(row)


def _title(widget: Any) -> str:
    return _TITLES.get(type(widget).__name__) or str(getattr(widget, "label", "") or type(widget).__name__)
