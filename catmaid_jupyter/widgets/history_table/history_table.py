"""The log of a project as a table: look, go there, see before and after, take back."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Self

import traitlets

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.events import Change
from catmaid_jupyter.api.place import HISTORY
from catmaid_jupyter.client import history
from catmaid_jupyter.edits.words import EDITS_IN_WORDS, edit_in_words
from catmaid_jupyter.widgets.history_table import taking_back
from catmaid_jupyter.widgets.history_table.comparison import Comparison
from catmaid_jupyter.widgets.history_table.log_pages import (
    HistoryFilter,
    HistoryPage,
    RowDetails,
    log_page,
    version_details,
)
from catmaid_jupyter.widgets.history_table.taking_back import TakeBackPreview
from catmaid_jupyter.widgets.kept_views import KeepsRows
from catmaid_jupyter.widgets.project_widget import ProjectWidget
from catmaid_jupyter.widgets.rpc import method
from catmaid_jupyter.widgets.view_state import StateReader, StateWriter
from catmaid_wire.forms import FormValue

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project
    from catmaid_jupyter.widgets.stack_viewer import StackViewer

PRESENT: Final = "present"


class HistoryTable(KeepsRows, ProjectWidget):
    """Browse the versions of a project: who did what, when, and in which neurons.

    With a viewer, it goes to the place of a change and shows the neurons before and after it. Versions are taken back
    after a look at what that changes. What others do meanwhile appears on top.

    Parameters
    ----------
    project
        The project. Of one as of a version, the versions up to it are listed, and nothing can be taken back.
    viewer
        A viewer of the same project.
    neuron_ids, skeleton_ids
        Only versions that wrote these neurons, or these skeletons.
    box
        Only versions that wrote treenodes or connectors there: lowest x, y, z, highest x, y, z in nm.
    traits
        Any trait of this class, such as ``user="ana"``.

    Raises
    ------
    InvalidInput
        If the viewer shows another project.
    TypeError
        For an argument that does not exist.
    """

    _entry = "history-table"

    user = traitlets.Unicode("").tag(sync=True)
    """Name of the user whose versions are listed; empty for all."""

    label = traitlets.Unicode("").tag(sync=True)
    """What was done, as `skeletons.split`, or the part before the dot; empty for everything."""

    last = traitlets.Unicode("").tag(sync=True)
    """Only the last `7d`, `12h`, …; empty for all times. Not together with `since`."""

    since = traitlets.Unicode("").tag(sync=True)
    """Only what came after this version, its pin or time; empty for all."""

    until = traitlets.Unicode("").tag(sync=True)
    """Only this version, its pin or time, and what came before; empty for all."""

    selected_versions = traitlets.List(traitlets.Int()).tag(sync=True)
    """The selected versions."""

    height = traitlets.Int(360, min=120, max=4000).tag(sync=True)
    """Height of the rows in CSS pixels."""

    restriction = traitlets.Unicode("", read_only=True).tag(sync=True)
    """To which neurons, skeletons or place the list is restricted, in words; empty if to none."""

    lacking = traitlets.Unicode("", read_only=True).tag(sync=True)
    """What the server does not offer, in a sentence; empty if it offers all."""

    has_viewer = traitlets.Bool(False, read_only=True).tag(sync=True)
    """Whether there is a viewer to show places in."""

    compared: traitlets.List[Any] = traitlets.List(read_only=True).tag(sync=True)
    """What the viewer shows instead of the present: [version, "before" or "after"]; empty for the present."""

    def __init__(
        self,
        project: Project,
        viewer: StackViewer | None = None,
        *,
        neuron_ids: Sequence[int] | None = None,
        skeleton_ids: Sequence[int] | None = None,
        box: Sequence[float] | None = None,
        **traits: Any,
    ) -> None:
        self._refuse_unknown(traits)
        self._comparison = None if viewer is None else Comparison(project, viewer)
        self._filter = HistoryFilter(neuron_ids=neuron_ids, skeleton_ids=skeleton_ids, box=box)
        super().__init__(project, **traits)
        self.set_trait("has_viewer", viewer is not None)
        self.set_trait("restriction", _restriction(neuron_ids, skeleton_ids, box))
        self.set_trait("lacking", self._lacking())
        self._follow_project()

    @property
    def viewer(self) -> StackViewer | None:
        """The viewer in which places are shown."""
        return None if self._comparison is None else self._comparison.viewer

    def tell_parts(self, writer: StateWriter, /) -> dict[str, Any]:
        """The viewer, and to which neurons, skeletons or place the list is restricted."""
        wanted = self._filter
        return {
            "viewer": writer.widget(self.viewer),
            "neuron_ids": None if wanted.neuron_ids is None else list(wanted.neuron_ids),
            "skeleton_ids": None if wanted.skeleton_ids is None else list(wanted.skeleton_ids),
            "box": None if wanted.box is None else list(wanted.box),
        }

    @classmethod
    def from_parts(cls, reader: StateReader, parts: Mapping[str, Any], /) -> Self:
        """The table of the project, restricted as it was."""
        from catmaid_jupyter.widgets.stack_viewer import StackViewer  # noqa: PLC0415  the table needs no viewer

        viewer = reader.widget(parts["viewer"], StackViewer)
        restriction = {name: parts[name] for name in ("neuron_ids", "skeleton_ids", "box")}
        return cls(reader.project, viewer, **restriction)

    def close(self) -> None:
        """Remove the table from all pages; its viewer shows the present again."""
        # Widgets are also closed when their constructor failed.
        comparison: Comparison | None = getattr(self, "_comparison", None)
        if comparison is not None:
            comparison.show_present()
        super().close()

    @method
    async def _page(self, params: dict[str, Any]) -> HistoryPage:
        """One page of the log: ``{user, label, last, since, until, up_to}``; from `up_to` down."""

        def text(name: str) -> str:
            return str(params.get(name) or "").strip()

        wanted = dataclasses.replace(
            self._filter,
            user=text("user"),
            label=text("label"),
            last=text("last"),
            since=text("since"),
            until=text("until"),
        )
        up_to = params.get("up_to")
        return await log_page(self.project.place, wanted, up_to=None if up_to is None else int(up_to))

    @method
    async def _details(self, params: dict[str, Any]) -> list[RowDetails]:
        """What versions were about, and what took them back by now: ``{versions}``."""
        return await version_details(self.project.place, [int(version) for version in params["versions"]])

    @method
    async def _labels(self, _params: dict[str, Any]) -> list[list[str]]:
        """Labels of the log with their words, by these."""
        return sorted(([label, words] for label, words in EDITS_IN_WORDS.items()), key=lambda row: row[1])

    @method
    async def _jump(self, params: dict[str, Any]) -> str:
        """Show the place of a version in the viewer: ``{version, label, time}``; says what is there."""
        comparison = self._require_viewer()
        version, viewer = int(params["version"]), comparison.viewer
        place = await self._place_of(version, str(params.get("label", "")), str(params.get("time", "")))
        viewer.position = (place["x"], place["y"], place["z"])
        node_id, layer = place.get("id"), comparison.usual_layer
        if node_id is None:
            return f"This is the place of version {version}; the node is not there any more."
        if layer is not None:
            layer.active_node = node_id
        return f"This is the place of version {version}."

    @method
    async def _compare(self, params: dict[str, Any]) -> None:
        """Show the neurons before or after a version in the viewer, or the present: ``{version, side, label}``."""
        comparison, side = self._require_viewer(), params["side"]
        if side == PRESENT:
            comparison.show_present()
            self.set_trait("compared", [])
            return
        if side not in ("before", "after"):
            raise InvalidInput(f"A version is shown before, after or in the present, not {side!r}.")
        version = int(params["version"])
        await history.resolved(self.project.place, version - 1 if side == "before" else version)
        comparison.show(version, side, edit_in_words(str(params.get("label", ""))))
        self.set_trait("compared", [version, side])

    @method
    async def _preview(self, params: dict[str, Any]) -> TakeBackPreview:
        """What taking ``{versions}`` back would change."""
        return await taking_back.preview(self.project.place, params["versions"])

    @method
    async def _take_back(self, params: dict[str, Any]) -> str:
        """Take ``{versions}`` back, and show the present; says so in a sentence."""
        sentence = await taking_back.take_back(self.project.place, params["versions"])
        if self._comparison is not None:
            self._comparison.show_present()
            self.set_trait("compared", [])
        return sentence

    async def _place_of(self, version: int, label: str, time: str) -> dict[str, Any]:
        place = self.project.place
        if HISTORY in place.capabilities:
            found: dict[str, Any] = await place.read_json("GET", "versions/place", params={"version": version})
            return found
        params: dict[str, FormValue] = {"transaction_id": version, "label": label, "execution_time": time}
        at: dict[str, Any] = await place.read_json("GET", "transactions/location", params=params)
        return {"id": None, **at}

    def _require_viewer(self) -> Comparison:
        if self._comparison is None:
            raise InvalidInput("This table has no viewer. Make it with one: project.history(viewer=viewer).")
        return self._comparison

    def _lacking(self) -> str:
        if HISTORY in self.project.place.capabilities:
            return ""
        return (
            f"{self.project.instance.url} is not served by catmaid_jupyter: it lists what was done, by whom and when, "
            "and tells of most edits where. It does not show before and after, and takes nothing back."
        )

    def _changed(self, change: Change) -> None:
        self.emit_soon("changed", **{name: change.get(name) for name in ("version", "label", "user_id")})


def _restriction(
    neuron_ids: Sequence[int] | None, skeleton_ids: Sequence[int] | None, box: Sequence[float] | None
) -> str:
    parts = []
    if neuron_ids is not None:
        parts.append(f"of neuron {_some(neuron_ids)}")
    if skeleton_ids is not None:
        parts.append(f"of skeleton {_some(skeleton_ids)}")
    if box is not None:
        low, high = (", ".join(f"{value:g}" for value in corner) for corner in (box[:3], box[3:]))
        parts.append(f"in the box from {low} to {high} nm")
    return f"Only versions {' and '.join(parts)}." if parts else ""


def _some(ids: Sequence[int]) -> str:
    listed = ", ".join(map(str, ids[:5]))
    return f"{listed}, …" if len(ids) > 5 else listed or "none"
