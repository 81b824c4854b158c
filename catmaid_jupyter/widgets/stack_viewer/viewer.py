"""Browse an image stack, with layers drawn over it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, cast

import traitlets
from ipywidgets import widget_serialization

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.stack import Stack, turned
from catmaid_jupyter.widgets.base import Layer, Widget
from catmaid_jupyter.widgets.kept_views import KeepsPicture
from catmaid_jupyter.widgets.own_keys import OwnKeys
from catmaid_jupyter.widgets.rpc import Buffers, method
from catmaid_jupyter.widgets.saved_widget import PageScope, SavedBox, SavedWidget
from catmaid_jupyter.widgets.stack_viewer.linked_viewers import link_stack_viewers
from catmaid_jupyter.widgets.stack_viewer.saved_stack import saved_box, saved_stack
from catmaid_jupyter.widgets.stack_viewer.tile_hosts import TileHost, browser_addresses, tile_hosts, zoom_levels
from catmaid_jupyter.widgets.traits import BoxTrait, FiniteFloat, PositionTrait
from catmaid_jupyter.widgets.view_state import StateReader, StateWriter, required
from catmaid_jupyter.widgets.volume_layer import VolumeLayer
from catmaid_jupyter.widgets.volume_layer.layer import Volumes

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project
    from catmaid_jupyter.client.selection import Selection

_TILES_AT_ONCE = 64
_GRID_NM = (200_000.0, 200_000.0, 200_000.0)
"""Size of the grid of a project without images."""


class LinkedViewer(Protocol):
    """What shows where a stack viewer looks: a `Viewer3D`."""

    def link(self, stack_viewer: StackViewer | None) -> None:
        """Show where a stack viewer looks."""


class StackViewer(KeepsPicture, OwnKeys, Widget):
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
    traits
        Any other trait of this class, such as ``height=700``.

    Raises
    ------
    NotFound
        If the project has no such stack.
    TypeError
        For an argument that does not exist.
    """

    _entry = "stack-viewer"
    _not_kept: ClassVar = frozenset({"stack", "layers", "link_group", "status"})

    stack = traitlets.Dict().tag(sync=True)
    """The stack as the page knows it: id, title, plane, dimension (pixels), resolution and translation (nm) to the
    right, down and in depth, tiles, levels; whether it is a grid instead of images."""

    position = PositionTrait().tag(sync=True)
    """Centre of the view in project space: (x, y, z) in nm, float64. Follows the mouse; setting it moves the view."""

    nm_per_pixel = FiniteFloat(None, allow_none=True, min=1e-3).tag(sync=True)
    """Zoom: nm of tissue under one screen pixel. None: as much as fits, until a page shows the viewer."""

    brightness = FiniteFloat(1.0, min=0.0).tag(sync=True)
    """Factor on the image's brightness; 1 as it is."""

    contrast = FiniteFloat(1.0, min=0.0).tag(sync=True)
    """Factor on the image's contrast about mid-grey; 1 as it is."""

    invert = traitlets.Bool(False).tag(sync=True)
    """Show dark as bright."""

    big_step = traitlets.Int(10, min=1, max=10_000).tag(sync=True)
    """Sections of a big step (`<`, `>`, Shift with the wheel)."""

    box = BoxTrait().tag(sync=True)
    """Lower and upper corner (nm) of the box that somebody drew, as deep as the section; None if there is none.

    `project.nodes_in_box(*viewer.box)` gives its treenodes. Make it deeper by setting it.
    """

    crosshair = traitlets.Bool(False).tag(sync=True)
    """Whether lines mark the centre of the view."""

    link_group = traitlets.Unicode("").tag(sync=True)
    """Stack viewers with the same text here look at the same place; empty: this one is alone. See `link`."""

    layers = traitlets.List(traitlets.Instance(Layer)).tag(sync=True, **widget_serialization)
    """Drawn in order, first at the bottom."""

    height = traitlets.Int(500, min=120, max=4000).tag(sync=True)
    """Height of the picture in CSS pixels."""

    status = traitlets.Unicode("starting").tag(sync=True)
    """How the image is doing: starting, ready, no-tiles, broken, outside, unreachable or offline."""

    def __init__(
        self,
        project: Project,
        stack: Stack | int | str | None = None,
        layers: Sequence[Layer] = (),
        position: Sequence[float] | None = None,
        **traits: Any,
    ) -> None:
        shown = _chosen(project, stack)
        self._refuse_unknown(traits)
        self.project = project
        self._hosts = tile_hosts(shown.info, project.instance.url)
        super().__init__(
            project.instance,
            stack=_stack_state(shown, self._hosts),
            layers=list(layers),
            position=_middle(shown) if position is None else position,
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

    def link(self, viewer: LinkedViewer | StackViewer) -> None:
        """Look at the same place as another viewer. `InvalidInput` for anything else.

        viewer : a 3D viewer, which shows where this one looks, as `Viewer3D.link` does; or a stack viewer, of any
            plane: both have the same place, zoom and active node, with a cross-hair, and show each other's cursor.
        """
        if isinstance(viewer, StackViewer):
            link_stack_viewers(self, viewer)
            return
        if not (isinstance(viewer, Widget) and viewer.has_trait("stack_viewer")):
            raise InvalidInput(
                f"A stack viewer is linked with another one or with a 3D viewer, as project.viewer3d() makes it, "
                f"not with {type(viewer).__name__}."
            )
        if self.stack["plane"] != "xy":
            raise InvalidInput(
                f"A 3D viewer shows sections along xy, and this viewer has those along {self.stack['plane']}."
            )
        viewer.link(self)

    def unlink(self) -> None:
        """Look elsewhere than other stack viewers again. The active node stays the same where it was linked."""
        self.link_group = ""

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
            "grid": grid_values(self.stack) if self.stack["is_grid"] else None,
            "layers": [writer.widget(layer) for layer in self.layers],
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
    async def _tile_access(self, _params: dict[str, Any]) -> dict[str, Any]:
        """Say where a browser may find the tiles by itself. Asked again when that stops working."""
        instance, project_id = self.project.instance, self.project.id
        # A service that was started again may be at another port.
        info = (await instance.http.request("GET", f"{project_id}/stack/{self.stack['id']}/info")).json()
        self._hosts = tile_hosts(info, instance.url)
        ticket = await self._ticket() if any(host.own_path is not None for host in self._hosts) else None
        return {"direct": [address for host in self._hosts for address in browser_addresses(host, ticket)]}

    @method
    async def _tiles(self, params: dict[str, Any]) -> Buffers:
        """Fetch tiles for browsers that cannot: ``{zoom, z, tiles: [[row, col], ...]}``, in the order asked for."""
        places = params["tiles"]
        if len(places) > _TILES_AT_ONCE:
            raise InvalidInput(f"At most {_TILES_AT_ONCE} tiles at once.")
        host = self._first_host()
        http, zoom, z = self.project.instance.http, int(params["zoom"]), int(params["z"])
        tiles = await asyncio.gather(*(host.load(http, zoom, z, int(row), int(col)) for row, col in places))
        found = {"ok": [tile is not None for tile in tiles], "media_type": host.media_type}
        return Buffers(found, [tile or b"" for tile in tiles])

    async def _ticket(self) -> str | None:
        """Fetch what lets a browser load tiles without a token; None from servers that know no tickets."""
        instance = self.project.instance
        if "tickets" not in instance.capabilities:
            return None
        answer = await instance.http.request("POST", f"{self.project.id}/tile-ticket")
        return str(answer.json()["ticket"])

    def _first_host(self) -> TileHost:
        if not self._hosts:
            raise InvalidInput("This stack's images are of a kind that the viewer cannot show.")
        return self._hosts[0]

    def _tracing_layer(self) -> Any:
        return next((layer for layer in self.layers if layer.has_trait("active_skeleton")), None)

    def _require_tracing_layer(self) -> Any:
        layer = self._tracing_layer()
        if layer is None:
            raise InvalidInput("This viewer has no tracing layer.")
        return layer


def _chosen(project: Project, stack: Stack | int | str | None) -> Stack:
    """The stack to show; a grid in a project without images."""
    if isinstance(stack, Stack):
        return stack
    try:
        return project.stack(stack)
    except NotFound:
        if stack is not None:
            raise
        return Stack.grid(_GRID_NM)


def _stack_state(stack: Stack, hosts: Sequence[TileHost]) -> dict[str, Any]:
    mirrors = sorted(stack.info["mirrors"], key=lambda mirror: cast("int", mirror["position"]))
    width, height = (mirrors[0]["tile_width"], mirrors[0]["tile_height"]) if mirrors else (512, 512)
    return {
        "id": stack.id,
        "title": stack.title,
        "dimension": list(stack.dimension),
        "resolution": list(stack.resolution),
        "translation": list(turned(stack.plane, stack.translation)),
        "plane": stack.plane,
        "is_grid": not mirrors,
        "tile_width": width,
        "tile_height": height,
        "zoom_levels": zoom_levels(stack.info, width, height),
        "broken_sections": list(stack.broken_sections),
        "revision": (hosts[0].own_path or hosts[0].base_url) if hosts else "",
    }


def grid_values(state: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `Stack.grid` that make the grid of a viewer's `stack` again."""
    plane = state["plane"]
    size = [pixels * nm for pixels, nm in zip(state["dimension"], state["resolution"], strict=True)]
    return {
        "size": turned(plane, cast("Any", size)),
        "resolution": state["resolution"],
        "translation": turned(plane, state["translation"]),
        "plane": plane,
    }


def _middle(stack: Stack) -> tuple[float, float, float]:
    """Middle of the middle section, where an index times the resolution is the centre of a pixel."""
    corner = turned(stack.plane, stack.translation)
    right, down, deep = (
        round(start + nm * (pixels - 1) / 2, 6)
        for start, nm, pixels in zip(corner, stack.resolution, stack.dimension, strict=True)
    )
    thickness, depth = stack.resolution[2], corner[2]
    return turned(stack.plane, (right, down, depth + (deep - depth) // thickness * thickness))
