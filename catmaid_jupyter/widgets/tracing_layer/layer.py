"""Trace neurons: a layer of treenodes, edges and connectors over a stack viewer's image."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import msgspec
import traitlets

from catmaid_jupyter.api.events import Change
from catmaid_jupyter.api.node_columns import columns_of_node_list
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.api.written import written_versions
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.client.user_questions import follow_unasked
from catmaid_jupyter.edits.journal import Outage
from catmaid_jupyter.widgets.base import Layer
from catmaid_jupyter.widgets.lifetime import weakly
from catmaid_jupyter.widgets.rpc import Binary, method
from catmaid_jupyter.widgets.saved_widget import PageScope, SavedWidget
from catmaid_jupyter.widgets.tracing_layer.active_neuron import (
    ActiveNeuron,
    NamedNeurons,
    active_neuron,
    named_neurons,
    neuron_values,
    user_names,
)
from catmaid_jupyter.widgets.tracing_layer.active_node import HasActiveNode
from catmaid_jupyter.widgets.tracing_layer.importing import ImportsNeurons
from catmaid_jupyter.widgets.tracing_layer.node_finding import NodeFinding
from catmaid_jupyter.widgets.tracing_layer.outside_warning import OutsideWarning
from catmaid_jupyter.widgets.tracing_layer.proofreading_walk import ProofreadingMethods
from catmaid_jupyter.widgets.tracing_layer.question_methods import QuestionMethods
from catmaid_jupyter.widgets.tracing_layer.review_walk import ReviewMethods
from catmaid_jupyter.widgets.tracing_layer.saved_tracing import saved_tracing
from catmaid_jupyter.widgets.tracing_layer.travel import Neighbour, neighbour, open_ends
from catmaid_jupyter.widgets.traits import FiniteFloat
from catmaid_jupyter.widgets.view_state import StateReader, StateWriter

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project

_KERNEL_ID = uuid.uuid4().hex

_OF_CHANGES = (
    "version", "label", "user_id", "username", "time", "is_detailed", "treenode_ids", "connector_ids", "skeleton_ids",
    "old_box", "new_box",
)  # fmt: skip


def _text_keys(colors: Mapping[int, str], _widget: object) -> dict[str, str]:
    return {str(skeleton_id): color for skeleton_id, color in colors.items()}


def _number_keys(colors: Mapping[str, str], _widget: object) -> dict[int, str]:
    return {int(skeleton_id): color for skeleton_id, color in colors.items()}


def _model_reference(selection: Selection | None, _widget: object) -> str | None:
    return None if selection is None else f"IPY_MODEL_{selection.model.model_id}"


def _own_selection(_reference: object, widget: TracingLayer) -> Selection | None:
    """Pages do not choose another selection."""
    return widget.selection


class TracingLayer(
    HasActiveNode,
    NodeFinding,
    ReviewMethods,
    ProofreadingMethods,
    QuestionMethods,
    OutsideWarning,
    ImportsNeurons,
    Layer,
):
    """Show and edit the neurons of a project in a `StackViewer`.

    Every edit is drawn at once and then written; one that the service refuses is taken back, with the reason shown.
    While the service is away edits wait, and are written once when it is back.

    Parameters
    ----------
    project
        The project to trace in.
    traits
        Any trait of this class, such as ``colors={skeleton_id: "orange"}``.

    Raises
    ------
    TypeError
        For an argument that does not exist.
    """

    _entry = "tracing-layer"
    _not_kept: ClassVar = frozenset({"selection", "sample"})
    project: Project

    project_id = traitlets.Int(read_only=True).tag(sync=True)
    """Id of the project."""

    colors = traitlets.Dict(key_trait=traitlets.Int(), value_trait=traitlets.Unicode()).tag(
        sync=True, to_json=_text_keys, from_json=_number_keys
    )
    """Colours (CSS) of skeletons by id; other skeletons get a colour that follows from their id."""

    selection = traitlets.Instance(Selection, None, allow_none=True).tag(
        sync=True, to_json=_model_reference, from_json=_own_selection
    )
    """The `Selection` whose colours neurons have here, and which hides those that are not visible in it; or None.

    The active neuron is the same here and there. `colors` comes before the selection's colours.
    """

    shown_neurons = traitlets.Enum(("all", "selection", "selected"), "all").tag(sync=True)
    """Which neurons are shown: `all`, those of the `selection`, or those that are selected in it (`found.selected`).

    The active neuron always shows. Without a selection all do.
    """

    color_by = traitlets.Enum(
        ("selection", "skeleton", "user", "annotation", "review", "depth"), "selection"
    ).tag(sync=True)  # fmt: skip
    """What colours say: `selection`, the neuron's colour there, or else one by its id; `skeleton`, always that by
    its id; `user`, who made a node; `annotation`, the neuron's annotations; `review`, how much of it anybody has
    reviewed; `depth`, what lies before and behind the section shown.

    The active neuron is yellow in the section, blue before it and orange behind it, whatever colours say.
    """

    visible = traitlets.Bool(True).tag(sync=True)
    """Whether the layer is shown and takes the mouse."""

    opacity = FiniteFloat(1.0, min=0.0, max=1.0).tag(sync=True)
    """Opacity of all that is drawn, 0 to 1."""

    show_labels = traitlets.Bool(True).tag(sync=True)
    """Whether tags, and confidences below 5, are written beside nodes."""

    fade_sections = traitlets.Int(2, min=0, max=20).tag(sync=True)
    """Number of sections before and behind the one shown that are drawn too, fainter with distance.

    Their nodes are triangles: those before point up, those behind down.
    """

    personal_tags = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """Tags that one key puts on the active node, and another takes off (`alt+t`, `alt+shift+t`)."""

    visibility_groups = traitlets.List(traitlets.List(traitlets.Int()), [[], []], minlen=2, maxlen=2).tag(sync=True)
    """Two groups of skeletons, by id, that keys hide and show (`home`, `shift+home`)."""

    hidden_groups = traitlets.List(traitlets.Int(min=1, max=2)).tag(sync=True)
    """Which of these groups are hidden: 1, 2, both or none."""

    warn_distance = FiniteFloat(None, allow_none=True, min=0.0).tag(sync=True)
    """Distance (nm) from its parent above which the page warns of a new node; None: never."""

    warn_sections = traitlets.Int(None, allow_none=True, min=0).tag(sync=True)
    """The same in sections of the viewer."""

    warns_outside = traitlets.Bool(False, read_only=True).tag(sync=True)
    """Whether the page warns of new nodes outside a volume: see `warn_outside`."""

    read_only = traitlets.Bool(False).tag(sync=True)
    """Whether the page refuses edits; always where the project is one as of a version."""

    version_shown = traitlets.Unicode("", read_only=True).tag(sync=True)
    """Which version is shown, in words; empty for the present."""

    sample = traitlets.Dict(default_value=None, allow_none=True).tag(sync=True)
    """Where there are too many nodes to show all, ``{"shown": 50000, "of": 212000, "is_exact": True}``; else None."""

    previews = traitlets.Bool(True).tag(sync=True)
    """Whether the questions before a split and a join show the arbors (`Project.ask_before` switches questions off)."""

    most_nodes = traitlets.Int(50_000, min=1).tag(sync=True)
    """The most treenodes of a view; services give 300,000 at most, or what their setting `CATMAID_NODE_LIMIT` says."""

    presence = traitlets.Bool(True).tag(sync=True)
    """Whether others who look at the project see where this viewer looks, and it shows where they do."""

    kernel_id = traitlets.Unicode(read_only=True).tag(sync=True)
    """What tells this Python process from others, also from those before a restart of the kernel."""

    edits_place = traitlets.Unicode(read_only=True).tag(sync=True)
    """Under what pages keep edits that are not written yet: a fingerprint of database, user and project."""

    edits_repeat = traitlets.Bool(read_only=True).tag(sync=True)
    """Whether an edit that is sent twice is done once."""

    def __init__(self, project: Project, **traits: Any) -> None:
        self.project = project
        instance = project.instance
        self._outage = Outage(weakly(self._report_service))
        super().__init__(instance, **traits)
        self.set_trait("project_id", project.id)
        if project.as_of is not None:
            self.read_only = True
            self.set_trait("version_shown", project.version_name)
        self._unsubscribe = project.on_change(weakly(self._changed), self._outage.service_changed)
        follow_unasked(self)
        self._people = project.events.presence.subscribe(weakly(self._people_changed))

    def review(self, skeleton_id: int, treenode_id: int | None = None) -> None:
        """Begin or resume the review of a skeleton in the viewers that show the layer, as their key E does.

        treenode_id : only what is distal to this treenode.
        """
        self.emit("review", skeleton_id=int(skeleton_id), treenode_id=treenode_id)

    def undo(self) -> str | None:
        """Take the last own edit back, as `Project.undo` does."""
        return self.project.undo()

    def redo(self) -> str | None:
        """Bring back the edit that was undone last, as `Project.redo` does."""
        return self.project.redo()

    async def saved_for_page(self, scope: PageScope) -> SavedWidget:
        """The nodes near what is shown; see `saved_tracing`."""
        return await saved_tracing(self, scope)

    def close(self) -> None:
        """Remove the layer from all pages, and end its subscription to changes."""
        # Widgets are also closed when their constructor failed.
        if hasattr(self, "_unsubscribe"):
            self._unsubscribe()
            self._people.end()
        super().close()

    def tell_parts(self, writer: StateWriter, /) -> dict[str, Any]:
        """The selection."""
        return {"selection": writer.selection(self.selection)}

    @classmethod
    def from_parts(cls, reader: StateReader, parts: Mapping[str, Any], /) -> Self:
        """The layer of the project, with the selection."""
        return cls(reader.project, selection=reader.selection(parts["selection"]))

    def restore_view(self, state: Mapping[str, Any]) -> list[str]:
        """As of all widgets; a version of the past stays read-only."""
        is_past = self.project.as_of is not None
        return super().restore_view({**state, "read_only": True} if is_past and "read_only" in state else state)

    @method
    async def _nodes(self, params: dict[str, Any]) -> Binary:
        """Read the nodes in a box: ``{left, top, z1, right, bottom, z2}`` in nm, and some wherever they are.

        These are ``treenode_ids`` and ``connector_ids``.
        """
        form = {name: float(params[name]) for name in ("left", "top", "z1", "right", "bottom", "z2")}
        extra = {name: [int(node) for node in params.get(name, ())] for name in ("treenode_ids", "connector_ids")}
        answer = await self._place.columns_or_json(
            "POST",
            "node/list",
            form={**form, **extra, "labels": True, "limit": self.most_nodes},
        )
        return Binary(answer.body if answer.is_columns else columns_of_node_list(answer.json()))

    @method
    async def _edit(self, params: dict[str, Any]) -> dict[str, Any]:
        """Apply an edit: ``{op, args, state, key, group}``; waits while the service is away."""
        seen = params.get("state")
        state = None if seen is None else msgspec.json.encode(seen).decode()
        op, args, key = str(params["op"]), params["args"], str(params["key"])
        group = params.get("group")
        with written_versions() as versions:
            answer = await self.project.edits.perform(op, args, state, key, group=group, outage=self._outage)
        return {**answer, "versions": versions}

    @method("undo")
    async def _undo_last(self, params: dict[str, Any]) -> dict[str, Any]:
        """Undo: ``{key}``, the same for every repetition."""
        with written_versions() as versions:
            answer = await self.project.edits.undo(str(params["key"]), outage=self._outage) or {"undone": None}
        return {**answer, "versions": versions}

    @method("redo")
    async def _redo_last(self, params: dict[str, Any]) -> dict[str, Any]:
        """Redo: ``{key}``, the same for every repetition."""
        with written_versions() as versions:
            answer = await self.project.edits.redo(str(params["key"]), outage=self._outage) or {"redone": None}
        return {**answer, "versions": versions}

    @method
    async def _neighbour(self, params: dict[str, Any]) -> Neighbour | None:
        """Find the treenode in a direction: ``{treenode_id, direction}``."""
        return await neighbour(self._place, int(params["treenode_id"]), str(params["direction"]))

    @method
    async def _open_ends(self, params: dict[str, Any]) -> list[Neighbour]:
        """Find where tracing may go on: ``{treenode_id, skeleton_id, newest}``."""
        ids = int(params["treenode_id"]), int(params["skeleton_id"])
        return await open_ends(self._place, *ids, newest=bool(params["newest"]))

    @method
    async def _here(self, params: dict[str, Any]) -> None:
        """Tell others where a page looks: ``{position, section}``, nm; a position of None: nowhere."""
        if self.presence and params["position"] is not None:
            x, y, z = (float(value) for value in params["position"])
            await self._people.look_at((x, y, z), int(params["section"]))
        else:
            await self._people.look_at(None)

    @method
    async def _skeletons(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        """Names and numbers of nodes of skeletons: ``{skeleton_ids}``; unknown ids are left out."""
        skeleton_ids = [int(skeleton_id) for skeleton_id in params["skeleton_ids"]]
        found = await self._place.read_json("POST", "skeletons/summary", form={"skeleton_ids": skeleton_ids})
        sizes = {int(skeleton_id): summary["num_nodes"] for skeleton_id, summary in found.items()}
        if not sizes:
            return []
        names = await self._place.read_json("POST", "skeleton/neuronnames", form={"skids": list(sizes)})
        return [
            {"skeleton_id": skeleton_id, "name": names[str(skeleton_id)], "nodes": nodes}
            for skeleton_id, nodes in sizes.items()
            if str(skeleton_id) in names
        ]

    @method
    async def _neuron(self, params: dict[str, Any]) -> ActiveNeuron | None:
        """Name, author and size of a neuron: ``{skeleton_id}``; None if there is no such skeleton."""
        return await active_neuron(self._place, int(params["skeleton_id"]))

    @method
    async def _named(self, params: dict[str, Any]) -> NamedNeurons:
        """Neurons with a name, or a part of one: ``{name}``."""
        return await named_neurons(self._place, str(params["name"]))

    @method
    async def _neuron_values(self, params: dict[str, Any]) -> list[str] | list[float]:
        """Annotations (a text), or how much is reviewed (percent): ``{of, skeleton_ids}``, in their order."""
        skeleton_ids = [int(skeleton_id) for skeleton_id in params["skeleton_ids"]]
        return await neuron_values(self._place, str(params["of"]), skeleton_ids)

    @method
    async def _annotation_names(self, _params: dict[str, Any]) -> list[str]:
        listed = await self._place.read_json("GET", "annotations/")
        return sorted(str(annotation["name"]) for annotation in listed["annotations"])

    @method
    async def _users(self, _params: dict[str, Any]) -> list[tuple[int, str]]:
        """Ids and login names of all users."""
        return sorted((await user_names(self._place)).items())

    @property
    def _place(self) -> Place:
        return self.project.place

    # As defaults, so that the page has them from the start.
    @traitlets.default("kernel_id")
    def _own_kernel_id(self) -> str:
        return _KERNEL_ID

    @traitlets.default("edits_place")
    def _own_edits_place(self) -> str:
        return self._place.fingerprint

    @traitlets.default("edits_repeat")
    def _own_edits_repeat(self) -> bool:
        return self._place.http.honours_keys

    @traitlets.validate("selection")
    def _valid_selection(self, proposal: traitlets.Bunch) -> Selection | None:
        selection: Selection | None = proposal.value
        if selection is not None and selection.project != self.project:
            raise traitlets.TraitError(
                "The selection is of another project than the viewer, or of another version of it: "
                "take one of the same project."
            )
        return selection

    @traitlets.validate("read_only")
    def _valid_read_only(self, proposal: traitlets.Bunch) -> bool:
        if not proposal.value and self.project.as_of is not None:
            raise traitlets.TraitError(f"{self.project.version_name} is shown, which cannot be changed.")
        return bool(proposal.value)

    def _changed(self, change: Change) -> None:
        """Pass a change on to the pages, which know what they show and which edits are their own."""
        known = {name: change.get(name) for name in _OF_CHANGES}
        self.emit_soon("changed", **known, is_own_user=self._is_own_user(change))

    def _people_changed(self, people: Any) -> None:
        self.emit("present", people=[{**one, "is_own_user": self._is_own_user(one)} for one in people])

    def _report_service(self, up: bool, message: str, pending: int) -> None:
        self.emit("service", state="up" if up else "down", message=message, pending=pending)
