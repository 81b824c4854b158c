"""The widgets of a project's neurons, as `Project` makes them."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client import saved_workspaces
from catmaid_jupyter.client.neuron_choice import Neurons
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.edits.journal import EditJournal

if TYPE_CHECKING:
    from ipywidgets import DOMWidget

    from catmaid_jupyter.widgets import (
        ConnectivityMatrix,
        ConnectivityTable,
        ConnectorTable,
        NeuronNavigator,
        ProofreadingTable,
        ReviewTable,
        StackViewer,
        TagTable,
        TreenodeTable,
        Viewer3D,
    )
    from catmaid_jupyter.widgets.workspace import Workspace


class ProjectWidgets(Public):
    """Widgets on the neurons of a project; they follow the Selection that they are given."""

    title: str
    instance: Any
    place: Place
    edits: EditJournal

    def connectivity(self, neurons: Neurons, viewer: StackViewer | None = None, **options: Any) -> ConnectivityTable:
        """A table of the partners of neurons, up and down, with numbers of synapses; its `table` is a DataFrame.

        neurons : a Selection, which the table follows, or neurons as all methods take them.
        viewer : where it goes from synapse to synapse.
        options : `groups={"left": neurons}`, `selections={"mine": selection}`, and traits of `ConnectivityTable`, such
            as `min_synapses=3`.
        """
        from catmaid_jupyter.widgets import ConnectivityTable  # noqa: PLC0415  scripts need no widgets

        return ConnectivityTable(self._selected(neurons), viewer, **options)

    def matrix(self, rows: Neurons, columns: Neurons | None = None, **options: Any) -> ConnectivityMatrix:
        """A matrix of synapses as a picture, ordered by name, count or clusters; its `table` is a DataFrame.

        rows, columns : the pre- and the postsynaptic neurons, by default the same; it follows Selections.
        options : `groups={"left": neurons}`, `selections={"mine": selection}`, and traits of `ConnectivityMatrix`, such
            as `order="cluster"`.
        """
        from catmaid_jupyter.widgets import ConnectivityMatrix  # noqa: PLC0415  scripts need no widgets

        return ConnectivityMatrix(self._selected(rows), None if columns is None else self._selected(columns), **options)

    def treenode_table(self, neurons: Neurons, viewer: StackViewer | None = None, **options: Any) -> TreenodeTable:
        """A table of the treenodes of neurons: kind, tags, confidence, radius, place; its `table` is a DataFrame.

        neurons : a Selection, which the table follows, or neurons as all methods take them.
        viewer : where it goes to places.
        options : `selections={"mine": selection}`, and traits of `TreenodeTable`, such as `height=500`.
        """
        from catmaid_jupyter.widgets import TreenodeTable  # noqa: PLC0415  scripts need no widgets

        return TreenodeTable(self._selected(neurons), viewer, **options)

    def connector_table(self, neurons: Neurons, viewer: StackViewer | None = None, **options: Any) -> ConnectorTable:
        """A table of the links of neurons to connectors: relation, creator, place; its `table` is a DataFrame.

        neurons : a Selection, which the table follows, or neurons as all methods take them.
        viewer : where it goes to places.
        options : `selections={"mine": selection}`, and traits of `ConnectorTable`, such as `height=500`.
        """
        from catmaid_jupyter.widgets import ConnectorTable  # noqa: PLC0415  scripts need no widgets

        return ConnectorTable(self._selected(neurons), viewer, **options)

    def tag_table(self, neurons: Neurons, viewer: StackViewer | None = None, **options: Any) -> TagTable:
        """A table of the tags of neurons' treenodes, and where they are; its `table` is a DataFrame.

        neurons : a Selection, which the table follows, or neurons as all methods take them.
        viewer : where it goes to places.
        options : `selections={"mine": selection}`, and traits of `TagTable`, such as `height=500`.
        """
        from catmaid_jupyter.widgets import TagTable  # noqa: PLC0415  scripts need no widgets

        return TagTable(self._selected(neurons), viewer, **options)

    def review_table(self, neurons: Neurons, viewer: StackViewer | None = None, **options: Any) -> ReviewTable:
        """A table of how much of neurons is reviewed, by whom, and what changed since; its `table` is a DataFrame.

        neurons : a Selection, which the table follows, or neurons as all methods take them.
        viewer : where a review begins or goes on by Enter on a row.
        options : `selections={"mine": selection}`, and traits of `ReviewTable`, such as `height=500`.
        """
        from catmaid_jupyter.widgets import ReviewTable  # noqa: PLC0415  scripts need no widgets

        return ReviewTable(self._selected(neurons), viewer, **options)

    def proofread(self, neurons: Neurons, viewer: StackViewer | None = None, **options: Any) -> ProofreadingTable:
        """A table of points of neurons to proofread: open ends, low confidence, tags, far jumps, missing twigs.

        neurons : a Selection, which the table follows, or neurons as all methods take them.
        viewer : where Enter goes to a point, and `J` and `Shift+J` from there to the next one and back.
        options : rules of `project.proofreading.points`, such as `jump=2000`; `selections={"mine": selection}`, and
            traits of `ProofreadingTable`, such as `shown_points="all"`.
        """
        from catmaid_jupyter.client.proofreading.rules import RULES  # noqa: PLC0415  with the widget
        from catmaid_jupyter.widgets import ProofreadingTable  # noqa: PLC0415  scripts need no widgets

        rules = {name: options.pop(name) for name in RULES if name in options}
        return ProofreadingTable(self._selected(neurons), viewer, rules=rules, **options)

    def navigator(self, neurons: Neurons, viewer: StackViewer | None = None, **options: Any) -> NeuronNavigator:
        """A table of what is known of the active neuron of a Selection: annotations, tags, users, times, partners.

        neurons : a Selection, whose active neuron is followed, or neurons as all methods take them.
        viewer : where it goes to roots.
        options : `selections={"mine": selection}`, and traits of `NeuronNavigator`, such as `height=500`.
        """
        from catmaid_jupyter.widgets import NeuronNavigator  # noqa: PLC0415  scripts need no widgets

        return NeuronNavigator(self._selected(neurons), viewer, **options)

    def viewer3d(self, neurons: Neurons = (), viewer: StackViewer | None = None, **options: Any) -> Viewer3D:
        """Neurons in space, coloured, chosen and hidden as a Selection has them.

        neurons : a Selection, which is followed, or neurons as all methods take them.
        viewer : a stack viewer to be linked with: its section and its active node are shown (see `Viewer3D.link`).
        options : traits of `Viewer3D`, such as `height=700` and `show_grid=True`.
        """
        from catmaid_jupyter.widgets import Viewer3D  # noqa: PLC0415  scripts need no widgets

        return Viewer3D(self._selected(neurons), viewer, **options)

    def workspace(self, *widgets: Any, layout: Any = "row") -> Workspace:
        """Several widgets in one layout, which are saved and opened as one; or one that was saved.

        widgets : viewers, tables, and Selections, which stand for their tables. Or one thing that is opened: the name
            of a file that `Workspace.save` wrote (`.json`), or of a notebook in which a workspace was shown
            (`.ipynb`); a name under which it was saved on the service (see `workspaces`); or `Workspace.state`.
        layout : `row` (one below the other where there is no room), `column`, `tabs`, or rows of widgets.

            project.workspace(viewer, v3, table, layout=[[viewer, v3], table])
            project.workspace("work.json")

        One that was saved at a pin or version opens at that. What changed since is told by a warning, and in its
        `notes`: neurons that are gone stay in their selections.

        `NotFound` if there is no such file or name; `InvalidInput` for what is no workspace, or is of another project.
        """
        from catmaid_jupyter.widgets.workspace import Workspace, open_workspace  # noqa: PLC0415  scripts need no widgets

        if len(widgets) == 1 and isinstance(widgets[0], str | os.PathLike | dict):
            opened = open_workspace(self, saved_workspaces.read(self.place, widgets[0]))
            for note in opened.notes:
                warnings.warn(note, stacklevel=2)
            return opened
        return Workspace(self, widgets, layout=layout)

    @property
    def workspaces(self) -> pd.DataFrame:
        """The workspaces on the service, the user's own and those for all users.

        name str, shared bool, saved datetime64[us, UTC], version str (its pin, or number; empty: the present), widgets
        int64.
        """
        return saved_workspaces.table(self.place)

    def forget_workspace(self, name: str, *, shared: bool = False) -> None:
        """Forget a workspace that was saved under a name. `NotFound` if there is none.

        shared : the one for all users of the project, which its administrators may do.
        """
        saved_workspaces.forget(self.place, name, shared=shared)

    def tutorial(self, viewer: StackViewer | None = None, *, truth: Any = None) -> DOMWidget:
        """A lesson in tracing: place, branch, synapse, join, split, review, each step checked against what is known.

        viewer : where one traces; without one the lesson comes with a viewer beside it, or below it.
        truth : the project that has all of the specimen traced, or its title; by default this project's title with
            “ (solution)”, as in the demo.

        Raises `InvalidInput` where there is no such project, or nothing is left to learn at.
        """
        from catmaid_jupyter.widgets import Tutorial  # noqa: PLC0415  scripts need no widgets

        project: Any = self
        known = f"{self.title} (solution)" if truth is None else truth
        if isinstance(known, str):
            try:
                known = self.instance.project(known)
            except NotFound:
                raise InvalidInput(
                    f"The tutorial is for the specimen of `catmaid-jupyter demo`, project “Demo”: there is no project "
                    f"{known!r:.100} that has all of it traced."
                ) from None
        shown = project.viewer() if viewer is None else viewer
        lesson = Tutorial(project, shown, known)
        if viewer is not None:
            return lesson
        both = shown | lesson
        both.add_class("cj-text-first")
        return both

    def _selected(self, neurons: Neurons) -> Selection:
        """The Selection that neurons are, or a new one of them, as of one of another version.

        `InvalidInput` for a Selection of another project.
        """
        if isinstance(neurons, Selection) and neurons.project == self:
            return neurons
        made = Selection(self)
        made.add(neurons)
        return made
