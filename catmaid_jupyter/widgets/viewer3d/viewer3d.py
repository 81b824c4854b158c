"""Neurons in space: turn them, choose them, and see where a stack viewer's section is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import traitlets
from ipywidgets import widget_serialization

from catmaid_jupyter.api.errors import CatmaidError, InvalidInput, NotFound
from catmaid_jupyter.api.events import Change
from catmaid_jupyter.client.naming import did_you_mean, listed
from catmaid_jupyter.client.neuron_choice import Neurons, skeleton_ids_of
from catmaid_jupyter.client.selection.colors import rgba_of, text_of
from catmaid_jupyter.client.selection.table import sizes_of
from catmaid_jupyter.edits.site import Site
from catmaid_jupyter.widgets.base import LargeWidget, own_traits
from catmaid_jupyter.widgets.kept_views import KeepsPicture
from catmaid_jupyter.widgets.lifetime import weakly
from catmaid_jupyter.widgets.own_keys import OwnKeys
from catmaid_jupyter.widgets.project_widget import ProjectWidget
from catmaid_jupyter.widgets.rpc import method
from catmaid_jupyter.widgets.saved_widget import PageScope, SavedWidget
from catmaid_jupyter.widgets.selection_model import SelectionModel
from catmaid_jupyter.widgets.shared_traits import SharesTraits
from catmaid_jupyter.widgets.stack_viewer import StackViewer
from catmaid_jupyter.widgets.traits import FiniteFloat
from catmaid_jupyter.widgets.view_state import StateReader, StateWriter, required
from catmaid_jupyter.widgets.viewer3d.cameras import STANDARD_VIEWS, CameraTrait
from catmaid_jupyter.widgets.viewer3d.drawing import SpaceDrawing
from catmaid_jupyter.widgets.viewer3d.exports import PictureExports
from catmaid_jupyter.widgets.viewer3d.geometry import NeuronGeometry
from catmaid_jupyter.widgets.viewer3d.marks import SpaceMarks
from catmaid_jupyter.widgets.viewer3d.new_volumes import NewVolumes
from catmaid_jupyter.widgets.viewer3d.pythreejs_objects import PythreejsObjects
from catmaid_jupyter.widgets.viewer3d.saved_scene import saved_scene
from catmaid_jupyter.widgets.viewer3d.saved_views import SavedViews, own_name
from catmaid_jupyter.widgets.viewer3d.shading import NodeShading
from catmaid_jupyter.widgets.viewer3d.stack_link import StackLink
from catmaid_jupyter.widgets.viewer3d.volumes import UnsavedVolumes
from catmaid_jupyter.widgets.viewer3d.whole_state import parts_besides, restore_parts

if TYPE_CHECKING:
    from catmaid_jupyter.client.selection import Selection

_NO_CAMERA: Final = "No page has shown the viewer yet, so it has no camera to keep: show it first."


class Viewer3D(
    NeuronGeometry,
    NodeShading,
    SpaceDrawing,
    SpaceMarks,
    PictureExports,
    PythreejsObjects,
    SavedViews,
    NewVolumes,
    KeepsPicture,
    OwnKeys,
    SharesTraits,
    ProjectWidget,
    LargeWidget,
):
    """The neurons of a `Selection` in space; what is selected, coloured or hidden in one widget is so everywhere.

    Parameters
    ----------
    selection
        What it shows; it follows the Selection.
    stack_viewer
        A stack viewer of the same project to be linked with (see `link`).
    traits
        Any trait of this class, such as ``height=700``.

    Raises
    ------
    InvalidInput
        If the stack viewer shows another project.
    TypeError
        For an argument that does not exist.
    """

    _entry = "viewer3d"
    _not_kept: ClassVar = frozenset({"model", "asked_view", "volumes"})

    model = traitlets.Instance(SelectionModel).tag(sync=True, **widget_serialization)
    """What pages share of the selection."""

    stack_viewer = traitlets.Instance(StackViewer, None, allow_none=True, read_only=True).tag(
        sync=True, **widget_serialization
    )
    """The stack viewer that it is linked with (see `link`), or None."""

    camera = CameraTrait().tag(sync=True)
    """Where it looks from: `{"position", "target", "up", "kind", "zoom"}`; places are (x, y, z) in nm.

    kind : `perspective` or `orthographic`. zoom : factor of the lens, 1 by default. Empty until a page has shown it.
    """

    automatic_camera = CameraTrait().tag(sync=True)
    """The last camera that nobody chose: pages show all there is until somebody turns, moves or sets the view."""

    views = traitlets.Dict(key_trait=traitlets.Unicode(), value_trait=CameraTrait()).tag(sync=True)
    """Cameras by name, as `keep_view` and the page keep them."""

    asked_view: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    """What `view` and `fit` asked for; empty again when a page has done it."""

    follow = traitlets.Bool(False).tag(sync=True)
    """Whether the active node of the linked stack viewer, or else the middle of its view, is kept in the middle."""

    active_node: traitlets.Dict[str, Any] = traitlets.Dict(None, allow_none=True, read_only=True).tag(sync=True)
    """The active node of the linked stack viewer: `{"node_id", "position"}` (nm), or None."""

    section_shown = traitlets.Bool(True).tag(sync=True)
    """Whether the section of the linked stack viewer is shown, as a plane with its image."""

    section_opacity = FiniteFloat(0.7, min=0.0, max=1.0).tag(sync=True)
    """Opacity of that image, 0 to 1."""

    show_box = traitlets.Bool(True).tag(sync=True)
    """Whether there is a box around all neurons and volumes."""

    show_grid = traitlets.Bool(False).tag(sync=True)
    """Whether there is a grid with lengths on the sides of the box that are behind."""

    show_scale = traitlets.Bool(True).tag(sync=True)
    """Whether there is a scale bar; it holds for the distance at which the camera's target is."""

    show_orientation = traitlets.Bool(True).tag(sync=True)
    """Whether the directions of the axes are shown."""

    background = traitlets.Unicode("").tag(sync=True)
    """Colour of the background (a name, or `#rrggbb`); empty: as the page's theme has it."""

    height = traitlets.Int(500, min=120, max=4000).tag(sync=True)
    """Height of the picture in CSS pixels."""

    def __init__(self, selection: Selection, stack_viewer: StackViewer | None = None, **traits: Any) -> None:
        self._refuse_unknown(traits)
        self._selection = selection
        self.project = selection.project
        self._link: StackLink | None = None
        self._unsaved = UnsavedVolumes()
        if stack_viewer is not None:
            self._require_linkable(stack_viewer)
        super().__init__(selection.project, model=selection.model, **traits)
        self._follow_project()
        if stack_viewer is not None:
            self.link(stack_viewer)

    @property
    def selection(self) -> Selection:
        """What it shows; it stays the same as long as the viewer is there."""
        return self._selection

    @selection.setter
    def selection(self, _value: Any) -> None:
        raise AttributeError(
            "A 3D viewer keeps its Selection: add neurons to it or clear it (v3.selection.add(…), .clear()), or make "
            "another viewer of the other one."
        )

    def __setattr__(self, name: str, value: Any) -> None:
        # All others are made by the constructor.
        if (
            not name.startswith("_")
            and "_link" in self.__dict__
            and not (name in self.__dict__ or hasattr(type(self), name))
        ):
            known = sorted(own_traits(type(self)))
            raise AttributeError(f"Viewer3D has no trait {name!r:.60}.{did_you_mean(name, known)}")
        super().__setattr__(name, value)

    def link(self, stack_viewer: StackViewer | None) -> None:
        """Show where a stack viewer looks: its section as a plane, its active node; a Shift-click goes there.

        The stack viewer's neurons get the colours of this selection, unless it has a selection of its own.

        stack_viewer : one of the same project; None to be linked no more. It takes the place of the one before.
        """
        if stack_viewer is not None:
            self._require_linkable(stack_viewer)
        if self._link is not None:
            self.end_preview_outline()
            self._link.end()
        self._link = None
        self.set_trait("stack_viewer", stack_viewer)
        if stack_viewer is None:
            self.set_trait("active_node", None)
            return
        self._link = StackLink(stack_viewer, weakly(self._active_changed), weakly(self._stack_viewer_closed))
        if stack_viewer.selection is None and any(layer.has_trait("selection") for layer in stack_viewer.layers):
            stack_viewer.selection = self.selection

    def view(self, name: str) -> None:
        """Look from a standard side (`frontal`, `rear`, `left`, `right`, `top`, `bottom`), or by a kept camera.

        `InvalidInput` if there is no such view.
        """
        if name in self.views:
            self.asked_view = {}
            self.camera = self.views[name]
        elif name in STANDARD_VIEWS:
            self.asked_view = {**self.asked_view, "view": name}
        else:
            known = [*STANDARD_VIEWS, *self.views]
            raise InvalidInput(
                f"There is no view {name!r:.100}. There are: {', '.join(known)}.{did_you_mean(str(name), known)}"
            )

    def keep_view(self, name: str) -> None:
        """Keep the camera as it is under a name, for `view`. `InvalidInput` for the name of a standard view."""
        name = own_name(name)
        if not self.camera:
            raise InvalidInput(_NO_CAMERA)
        self.views = {**self.views, name: self.camera}

    def fit(self, neurons: Neurons | None = None) -> None:
        """Show neurons as large as possible, by default all that are visible, with the volumes.

        `InvalidInput` for neurons that are not in the selection.
        """
        ids = None if neurons is None else skeleton_ids_of(self.project.place, neurons)
        if ids is not None and not ids:
            raise InvalidInput("There are no neurons to show: give some, or none at all for all that are visible.")
        missing = [one for one in ids or () if one not in self.selection]
        if missing:
            raise InvalidInput(f"The selection does not have skeleton {listed(missing)}: add it, so that it is shown.")
        self.asked_view = {**self.asked_view, "fit": ids}

    async def saved_for_page(self, scope: PageScope) -> SavedWidget:
        """All that it shows; see `saved_scene`."""
        return await saved_scene(self, scope)

    def tell_parts(self, writer: StateWriter, /) -> dict[str, Any]:
        """The selection, the linked viewer, the volumes, and the rule of colours."""
        return {
            "selection": writer.selection(self.selection),
            "viewer": writer.widget(self.stack_viewer),
            **parts_besides(self, writer),
        }

    @classmethod
    def from_parts(cls, reader: StateReader, parts: Mapping[str, Any], /) -> Self:
        """The viewer of the selection, linked as it was."""
        made = cls(required(reader.selection(parts["selection"])), reader.widget(parts["viewer"], StackViewer))
        restore_parts(made, reader, parts)
        return made

    def close(self) -> None:
        """Remove the viewer from all pages; the selection and the linked viewer stay."""
        # Widgets are also closed when their constructor failed.
        if hasattr(self, "_stops"):
            self._end_exports()
        if getattr(self, "_link", None) is not None:
            self.link(None)
        super().close()

    def _message_received(self, widget: Any, content: Any, buffers: Any) -> None:
        if not self._piece_received(content, buffers):
            super()._message_received(widget, content, buffers)

    @method
    async def _neuron_facts(self, params: dict[str, Any]) -> dict[str, Any]:
        """What a skeleton is called, and how many nodes it has: ``{skeleton_id}``."""
        skeleton_id = int(params["skeleton_id"])
        sizes = await sizes_of(self.project.place, [skeleton_id])
        if not sizes["exists"][0]:
            raise NotFound(f"Skeleton {skeleton_id} is gone.")
        return {"name": str(sizes["name"][0]), "nodes": int(sizes["nodes"][0])}

    @method
    async def _visit(self, params: dict[str, Any]) -> dict[str, Any]:
        """Go to the treenode of a row in the linked viewer: ``{skeleton_id, version, row, position}``."""
        link = self._link
        if link is None:
            raise InvalidInput("There is no stack viewer to go to the node in: viewer.link(v3) links one.")
        node = await self.found_node(params)
        link.go_to(node["treenode_id"], (node["x"], node["y"], node["z"]))
        return {"treenode_id": node["treenode_id"], "sentence": node["sentence"]}

    @traitlets.validate("background")
    def _valid_background(self, proposal: traitlets.Bunch) -> str:
        # As all other colours: what else CSS has, such as images from elsewhere, is none.
        return text_of(rgba_of(proposal.value) | 0xFF) if proposal.value else ""

    def _shaded_ids(self) -> list[int]:
        return self.selection.skeleton_ids

    def _require_linkable(self, stack_viewer: Any) -> None:
        if not isinstance(stack_viewer, StackViewer):
            raise InvalidInput(
                f"A 3D viewer is linked with a StackViewer, as project.viewer() makes it, "
                f"not with {type(stack_viewer).__name__}."
            )
        if stack_viewer.project != self.project:
            raise InvalidInput(
                "The stack viewer shows another project than the selection, or another version of it: "
                "take a viewer of the same one."
            )
        plane = stack_viewer.stack["plane"]
        if plane != "xy":
            raise InvalidInput(f"A 3D viewer shows sections along xy, and this stack viewer has those along {plane}.")

    def _stack_viewer_closed(self) -> None:
        self.link(None)

    def _active_changed(self) -> None:
        """Find out where the active node of the linked viewer is."""
        link = self._link
        node_id = None if link is None else link.active_node
        if node_id is None:
            self.set_trait("active_node", None)
        else:
            self.project.instance.submit(self._locate_active(node_id))

    async def _locate_active(self, node_id: int) -> None:
        try:
            seen = await Site(self.project.place).nodes([node_id], [node_id])
        except CatmaidError:  # it is gone, or the service is: the mark stays where it was
            return
        node = seen.treenodes.get(node_id) or seen.connectors.get(node_id)
        if self._link is not None and self._link.active_node == node_id:
            place = None if node is None else {"node_id": node_id, "position": [float(one) for one in node.position]}
            self.set_trait("active_node", place)

    def _changed(self, change: Change) -> None:
        """Tell the pages which skeletons may be otherwise: those of the selection, or all."""
        ids = change.get("skeleton_ids")
        own = None if ids is None else [skeleton_id for skeleton_id in ids if skeleton_id in self.selection]
        if own is None or own:
            self.forget_shading(own)
            self.forget_preview_points()
            self.emit_soon("changed", skeleton_ids=own)
        self._volumes_may_be_gone(change)
        nodes = change.get("treenode_ids")
        active = None if self._link is None else self._link.active_node
        if active is not None and (nodes is None or active in nodes):
            self._active_changed()
