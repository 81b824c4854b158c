"""A table of neurons, nodes or connectors: look, filter, sort, put neurons into selections, go there in a viewer."""

from __future__ import annotations

import asyncio
from abc import ABCMeta, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypedDict

import pandas as pd
import traitlets

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.widgets.finding_widget import FindingWidget
from catmaid_jupyter.widgets.kept_views import KeepsRows
from catmaid_jupyter.widgets.lifetime import weakly
from catmaid_jupyter.widgets.project_table.content import TableContent
from catmaid_jupyter.widgets.rpc import Binary, method
from catmaid_jupyter.widgets.saved_widget import PageScope, SavedAnswer, SavedWidget, counted
from catmaid_jupyter.widgets.trait_texts import TellsTraits
from catmaid_jupyter.widgets.view_state import StateReader, StateWriter, required, selection_names, selections_of

if TYPE_CHECKING:
    from catmaid_jupyter.widgets.stack_viewer import StackViewer


class TableControl(TypedDict):
    """A field above a table that sets a trait; choices are values and titles."""

    trait: str
    title: str
    kind: Literal["flag", "number", "choice"]
    choices: list[tuple[str, str]]


class RowAction(TypedDict):
    """What can be done; rows: with the selected rows, or else the active one; asks: after a question."""

    name: str
    title: str
    hint: str
    rows: bool
    asks: bool


class RowQuestion(TypedDict):
    """A question before an action: its text, the button that agrees, and the text to change, None if there is none."""

    text: str
    confirm: str
    value: str | None
    example: str


@dataclass(frozen=True)
class RowPlace:
    """Where a row is (nm), its treenode if it has one, and a sentence that says what is there."""

    position: tuple[float, float, float]
    treenode_id: int | None
    sentence: str


class _AbstractTable(ABCMeta, TellsTraits):
    """What makes classes of tables that have methods for derived classes to write."""


class ProjectTable(KeepsRows, FindingWidget, metaclass=_AbstractTable):
    """A table of something of a project. Derived classes read the rows, and know where they are.

    Parameters
    ----------
    selection
        The neurons it is about; it follows them.
    viewer
        A viewer of the same project, in which it goes to places.
    selections
        Selections by name, into which neurons can be put; those that are made here come to `selections`.
    traits
        Any trait of this class, such as ``height=600``.

    Raises
    ------
    InvalidInput
        If a viewer or a selection is of another project.
    TypeError
        For an argument that does not exist.
    """

    _entry = "project-table"
    _offered: ClassVar[Sequence[TableControl]] = ()
    _label: ClassVar = "Rows"
    _go: ClassVar[tuple[str, str]] = ("Go there", "Show this row in the viewer")
    _actions: ClassVar[Sequence[RowAction]] = ()
    _people: ClassVar[frozenset[str]] = frozenset({"creator", "reviewers"})
    """Columns that name users."""

    label = traitlets.Unicode("", read_only=True).tag(sync=True)
    """What the table shows, for screen readers and exported files."""

    controls: traitlets.List[Any] = traitlets.List(read_only=True).tag(sync=True)
    """Fields above the table, each for a trait."""

    go: traitlets.List[str] = traitlets.List(read_only=True).tag(sync=True)
    """What Enter does with a row: the title of its button, and a hint."""

    actions: traitlets.List[Any] = traitlets.List(read_only=True).tag(sync=True)
    """What else can be done with rows."""

    sort: traitlets.List[Any] = traitlets.List().tag(sync=True)
    """By which column rows are sorted, and whether the largest come first: `["nodes", True]`; empty for their order."""

    filters = traitlets.Dict(key_trait=traitlets.Unicode(), value_trait=traitlets.Unicode()).tag(sync=True)
    """Which rows are shown, by column: `{"nodes": ">500", "name": "/^PN/"}`."""

    shown_columns = traitlets.Dict(key_trait=traitlets.Unicode(), value_trait=traitlets.Bool()).tag(sync=True)
    """Columns that are always, or never, shown; others as there is room."""

    column_widths = traitlets.Dict(key_trait=traitlets.Unicode(), value_trait=traitlets.Int()).tag(sync=True)
    """Widths of columns in CSS pixels, as a person set them."""

    height = traitlets.Int(300, min=120, max=4000).tag(sync=True)
    """Height of the rows in CSS pixels, if there are so many."""

    has_viewer = traitlets.Bool(False, read_only=True).tag(sync=True)
    """Whether there is a viewer to go to places in."""

    def __init__(
        self,
        selection: Selection,
        viewer: StackViewer | None = None,
        *,
        selections: Mapping[str, Selection] | None = None,
        **traits: Any,
    ) -> None:
        self._refuse_unknown(traits)
        self.selection = selection
        self._content: TableContent | None = None
        super().__init__(selection.project, selections, **traits)
        self.viewer = viewer
        self.set_trait("label", self._label)
        self.set_trait("go", list(self._go))
        self.set_trait("actions", list(self._actions))
        self.set_trait("controls", [self._described(control) for control in self._offered])
        self._follow_project()
        self._stops.append(selection.listen(weakly(self._selection_changed)))
        if self._offered:
            self.observe(weakly(self._read_again), names=[control["trait"] for control in self._offered])

    @property
    def viewer(self) -> StackViewer | None:
        """The viewer in which places are shown; set it to have another one."""
        return self._viewer

    @viewer.setter
    def viewer(self, viewer: StackViewer | None) -> None:
        if viewer is not None and viewer.project != self.project:
            raise InvalidInput("The viewer shows another project than the table: take a viewer of the same one.")
        self._viewer = viewer
        self.set_trait("has_viewer", viewer is not None)

    def tell_parts(self, writer: StateWriter, /) -> dict[str, Any]:
        """The selection, the viewer, and the selections into which neurons go."""
        return {
            "selection": writer.selection(self.selection),
            "viewer": writer.widget(self.viewer),
            "selections": selection_names(writer, self.selections),
        }

    @classmethod
    def from_parts(cls, reader: StateReader, parts: Mapping[str, Any], /) -> Self:
        """The table of the selection, with its viewer."""
        from catmaid_jupyter.widgets.stack_viewer import StackViewer  # noqa: PLC0415  tables need no viewer

        return cls(
            required(reader.selection(parts["selection"])),
            reader.widget(parts["viewer"], StackViewer),
            selections=selections_of(reader, parts["selections"]),
            **cls._more_parts(parts),
        )

    @classmethod
    def _more_parts(cls, _parts: Mapping[str, Any], /) -> dict[str, Any]:
        """Arguments of derived classes, out of what their `tell_parts` told."""
        return {}

    async def saved_for_page(self, scope: PageScope) -> SavedWidget:
        """All rows that a page takes, without columns that name users."""
        content = await self._read()
        hidden = [] if scope.with_people else [one for one in content.shown if one["name"] in self._people]
        shown = [one for one in content.shown if one not in hidden]
        body = await asyncio.to_thread(replace(content, shown=shown).body, self.sort, self.filters)
        state = {
            "controls": [],
            "has_viewer": False,
            "version_shown": self.version_shown or scope.date,
            "first_rows": {},
            "selection_names": [],
            "target": "",
        }
        answers = [SavedAnswer.of(name, Binary(body)) for name in ("rows", "arranged")]
        left_out = [f"The column {one['title']} of “{self.label}”, which names users." for one in hidden]
        return SavedWidget(answers, state, counted(len(content.rows), "row"), left_out)

    @abstractmethod
    async def _read(self) -> TableContent:
        """Read what the table shows."""

    @abstractmethod
    async def _place_of(self, row: pd.Series, turn: int, /) -> RowPlace:
        """Where a row is; `turn` counts how often in succession somebody went to it."""

    @method
    async def _rows(self, params: dict[str, Any]) -> Binary:
        """Read the rows: ``{sort, filters}``; see `TableContent.body`."""
        self._content = await self._read()
        return await self._arranged(params)

    @method
    async def _arranged(self, params: dict[str, Any]) -> Binary:
        """The rows that were read last: ``{sort, filters}``; see `TableContent.body`."""
        content = self._content or await self._read()
        # Meanwhile `_rows` may have read newer ones.
        self._content = content = self._content or content
        order, filters = params.get("sort") or (), params.get("filters") or {}
        return Binary(await asyncio.to_thread(content.body, order, filters))

    @method
    async def _jump(self, params: dict[str, Any]) -> str:
        """Show a row in the viewer: ``{key, turn}``; says what is there."""
        viewer = self._viewer
        if viewer is None:
            raise InvalidInput("There is no viewer to go to: set the table's `viewer`.")
        place = await self._place_of(self._row(params["key"]), int(params.get("turn") or 0))
        viewer.position = place.position
        layer: Any = next((layer for layer in viewer.layers if layer.has_trait("active_node")), None)
        if layer is not None and place.treenode_id is not None:
            layer.active_node = place.treenode_id
        return place.sentence

    @method
    async def _ask(self, params: dict[str, Any]) -> RowQuestion:
        """The question before an action: ``{action, keys}``."""
        return await self._question(str(params["action"]), self._rows_with(params["keys"]))

    @method
    async def _do(self, params: dict[str, Any]) -> str:
        """Do what was asked for: ``{action, keys, value}``; says what was done."""
        return await self._act(str(params["action"]), self._rows_with(params["keys"]), str(params["value"]))

    async def _question(self, action: str, _rows: pd.DataFrame, /) -> RowQuestion:
        """What to ask before an action with rows."""
        raise InvalidInput(f"This table has no action {action!r}.")

    async def _act(self, action: str, _rows: pd.DataFrame, _value: str, /) -> str:
        """Do something with rows; says what was done."""
        raise InvalidInput(f"This table has no action {action!r}.")

    def _rows_with(self, keys: Sequence[Any]) -> pd.DataFrame:
        rows = pd.DataFrame({"key": []}) if self._content is None else self._content.rows
        return rows[rows["key"].isin(keys)]

    def _row(self, key: Any) -> pd.Series:
        found = self._rows_with([key])
        if found.empty:
            raise NotFound("This row is not there any more.")
        return found.iloc[0]

    def _described(self, control: TableControl) -> dict[str, Any]:
        """A control, and the limits of its number."""
        trait: Any = self.traits()[control["trait"]]
        return {**control, "least": getattr(trait, "min", None), "most": getattr(trait, "max", None)}

    def _read_again(self, _change: Any = None) -> None:
        self.emit("changed")

    def _selection_changed(self, delta: Any, _origin: Any) -> None:
        if delta.column in ("added", "removed", "all"):
            self.emit("changed")
