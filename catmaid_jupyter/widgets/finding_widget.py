"""What widgets share that find neurons: these go into selections, and get annotations."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import traitlets

from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.widgets.named_selections import NamedSelections
from catmaid_jupyter.widgets.project_widget import ProjectWidget
from catmaid_jupyter.widgets.rpc import method
from catmaid_jupyter.widgets.view_state import StateReader, StateWriter, selection_names, selections_of

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project


class FindingWidget(ProjectWidget):
    """A widget whose neurons can be put into selections, which it knows by name.

    Raises `InvalidInput` if a selection is of another project.
    """

    selection_names: traitlets.List[str] = traitlets.List(read_only=True).tag(sync=True)
    """Names of the selections."""

    target = traitlets.Unicode("").tag(sync=True)
    """Name of the selection into which neurons go."""

    def __init__(self, project: Project, selections: Mapping[str, Selection] | None, **traits: Any) -> None:
        self._selections = NamedSelections(project, selections or {}, self._name_selections)
        super().__init__(project, **traits)
        self._name_selections()

    @property
    def selections(self) -> dict[str, Selection]:
        """The selections by name, with those that were made in the page."""
        return dict(self._selections.by_name)

    def tell_parts(self, writer: StateWriter, /) -> dict[str, Any]:
        """The selections into which neurons go."""
        return {"selections": selection_names(writer, self.selections)}

    @classmethod
    def from_parts(cls, reader: StateReader, parts: Mapping[str, Any], /) -> Self:
        """The widget of the project, with the selections."""
        return cls(reader.project, selections=selections_of(reader, parts["selections"]))

    @method
    async def _select(self, params: dict[str, Any]) -> str:
        """Put neurons into a selection: ``{way, name, skeleton_ids}``."""
        return await self._put([int(one) for one in params["skeleton_ids"]], params)

    @method
    async def _annotate(self, params: dict[str, Any]) -> str:
        """Annotate neurons: ``{annotation, skeleton_ids}``."""
        return await self._annotate_all([int(one) for one in params["skeleton_ids"]], params)

    async def _put(self, skeleton_ids: list[int], params: dict[str, Any]) -> str:
        """Put skeletons into a selection: ``{way, name}``; says what was done."""
        way, name = str(params["way"]), str(params.get("name") or "")
        return await asyncio.to_thread(self._selections.put, skeleton_ids, way, name)

    async def _annotate_all(self, skeleton_ids: list[int], params: dict[str, Any]) -> str:
        """Give skeletons an ``{annotation}``; says what was done."""
        annotation = str(params["annotation"])
        await asyncio.to_thread(self.project.annotate, skeleton_ids, annotation)
        count = len(skeleton_ids)
        return f"{count:,} {'neuron has' if count == 1 else 'neurons have'} the annotation {annotation!r} now."

    def _name_selections(self) -> None:
        names = list(self._selections.by_name)
        self.set_trait("selection_names", names)
        if names:
            self.target = names[-1]
