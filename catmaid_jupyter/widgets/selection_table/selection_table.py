"""A table of the skeletons of a selection: look at them, choose, colour, annotate, rename, export, go there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import traitlets
from ipywidgets import widget_serialization

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.events import Change
from catmaid_jupyter.client.selection.export import swc_zip
from catmaid_jupyter.widgets.kept_views import KeepsRows
from catmaid_jupyter.widgets.project_widget import ProjectWidget
from catmaid_jupyter.widgets.rpc import Binary, Buffers, method
from catmaid_jupyter.widgets.saved_widget import PageScope, SavedAnswer, SavedWidget, counted
from catmaid_jupyter.widgets.selection_model import SelectionModel
from catmaid_jupyter.widgets.selection_table.fates import SkeletonFate, fate_of
from catmaid_jupyter.widgets.selection_table.places import place_of_node
from catmaid_jupyter.widgets.selection_table.rows import GROUPS, rows_body, without_people
from catmaid_jupyter.widgets.selection_table.tagging import tag_roots
from catmaid_jupyter.widgets.view_state import StateReader, StateWriter, required

if TYPE_CHECKING:
    from catmaid_jupyter.client.selection import Selection
    from catmaid_jupyter.widgets.stack_viewer import StackViewer

FATES_AT_ONCE: Final = 50


class SelectionTable(KeepsRows, ProjectWidget):
    """A table of the skeletons of a `Selection`; what is selected, coloured or removed in it is so everywhere.

    As `Selection.widget`, it is what a selection shows itself as.

    Parameters
    ----------
    selection
        What it shows.
    viewer
        A viewer of the same project, in which it goes to places.
    traits
        Any trait of this class, such as ``height=600``.

    Raises
    ------
    InvalidInput
        If the viewer shows another project.
    TypeError
        For an argument that does not exist.
    """

    _entry = "selection-table"
    _not_kept: ClassVar = frozenset({"model"})

    model = traitlets.Instance(SelectionModel).tag(sync=True, **widget_serialization)
    """What pages share of the selection."""

    sort: traitlets.List[Any] = traitlets.List().tag(sync=True)
    """By which column rows are sorted, and whether the largest come first: `["nodes", True]`; empty for their order."""

    filters = traitlets.Dict(key_trait=traitlets.Unicode(), value_trait=traitlets.Unicode()).tag(sync=True)
    """Which rows are shown, by column: `{"nodes": ">500", "name": "/^PN/", "review": "10..20"}`."""

    shown_columns = traitlets.Dict(key_trait=traitlets.Unicode(), value_trait=traitlets.Bool()).tag(sync=True)
    """Columns that are always, or never, shown; others as there is room."""

    column_widths = traitlets.Dict(key_trait=traitlets.Unicode(), value_trait=traitlets.Int()).tag(sync=True)
    """Widths of columns in CSS pixels, as a person set them."""

    height = traitlets.Int(360, min=120, max=4000).tag(sync=True)
    """Height of the rows in CSS pixels, if there are so many."""

    has_viewer = traitlets.Bool(False, read_only=True).tag(sync=True)
    """Whether there is a viewer to go to places in."""

    def __init__(self, selection: Selection, viewer: StackViewer | None = None, **traits: Any) -> None:
        self._refuse_unknown(traits)
        self.selection = selection
        super().__init__(selection.project, model=selection.model, **traits)
        self.viewer = viewer
        self._follow_project()

    @property
    def viewer(self) -> StackViewer | None:
        """The viewer in which places are shown; set it to have another one."""
        return self._viewer

    @viewer.setter
    def viewer(self, viewer: StackViewer | None) -> None:
        if viewer is not None and viewer.project != self.project:
            raise InvalidInput("The viewer shows another project than the selection: take a viewer of the same one.")
        self._viewer = viewer
        self.set_trait("has_viewer", viewer is not None)

    def tell_parts(self, writer: StateWriter, /) -> dict[str, Any]:
        """The selection and the viewer."""
        return {"selection": writer.selection(self.selection), "viewer": writer.widget(self.viewer)}

    @classmethod
    def from_parts(cls, reader: StateReader, parts: Mapping[str, Any], /) -> Self:
        """The table of the selection, with its viewer."""
        from catmaid_jupyter.widgets.stack_viewer import StackViewer  # noqa: PLC0415  tables need no viewer

        return cls(required(reader.selection(parts["selection"])), reader.widget(parts["viewer"], StackViewer))

    @property
    def shown_objects(self) -> tuple[Any, ...]:
        """The table, and the selection, which shows itself by it."""
        return (self, self.selection)

    async def saved_for_page(self, scope: PageScope) -> SavedWidget:
        """All columns of all neurons."""
        ids = self.selection.skeleton_ids
        bodies = await asyncio.gather(*(rows_body(self.project.place, group, ids) for group in GROUPS))
        if not scope.with_people:
            bodies = [without_people(body) for body in bodies]
        answers = [
            SavedAnswer.of("rows", Binary(body), group=group) for group, body in zip(GROUPS, bodies, strict=True)
        ]
        left_out = ["Colours by a column, and SWC files, for which a service is needed."]
        left_out += [] if scope.with_people else ["Who edited neurons and who gave annotations."]
        return SavedWidget(
            [*answers, SavedAnswer.of("fates", [])],
            {"has_viewer": False, "version_shown": self.version_shown or scope.date, "first_rows": {}},
            counted(len(ids), "row"),
            left_out,
        )

    @method
    async def _rows(self, params: dict[str, Any]) -> Binary:
        """One group of columns: ``{group, skeleton_ids}``, see `rows_body`; ids None: of the whole selection."""
        ids = params.get("skeleton_ids")
        wanted = self.selection.skeleton_ids if ids is None else [int(skeleton_id) for skeleton_id in ids]
        return Binary(await rows_body(self.project.place, str(params["group"]), wanted))

    @method
    async def _fates(self, params: dict[str, Any]) -> list[SkeletonFate]:
        """What became of skeletons that are gone: ``{skeleton_ids}``; of at most 50 of them."""
        ids = [int(skeleton_id) for skeleton_id in params["skeleton_ids"]][:FATES_AT_ONCE]
        return list(await asyncio.gather(*(fate_of(self.project.place, skeleton_id) for skeleton_id in ids)))

    @method
    async def _color_by(self, params: dict[str, Any]) -> None:
        """Colour by a column of the table: ``{column, palette, skeleton_ids}``."""
        palette = str(params.get("palette") or "") or None
        await asyncio.to_thread(self.selection.color_by, str(params["column"]), palette, neurons=_ids_of(params))

    @method
    async def _annotate(self, params: dict[str, Any]) -> None:
        """Give annotations: ``{skeleton_ids, annotations, meta}``."""
        names, meta = [str(name) for name in params["annotations"]], params.get("meta") or None
        await asyncio.to_thread(self.project.annotate, _ids_of(params), names, meta=meta)

    @method
    async def _unannotate(self, params: dict[str, Any]) -> None:
        """Take annotations away: ``{skeleton_ids, annotations}``."""
        names = [str(name) for name in params["annotations"]]
        await asyncio.to_thread(self.project.unannotate, _ids_of(params), names)

    @method
    async def _rename(self, params: dict[str, Any]) -> int:
        """Give neurons other names: ``{names: [[skeleton_id, name], ...]}``; tells how many have another name now."""
        names = {int(skeleton_id): str(name) for skeleton_id, name in params["names"]}
        return len(await asyncio.to_thread(self.selection.rename, names))

    @method
    async def _tag(self, params: dict[str, Any]) -> int:
        """Give the root nodes of skeletons a tag: ``{skeleton_ids, tag}``; tells how many have it now."""
        return await tag_roots(self.project, _ids_of(params), str(params["tag"]))

    @method
    async def _swc(self, params: dict[str, Any]) -> Buffers:
        """A zip file of SWC files: ``{skeleton_ids}``."""
        return Buffers(None, [await swc_zip(self.project.place, _ids_of(params))])

    @method
    async def _jump(self, params: dict[str, Any]) -> str:
        """Show the `root`, `soma` or `nearest` node in the viewer: ``{skeleton_id, to}``; says what is there."""
        viewer = self._viewer
        if viewer is None:
            raise InvalidInput("There is no viewer to go to the neuron in: set `selection.widget.viewer`.")
        skeleton_id, to = int(params["skeleton_id"]), str(params["to"])
        node_id, position = await place_of_node(self.project.place, skeleton_id, to, viewer.position)
        viewer.position = position
        layer: Any = next((layer for layer in viewer.layers if layer.has_trait("active_node")), None)
        if layer is not None:
            layer.active_node = node_id
        return f"This is the {to} node of skeleton {skeleton_id}: treenode {node_id}."

    def _changed(self, change: Change) -> None:
        """Tell the pages which rows may be otherwise: those of these skeletons, or all."""
        ids = change.get("skeleton_ids")
        own = None if ids is None else [skeleton_id for skeleton_id in ids if skeleton_id in self.selection]
        self.emit_soon("changed", skeleton_ids=own, username=change.get("username"), label=change.get("label"))


def _ids_of(params: dict[str, Any]) -> list[int]:
    ids = [int(skeleton_id) for skeleton_id in params["skeleton_ids"]]
    if not ids:
        raise InvalidInput("Select at least one row.")
    return ids
