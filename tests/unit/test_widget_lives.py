"""Widgets live as long as Python refers to them or a cell shows them; then all that they had is gone."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from ipywidgets import Layout
from ipywidgets.widgets import widget as ipywidgets_widget

from catmaid_jupyter.client.project import Project
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.widgets import (
    AnnotationBrowser,
    ConnectivityMatrix,
    ConnectivityTable,
    ConnectorTable,
    NeuronNavigator,
    NeuronSearch,
    SelectionTable,
    TagTable,
    TracingLayer,
    TreenodeTable,
    cell_widget,
    lifetime,
)
from catmaid_jupyter.widgets.lifetime import WidgetLives
from tests.unit.test_selection_table import TracedProject

OF_SELECTIONS: tuple[Callable[[Selection], Any], ...] = (
    ConnectivityTable,
    ConnectivityMatrix,
    TreenodeTable,
    ConnectorTable,
    TagTable,
    NeuronNavigator,
    SelectionTable,
)


def of_selection(kind: Callable[[Selection], Any]) -> Callable[[Project], Any]:
    """What makes a widget of this kind of a project's selection."""

    def make(project: Project) -> Any:
        return kind(Selection(project, [17]))

    make.__name__ = str(getattr(kind, "__name__", kind))
    return make


class FollowedProject(TracedProject):
    """Counts who wants to hear of changes."""

    def __init__(self) -> None:
        super().__init__("history")
        self.subscribers: list[Any] = []

    def on_change(self, changed: Any, on_service: Any = None) -> Callable[[], None]:
        self.subscribers.append(changed)
        return lambda: self.subscribers.remove(changed)


class FakeShell:
    """IPython with cells that are run by hand."""

    def __init__(self) -> None:
        self.cell = ""
        self.kernel = SimpleNamespace(get_parent=lambda _channel: {"metadata": {"cellId": self.cell}})
        self.displayhook = SimpleNamespace(_="", __="", ___="")
        self.user_ns: dict[str, Any] = {"_oh": {}, "_": "", "__": "", "___": ""}
        self.user_ns_hidden: dict[str, Any] = {}
        self.hooks: dict[str, Callable[[Any], None]] = {}
        self.events = SimpleNamespace(register=self.hooks.__setitem__)
        self.count = 0

    def run(self, cell: str, code: Callable[[dict[str, Any]], Any]) -> None:
        """Run a cell whose last value, if it has one, is shown and remembered."""
        self.cell = cell
        self.count += 1
        if "pre_run_cell" in self.hooks:
            self.hooks["pre_run_cell"](SimpleNamespace(cell_id=cell))
        value = code(self.user_ns)
        if value is not None:
            value._repr_mimebundle_()
            names = self.user_ns
            names["___"], names["__"], names["_"] = names["__"], names["_"], value
            self.displayhook._ = names["_oh"][self.count] = names[f"_{self.count}"] = value
            self.user_ns_hidden |= {"_": value, f"_{self.count}": value}
        del value
        self.hooks["post_run_cell"](SimpleNamespace())


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> FakeShell:
    made = FakeShell()
    monkeypatch.setattr(lifetime, "get_ipython", lambda: made)
    return made


@pytest.fixture
def lives(monkeypatch: pytest.MonkeyPatch) -> Iterator[WidgetLives]:
    """Lives that begin with the test, and end with it."""
    gc.collect()
    lifetime.LIVES.close_dropped()
    made = WidgetLives()
    monkeypatch.setattr(cell_widget, "LIVES", made)
    gc.freeze()  # what other tests left is not looked at again at the end of each cell
    yield made
    gc.collect()
    made.close_dropped()
    gc.unfreeze()


@pytest.fixture
def project(lives: WidgetLives) -> FollowedProject:
    return FollowedProject()


def widgets() -> int:
    return len(ipywidgets_widget._instances)


def shows(name: str) -> Callable[[dict[str, Any]], Any]:
    return lambda names: names[name]


def test_a_cell_that_is_run_again_closes_what_it_replaces(shell: FakeShell, project: FollowedProject) -> None:
    def make(names: dict[str, Any]) -> Any:
        names["found"] = Selection(cast("Any", project), [17, 18])
        return names["found"]

    before = widgets()
    for _ in range(50):
        shell.run("a", make)
    assert widgets() - before == 4  # model, table and a layout of each
    assert len(project.subscribers) == 1
    assert len(shell.user_ns["_oh"]) == 1
    assert shell.user_ns["found"].widget.comm is not None


@pytest.mark.parametrize(
    "make",
    [NeuronSearch, AnnotationBrowser, *(of_selection(kind) for kind in OF_SELECTIONS)],
    ids=lambda make: make.__name__,
)
def test_any_widget_is_replaced_by_the_one_of_the_next_run(
    shell: FakeShell, project: FollowedProject, make: Callable[[Any], Any]
) -> None:
    for _ in range(3):
        shell.run("a", lambda _names: make(project))
    first = len(project.subscribers), len(ipywidgets_widget._instances)
    for _ in range(3):
        shell.run("a", lambda _names: make(project))
    assert (len(project.subscribers), len(ipywidgets_widget._instances)) == first
    assert len(project.subscribers) == 1


def test_what_is_only_shown_goes_when_its_cell_is_run_again(
    shell: FakeShell, project: FollowedProject, lives: WidgetLives
) -> None:
    before = widgets()
    shell.run("a", lambda _names: TracingLayer(project))
    gc.collect()
    lives.close_dropped()
    assert len(project.subscribers) == 1
    shell.run("a", lambda _names: None)
    assert (widgets() - before, project.subscribers) == (0, [])


def test_what_a_variable_or_another_cell_has_stays(shell: FakeShell, project: FollowedProject) -> None:
    def make(names: dict[str, Any]) -> Any:
        names["layer"] = TracingLayer(project)
        return names["layer"]

    shell.run("a", make)
    first = weakref.ref(shell.user_ns["layer"])
    shell.run("b", shows("layer"))
    shell.run("a", lambda _names: None)
    shell.run("c", shows("layer"))
    assert first() is shell.user_ns["layer"]
    shell.run("a", make)
    assert first() is not None  # in cells b and c
    shell.run("b", shows("layer"))
    shell.run("c", lambda _names: None)
    assert first() is None
    assert len(project.subscribers) == 1


def test_where_cells_are_not_known_what_is_shown_stays(project: FollowedProject, lives: WidgetLives) -> None:
    shown = TracingLayer(project)
    shown._repr_mimebundle_()
    kept, dropped = weakref.ref(shown), weakref.ref(TracingLayer(project))
    del shown
    gc.collect()
    lives.close_dropped()
    assert dropped() is None
    found = kept()
    assert found is not None
    found.close()
    assert project.subscribers == []


def test_a_layout_of_the_users_own_stays(project: FollowedProject) -> None:
    layout = Layout(width="50%")
    table = SelectionTable(Selection(cast("Any", project), [17]), layout=layout)
    table.close()
    assert layout.comm is not None
    layout.close()


def test_lives_without_a_notebook_need_none() -> None:
    lives = WidgetLives()
    lives.cell_begins(None)
    lives.cell_ends()


def test_widgets_side_by_side_live_as_long_as_their_cell_shows_them(shell: FakeShell, lives: WidgetLives) -> None:
    def cell(_names: dict[str, Any]) -> Any:
        project = FollowedProject()
        return Selection(project, [17]).widget | Selection(project, [18]).widget | Selection(project, [18]).widget

    shell.run("a", cell)
    before = len(ipywidgets_widget._instances)
    shown = shell.user_ns["_"]
    assert len(shown.children) == 3
    del shown

    for _ in range(3):
        shell.run("a", cell)

    assert len(ipywidgets_widget._instances) == before
    with pytest.raises(TypeError, match="unsupported operand"):
        Selection(FollowedProject(), [17]).widget | 5
