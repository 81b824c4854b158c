"""The state of all widgets of a workspace, gathered into what is saved."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.client.selection.colors import text_of
from catmaid_jupyter.client.selection.table import sizes_of
from catmaid_jupyter.widgets.workspace.saved_form import (
    LayoutKind,
    SelectionRecord,
    VersionRecord,
    WidgetRecord,
    WorkspaceRecord,
)

Facts = dict[int, tuple[str, int]]
"""Names and numbers of nodes of skeletons, as they were last read; of those that are gone, an empty name and 0."""

_NAMED_VERSION: Final = re.compile(r"(?P<pin>.+) \(version (?P<version>\d+)\)", re.DOTALL)


class Gathering:
    """Gives names to widgets and selections, and gathers what they tell; see `StateWriter`."""

    def __init__(self) -> None:
        self.widgets: dict[str, WidgetRecord] = {}
        self.left_out: list[str] = []
        self.selections: dict[str, Selection] = {}
        self._names: dict[int, str] = {}
        self._groups: dict[str, str] = {}
        self._kept: list[Any] = []
        """What has a name, so that no other object gets its id."""

    def widget(self, widget: Any) -> str | None:
        """The name of a widget, whose state is gathered, too; None for None."""
        if widget is None:
            return None
        known = self._names.get(id(widget))
        if known is not None:
            return known
        kind = require_of_house(widget)
        name = self._named(widget, "w")
        # The name is given before: widgets refer to each other in circles.
        self.widgets[name] = WidgetRecord(kind, {}, {})
        self.widgets[name] = WidgetRecord(kind, widget.view_state(), widget.tell_parts(self))
        return name

    def selection(self, selection: Selection | None) -> str | None:
        """The name of a selection, which is kept, too; None for None."""
        if selection is None:
            return None
        known = self._names.get(id(selection))
        if known is None:
            known = self._named(selection, "s")
            self.selections[known] = selection
        return known

    def group(self, token: str) -> str:
        """A name for what links widgets, in place of a random text; empty for an empty one."""
        return self._groups.setdefault(token, f"g{len(self._groups) + 1}") if token else ""

    def leave_out(self, sentence: str) -> None:
        """Tell the user what is not kept."""
        if sentence not in self.left_out:
            self.left_out.append(sentence)

    def _named(self, one: Any, letter: str) -> str:
        self._kept.append(one)
        name = f"{letter}{len([known for known in self._names.values() if known.startswith(letter)]) + 1}"
        self._names[id(one)] = name
        return name


def gathered(
    project: Any, layout: LayoutKind, rows: Sequence[Sequence[Any]], facts: Facts, *, anew: bool
) -> WorkspaceRecord:
    """What is saved of widgets in a layout.

    facts : gets what is read of skeletons. anew : read all again, not only those that are not in it.
    """
    gathering = Gathering()
    names = [[str(gathering.widget(widget)) for widget in row] for row in rows]
    states = {name: selection.everything() for name, selection in gathering.selections.items()}
    wanted = dict.fromkeys(int(one) for state in states.values() for one in state.skeleton_ids)
    read_facts(project.place, [one for one in wanted if anew or one not in facts], facts)
    return WorkspaceRecord(
        saved=datetime.now(UTC).isoformat(timespec="seconds"),
        project=project.title,
        project_id=project.id,
        database=database_of(project.place),
        as_of=version_of(project),
        layout=layout,
        rows=names,
        widgets=gathering.widgets,
        selections={name: _saved(state, facts) for name, state in states.items()},
        left_out=gathering.left_out,
    )


def require_of_house(widget: Any) -> str:
    """The name of a widget's class; `InvalidInput` for one that is not of this package."""
    from catmaid_jupyter import widgets  # noqa: PLC0415  it imports all of them when they are wanted

    kind = type(widget).__name__
    # anywidget gives each widget a class of its own, of the same name.
    if kind not in widgets.__all__ or not isinstance(widget, getattr(widgets, kind)):
        raise InvalidInput(
            f"A workspace has widgets of catmaid_jupyter, such as project.viewer() and selection.widget, not {kind}."
        )
    return kind


def read_facts(place: Place, skeleton_ids: list[int], facts: Facts) -> None:
    """Read names and sizes of skeletons."""
    if skeleton_ids:
        sizes = loop.run(sizes_of(place, skeleton_ids))
        for one, name, nodes in zip(skeleton_ids, sizes["name"], sizes["nodes"].tolist(), strict=True):
            facts[one] = (str(name), int(nodes))


def database_of(place: Place) -> str | None:
    """What tells a database from others, and not which it is."""
    database = place.http.database
    return None if database is None else hashlib.sha256(database.encode()).hexdigest()[:16]


def version_of(project: Any) -> VersionRecord | None:
    """At which version a project is, with the pin by which it was named; None for the present."""
    if project.as_of is None:
        return None
    named = _NAMED_VERSION.fullmatch(project.version_name)
    return VersionRecord(project.as_of, None if named is None else named["pin"])


def _saved(state: Any, facts: Facts) -> SelectionRecord:
    ids: list[int] = state.skeleton_ids.tolist()
    known = [facts.get(one, ("", 0)) for one in ids]
    return SelectionRecord(
        ids,
        [name for name, _ in known],
        [nodes for _, nodes in known],
        [text_of(rgba) for rgba in state.rgba.tolist()],
        state.flags.tolist(),
        state.active,
    )


def projects_of(widgets: Iterable[Any]) -> list[Any]:
    """The different projects of widgets."""
    found: list[Any] = []
    for widget in widgets:
        if widget.project not in found:
            found.append(widget.project)
    return found
