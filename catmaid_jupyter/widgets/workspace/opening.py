"""A saved workspace, made again; what is otherwise than it was is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar, cast

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.loop import gather
from catmaid_jupyter.client.naming import listed
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.client.selection.colors import rgba_of
from catmaid_jupyter.edits.site import Site
from catmaid_jupyter.widgets.selection_table.fates import fate_of
from catmaid_jupyter.widgets.stack_viewer.linked_viewers import link_stack_viewers
from catmaid_jupyter.widgets.view_state import TellsState
from catmaid_jupyter.widgets.workspace.gathering import Facts, database_of, read_facts
from catmaid_jupyter.widgets.workspace.saved_form import SelectionRecord, VersionRecord, WorkspaceRecord
from catmaid_jupyter.widgets.workspace.workspace import Workspace

W = TypeVar("W")

_TOLD: Final = 10
"""Most neurons of which each is told; of more, their ids."""


class Opening:
    """Makes the widgets of a saved workspace; see `StateReader`."""

    def __init__(self, project: Any, saved: WorkspaceRecord) -> None:
        self.project = project
        self.notes: list[str] = []
        self.selections: dict[str, Selection] = {}
        self._saved = saved
        self._widgets: dict[str, TellsState | None] = {}

    def widget(self, name: str | None, kind: type[W]) -> W | None:
        """The widget of a name, made if it is not yet; None for None."""
        if name is None:
            return None
        if name not in self._widgets:
            self._widgets[name] = None
            self._widgets[name] = self._made(name)
        found = self._widgets[name]
        if not isinstance(found, kind):
            raise InvalidInput(f"The workspace is damaged: {name!r:.60} is no {kind.__name__}.")
        return found

    def selection(self, name: str | None) -> Selection | None:
        """The selection of a name; None for None."""
        if name is None:
            return None
        if name not in self.selections:
            self.selections[name] = _selection(self.project, self._saved.selections[name])
        return self.selections[name]

    def note(self, sentence: str) -> None:
        """Tell the user what is otherwise than it was."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def _made(self, name: str) -> TellsState:
        from catmaid_jupyter import widgets  # noqa: PLC0415  it imports all of them when they are wanted

        saved = self._saved.widgets[name]
        if saved.kind not in widgets.__all__:
            raise InvalidInput(
                f"The workspace has a {saved.kind!r:.60}, which this version of catmaid_jupyter does not have."
            )
        kind = getattr(widgets, saved.kind)
        made: TellsState = kind.from_parts(self, saved.parts)
        for sentence in made.restore_view(saved.traits):
            self.note(sentence)
        return made

    def link(self) -> None:
        """Have those stack viewers look at the same place that did."""
        groups: dict[str, Any] = {}
        for name, saved in self._saved.widgets.items():
            group, viewer = saved.parts.get("link"), self._widgets.get(name)
            if group and viewer is not None:
                first = groups.setdefault(str(group), viewer)
                if first is not viewer:
                    link_stack_viewers(first, cast("Any", viewer))


def open_workspace(project: Any, value: Any) -> Workspace:
    """The workspace of a JSON value, in a project; `InvalidInput` if it is none, or of another project."""
    saved = WorkspaceRecord.of(value)
    if saved.project_id != project.id:
        raise InvalidInput(
            f"The workspace is of project {saved.project_id} {saved.project!r:.100}, not of project {project.id} "
            f"{project.title!r:.100}: open it there, by instance.project({saved.project_id}).workspace(…)."
        )
    at, notes = _at_version(project, saved.as_of)
    opening = Opening(at, saved)
    opening.notes += notes
    if saved.database is not None and saved.database != database_of(project.place):
        opening.note("It was saved in another database: the same ids may be other neurons here.")
    try:
        rows = [[opening.widget(name, TellsState) for name in row] for row in saved.rows]
        opening.link()
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(f"The workspace is damaged: {type(error).__name__} {error}") from error
    facts: Facts = {}
    for sentence in _differences(at, saved, facts) + _gone_nodes(at, rows):
        opening.note(sentence)
    layout: Any = "tabs" if saved.layout == "tabs" else rows
    shown = [widget for row in rows for widget in row]
    return Workspace(at, shown, layout=layout, notes=opening.notes, facts=facts)


def _selection(project: Any, saved: SelectionRecord) -> Selection:
    """A selection as it was; skeletons that are gone stay in it."""
    made = Selection(project)
    rgba = [int(rgba_of(color)) for color in saved.colors]
    made.change("replace", saved.ids, rgba, saved.flags, saved.active)
    return made


def _at_version(project: Any, saved: VersionRecord | None) -> tuple[Any, list[str]]:
    """The project as it was looked at, and what is to be said of that."""
    if project.as_of is not None or saved is None:
        if project.as_of == (None if saved is None else saved.version):
            return project, []
        then = "the present" if saved is None else f"version {saved.version}"
        return project, [f"It was saved at {then}; here is {project.version_name}."]
    if saved.pin is None:
        return project.at(saved.version), []
    pins = project.pins
    if ((pins["name"] == saved.pin) & (pins["version"] == saved.version)).any():
        return project.at(saved.pin), []
    moved = f"The pin {saved.pin!r:.100} is not at version {saved.version} any more; here is that version."
    return project.at(saved.version), [moved]


def _differences(project: Any, saved: WorkspaceRecord, facts: Facts) -> list[str]:
    """What became of the neurons since it was saved; facts: gets what is known of them now."""
    before: Facts = {}
    for one in saved.selections.values():
        before |= dict(zip(one.ids, zip(one.names, one.nodes, strict=True), strict=True))
    read_facts(project.place, list(before), facts)
    was_there = [one for one, (name, nodes) in before.items() if name or nodes]
    gone = [one for one in was_there if facts[one] == ("", 0)]
    there = [one for one in was_there if facts[one] != ("", 0)]
    renamed = [one for one in there if facts[one][0] != before[one][0]]
    changed = [one for one in there if facts[one][1] != before[one][1]]
    fates = loop.run(gather(*(fate_of(project.place, one) for one in gone[:_TOLD])))
    told = [
        f"Skeleton {fate['skeleton_id']} {before[fate['skeleton_id']][0]!r:.100} is gone, and stays in its selection. "
        f"{fate['sentence']}"
        for fate in fates
    ]
    told += [
        f"Skeleton {one} is called {facts[one][0]!r:.100} now; it was {before[one][0]!r:.100}."
        for one in renamed[:_TOLD]
    ]
    told += [
        f"Skeleton {one} {facts[one][0]!r:.100} has {facts[one][1]:,} nodes now; it had {before[one][1]:,}."
        for one in changed[:_TOLD]
    ]
    for ids, what in ((gone, "are gone, too"), (renamed, "have another name, too"), (changed, "have changed, too")):
        if len(ids) > _TOLD:
            told.append(f"{len(ids) - _TOLD:,} more skeletons {what}: {listed(ids[_TOLD:])}.")
    return told


def _gone_nodes(project: Any, rows: Sequence[Sequence[Any]]) -> list[str]:
    """Have no node active that is gone."""
    layers = [layer for row in rows for widget in row for layer in getattr(widget, "layers", ())]
    tracing = [layer for layer in layers if layer.has_trait("active_node") and layer.active_node]
    ids = sorted({layer.active_node for layer in tracing if layer.active_node > 0})
    if not ids:
        return []
    seen = loop.run(Site(project.place).nodes(ids, ids))
    gone = [one for one in ids if one not in seen.treenodes and one not in seen.connectors]
    for layer in tracing:
        if layer.active_node in gone:
            layer.active_node = layer.active_kind = None
    return [f"Node {one}, which was active, is gone." for one in gone]
