"""Browse an image stack, with layers drawn over it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

import traitlets
from ipywidgets import widget_serialization

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.jobs.job import new_job
from catmaid_jupyter.client.space.saved_regions import keep_region, kept_regions
from catmaid_jupyter.client.stack import GRID_ID, Plane, Stack
from catmaid_jupyter.widgets.base import Layer, Widget
from catmaid_jupyter.widgets.image_layer import ImageLayer
from catmaid_jupyter.widgets.kept_views import KeepsPicture
from catmaid_jupyter.widgets.own_keys import OwnKeys
from catmaid_jupyter.widgets.rpc import method
from catmaid_jupyter.widgets.saved_widget import PageScope, SavedBox, SavedWidget
from catmaid_jupyter.widgets.shared_traits import SharesTraits
from catmaid_jupyter.widgets.stack_images.image_looks import HasImageLook
from catmaid_jupyter.widgets.stack_images.stack_tiles import GivesTiles, stack_state
from catmaid_jupyter.widgets.stack_viewer.first_view import chosen_stack, grid_values, middle_of
from catmaid_jupyter.widgets.stack_viewer.layer_list import LayersTrait, tracing_layer_of
from catmaid_jupyter.widgets.stack_viewer.linked_viewers import link_stack_viewers
from catmaid_jupyter.widgets.stack_viewer.region_list import RegionsTrait, regions_from_json, regions_to_json
from catmaid_jupyter.widgets.stack_viewer.saved_stack import saved_box, saved_stack
from catmaid_jupyter.widgets.stack_viewer.viewer_links import ViewerLinks
from catmaid_jupyter.widgets.tracing_layer import TracingLayer
from catmaid_jupyter.widgets.traits import BoxTrait, PositionTrait, ZoomTrait
from catmaid_jupyter.widgets.view_state import StateReader, StateWriter, required
from catmaid_jupyter.widgets.volume_layer import VolumeLayer
from catmaid_jupyter.widgets.volume_layer.layer import Volumes

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project
    from catmaid_jupyter.client.selection import Selection

_CHANNEL_COLORS = ("green", "magenta", "cyan", "orange", "blue", "red", "yellow")


class LinkedViewer(Protocol):
    """What shows where a stack viewer looks: a `Viewer3D`."""

    def link(self, stack_viewer: StackViewer | None) -> None:
        """Show where a stack viewer looks."""


class StackViewer(ViewerLinks, GivesTiles, HasImageLook, KeepsPicture, OwnKeys, SharesTraits, Widget):
    """Browse one image stack and move a cursor through project space.

    Parameters
    ----------
    project
        Whose stack to show.
    stack
        The stack, its id or its title; the project's first one if not given, and if it has none a grid. Its sections
        may be along xy, xz or zy.
    layers
        Drawn over the image, first at the bottom.
    position
        (x, y, z) in nm to look at; the middle of the stack if not given.
    plane
        ``xy``, ``xz`` or ``zy``: the project's first stack that is cut along it. If there is none, or the stack that is
        given is cut otherwise, the same place without images, as `Stack.seen_along` has it.
    traits
        Any other trait of this class, such as ``height=700``.

    Raises
    ------
    NotFound
        If the project has no such stack.
    InvalidInput
        For a plane that does not exist.
    TypeError
        For an argument that does not exist.
    """

    _entry = "stack-viewer"
    _not_kept: ClassVar = frozenset({"stack", "layers", "link_group", "status", "way"})

    stack = traitlets.Dict().tag(sync=True)
    """The stack as the page knows it: id, title, plane, dimension (pixels), resolution and translation (nm) to the
    right, down and in depth, tiles, levels; whether it is a grid instead of images."""

    position = PositionTrait().tag(sync=True)
    """Centre of the view in project space: (x, y, z) in nm, float64. Follows the mouse; setting it moves the view."""

    nm_per_pixel = ZoomTrait(None, allow_none=True, min=1e-3).tag(sync=True)
    """Zoom: nm of tissue under one screen pixel. None: as much as fits, until a page shows the viewer."""

    big_step = traitlets.Int(10, min=1, max=10_000).tag(sync=True)
    """Sections of a big step (`<`, `>`, Shift with the wheel)."""

    box = BoxTrait().tag(sync=True)
    """Lower and upper corner (nm) of the box that somebody drew, as deep as the section; None if there is none.

    `project.nodes_in_box(*viewer.box)` gives its treenodes. Make it deeper by setting it, or in the line below the tool
    bar, which also makes it into a file (see `Stack.crop`).
    """

    regions = RegionsTrait().tag(sync=True, to_json=regions_to_json, from_json=regions_from_json)
    """The regions that somebody drew, as `DrawnRegion`, by number or by name: `viewer.regions["region 1"].polygon`.

    `project.neurons_in(region)` gives the neurons with nodes in it. Set it to show others, such as `project.regions`.
    """

    crosshair = traitlets.Bool(False).tag(sync=True)
    """Whether lines mark the centre of the view, coloured by axis: x red, y green, z blue."""

    mini_map = traitlets.Bool(False).tag(sync=True)
    """Whether a small picture of the whole section is shown in a corner, with what the view has of it in a frame.

    A click or a drag there moves the view. It also shows the active neuron, and is made of the coarsest images.
    """

    link_group = traitlets.Unicode("").tag(sync=True)
    """Stack viewers with the same text here look at the same place; empty: this one is alone. See `link`."""

    layers = LayersTrait().tag(sync=True, **widget_serialization)
    """Drawn in order, first at the bottom; images are below all others. By number, or by title: `layers["labels"]`."""

    height = traitlets.Int(500, min=120, max=4000).tag(sync=True)
    """Height of the picture in CSS pixels."""

    status = traitlets.Unicode("starting").tag(sync=True)
    """How the image is doing: starting, ready, no-tiles, broken, outside, unreachable or offline."""

    way = traitlets.Unicode("").tag(sync=True)
    """How images come to the page that shows the viewer, the fastest way that works: `direct` from the service, `proxy`
    through the Jupyter server, `comm` through the kernel; empty before the first. A faster one is looked for again."""

    def __init__(
        self,
        project: Project,
        stack: Stack | int | str | None = None,
        layers: Sequence[Layer] = (),
        position: Sequence[float] | None = None,
        *,
        plane: Plane | None = None,
        **traits: Any,
    ) -> None:
        shown = chosen_stack(project, stack, plane)
        self._refuse_unknown(traits)
        self.project = project
        self._find_tiles(shown)
        super().__init__(
            project.instance,
            stack=stack_state(shown, self._hosts),
            layers=list(layers),
            position=middle_of(shown) if position is None else position,
            **traits,
        )

    @property
    def active_node(self) -> int | None:
        """Id of the active treenode or connector of the tracing layer; None if there is none.

        Raises `NotFound` if the project has no node of the id that is set.
        """
        layer = self._tracing_layer()
        return None if layer is None else layer.active_node

    @active_node.setter
    def active_node(self, node_id: int | None) -> None:
        layer = self._require_tracing_layer()
        if node_id is not None:
            self.project.locate(node_id)
        layer.active_node = node_id

    @property
    def active_skeleton(self) -> int | None:
        """Id of the skeleton of the active treenode; None if there is none."""
        layer = self._tracing_layer()
        return None if layer is None else layer.active_skeleton

    @property
    def selection(self) -> Selection | None:
        """The `Selection` that colours and hides neurons here; None if there is none. See `TracingLayer.selection`."""
        layer = self._tracing_layer()
        return None if layer is None else layer.selection

    @selection.setter
    def selection(self, selection: Selection | None) -> None:
        self._require_tracing_layer().selection = selection

    def center_on(self, treenode_id: int) -> None:
        """Move to a treenode; `NotFound` if there is none."""
        self.position = self.project.locate(treenode_id)

    def link(self, *viewers: LinkedViewer | StackViewer) -> None:
        """Look at the same place as other viewers. `InvalidInput` for anything else, and then none is linked.

        viewers : 3D viewers, which show where this one looks, as `Viewer3D.link` does; and stack viewers, of any
            plane: all have the same place, zoom and active node, with a cross-hair, and show each other's cursor.
        """
        if not viewers:
            raise InvalidInput("Name the viewers to link with: xy.link(xz, zy).")
        for viewer in viewers:
            if not isinstance(viewer, StackViewer) and not (
                isinstance(viewer, Widget) and viewer.has_trait("stack_viewer")
            ):
                raise InvalidInput(
                    f"A stack viewer is linked with another one or with a 3D viewer, as project.viewer3d() makes it, "
                    f"not with {type(viewer).__name__}."
                )
        for viewer in viewers:
            if isinstance(viewer, StackViewer):
                link_stack_viewers(self, viewer)
            else:
                viewer.link(self)

    def unlink(self) -> None:
        """Look elsewhere than other stack viewers again. The active node stays the same where it was linked."""
        self.link_group = ""

    def add_layer(self, stack: Stack | int | str, **traits: Any) -> ImageLayer:
        """Show the images of another stack above those that are shown.

        stack : the stack, its id or its title. It is cut along the same plane, and lies where it is in the project,
            whatever its resolution.
        traits : of `ImageLayer`, such as `opacity=0.3`, `blend="add"`, `color_map="green"` and `threshold=(40, 255)`.

        Returns the layer, whose traits can be changed; `viewer.layers[title]` is it, too. `NotFound` if there is no
        such stack, `InvalidInput` if it is cut along another plane.
        """
        chosen = stack if isinstance(stack, Stack) else self.project.stack(stack)
        if chosen.plane != self.stack["plane"]:
            raise InvalidInput(
                f"{chosen.title!r} is cut along {chosen.plane} and this viewer shows sections along "
                f"{self.stack['plane']}: show it by project.viewer({chosen.title!r}) and link the two."
            )
        layer = ImageLayer(self.project, chosen, **traits)
        images = self._image_layers()
        place = self.layers.index(images[-1]) + 1 if images else 0
        self.layers = [*self.layers[:place], layer, *self.layers[place:]]
        return layer

    def add_stack_group(self, group: str | int | None = None) -> list[ImageLayer]:
        """Show the other stacks of a stack group as layers: each channel in a colour of its own, added up.

        group : its title or id; by default the first group that the viewer's stack is in.

        Stacks that are cut along other planes, or shown already, are left out. `NotFound` if there is no such group.
        """
        found = self.project.stack_group(self.stack["id"] if group is None else None, group)
        shown = {self.stack["id"], *(layer.stack["id"] for layer in self._image_layers())}
        members = [one for one in found if one.stack.id not in shown and one.stack.plane == self.stack["plane"]]
        colors = itertools.cycle(_CHANNEL_COLORS)
        return [
            self.add_layer(one.stack, opacity=1.0, blend="add", color_map=next(colors))
            if one.relation == "channel"
            else self.add_layer(one.stack)
            for one in members
        ]

    def show_neurons_of(self, project: Project, **traits: Any) -> TracingLayer:
        """Show the neurons of another project below one's own, for reading; also of another server.

        project : `connect("https://catmaid.example.org").project(2)`, say; in the same project space as this one.
        traits : of `TracingLayer`, such as `opacity=0.5`.

        A click on one of its nodes makes that neuron active; a button below the picture imports it into the project of
        the viewer (see `Project.import_skeletons`). Returns the layer. `InvalidInput` for the viewer's own project.
        """
        layer = TracingLayer(project, **{"read_only": True, **traits})
        try:
            layer.import_into(self.project)
        except InvalidInput:
            layer.close()
            raise
        tracing = self._tracing_layer()
        place = len(self.layers) if tracing is None else self.layers.index(tracing)
        self.layers = [*self.layers[:place], layer, *self.layers[place:]]
        return layer

    def remove_layer(self, layer: Layer | str) -> None:
        """Take a layer out, given as itself or by its title. `NotFound` if it is not there."""
        gone = self._titled(layer) if isinstance(layer, str) else layer
        if gone not in self.layers:
            raise NotFound(f"{gone!r} is not in this viewer.")
        self.layers = [each for each in self.layers if each is not gone]

    def show_volumes(self, volumes: Volumes, **traits: Any) -> VolumeLayer:
        """Show the outlines of volumes in each section, instead of those shown before; none if there are none.

        volumes : ids, names or `Volume`s, which need not be saved; or `{volume: colour}`.
        traits : of `VolumeLayer`, such as `opacity=0.5`.

        Returns the layer, which lies below the others. `NotFound` if there is no such volume.
        """
        layer = next((layer for layer in self.layers if isinstance(layer, VolumeLayer)), None)
        if layer is None:
            layer = VolumeLayer(self.project, volumes, **traits)
            self.layers = [layer, *self.layers]
            return layer
        layer.show(volumes)
        for name, value in traits.items():
            setattr(layer, name, value)
        return layer

    def tell_parts(self, writer: StateWriter, /) -> dict[str, Any]:
        """The stack, the layers, and with which other stack viewers it looks at the same place."""
        return {
            "stack": self.stack["id"],
            "grid": grid_values(self.stack) if self.stack["id"] == GRID_ID else None,
            "layers": [writer.widget(layer) for layer in self._kept_layers(writer)],
            "link": writer.group(self.link_group),
        }

    @classmethod
    def from_parts(cls, reader: StateReader, parts: Mapping[str, Any], /) -> Self:
        """The viewer of the stack, with its layers; whoever makes all widgets links it."""
        grid = parts["grid"]
        stack = int(parts["stack"]) if grid is None else Stack.grid(**grid)
        layers = [required(reader.widget(name, Layer)) for name in parts["layers"]]
        return cls(reader.project, stack, layers)

    async def saved_for_page(self, scope: PageScope) -> SavedWidget:
        """Images around what it shows; see `saved_stack`."""
        return await saved_stack(self, scope)

    def saved_box(self, sections: int) -> SavedBox:
        """The part of project space that a page has of it; see `saved_stack`."""
        return saved_box(self, sections)

    @method
    async def _other_stacks(self, _params: dict[str, Any]) -> list[dict[str, Any]]:
        """Stacks that could be shown as layers: ``[{id, title}]``."""
        shown = {self.stack["id"], *(layer.stack["id"] for layer in self._image_layers())}
        listed = await self.project.place.read_json("GET", "stacks")
        return [{"id": row["id"], "title": row["title"]} for row in listed if row["id"] not in shown]

    @method
    async def _add_stack_layer(self, params: dict[str, Any]) -> None:
        """Show a stack above the others: ``{stack_id}``."""
        await asyncio.to_thread(self.add_layer, int(params["stack_id"]))

    @method
    async def _keep_regions(self, params: dict[str, Any]) -> None:
        """Keep regions on the server for the user: ``{regions}``, as `DrawnRegion.to_json` gives them."""
        for region in regions_from_json(params["regions"], self):
            await keep_region(self.project.place, region, shared=False)

    @method
    async def _kept_regions(self, _params: dict[str, Any]) -> list[dict[str, Any]]:
        """The regions that are kept on the server."""
        return [region.to_json() for region in (await kept_regions(self.project.place)).values()]

    @method
    async def _crop(self, params: dict[str, Any]) -> str:
        """Have a box made into a file: ``{lower, upper, zoom, format}``; what it will be, in words."""
        wish = {name: params[name] for name in ("lower", "upper", "zoom", "format")}
        return (await new_job(self.project.place, "crop", {"stack_ids": [self.stack["id"]], **wish})).title

    def _kept_layers(self, writer: StateWriter) -> list[Layer]:
        """The layers of the viewer's project: a workspace is of one project."""
        own = [layer for layer in self.layers if getattr(layer, "project", self.project) == self.project]
        if len(own) < len(self.layers):
            writer.leave_out("Neurons of other projects: viewer.show_neurons_of(project) shows them again.")
        return own

    def _titled(self, title: str) -> Layer:
        layers: Any = self.layers
        found: Layer = layers[title]
        return found

    def _image_layers(self) -> list[ImageLayer]:
        return [layer for layer in self.layers if isinstance(layer, ImageLayer)]

    def _tracing_layer(self) -> Any:
        return tracing_layer_of(self.layers, self.project)

    def _require_tracing_layer(self) -> Any:
        layer = self._tracing_layer()
        if layer is None:
            raise InvalidInput("This viewer has no tracing layer.")
        return layer
