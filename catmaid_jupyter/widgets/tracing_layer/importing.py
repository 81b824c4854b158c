"""Neurons of a layer that shows another project are copied into one's own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypedDict

import traitlets

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.widgets.rpc import method

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project


class ImportedNeuron(TypedDict):
    """A neuron as it is in the project that it was copied into; `is_new`: it was not there before."""

    skeleton_id: int
    name: str
    is_new: bool


class ImportsNeurons(traitlets.HasTraits):
    """For a tracing layer, which has `project`."""

    project: Any
    _target: Any = None

    import_offer = traitlets.Dict(default_value=None, allow_none=True, read_only=True).tag(sync=True)
    """Titles of the project that is shown and of that into which its neurons can be imported, as ``{"source": …,
    "target": …}``; None: into none. See `import_into`."""

    def import_into(self, project: Project | None) -> None:
        """Let whoever looks at the layer copy its active neuron into another project, by a button below the picture.

        project : the project that gets it, as `Project.import_skeletons` does it; None: no more.

        `InvalidInput` if that is the project of the layer.
        """
        if project is not None and project == self.project:
            raise InvalidInput("The layer shows this project itself: its neurons cannot be imported into it.")
        self._target = project
        titles = None if project is None else {"source": self.project.title, "target": project.title}
        self.set_trait("import_offer", titles)

    @method
    async def _import_neuron(self, params: dict[str, Any]) -> ImportedNeuron:
        """Copy a neuron into the project of the offer: ``{skeleton_id}``."""
        if self._target is None:
            raise InvalidInput("Neurons of this layer cannot be imported: layer.import_into(project) says where to.")
        made = await asyncio.to_thread(self._target.import_skeletons, self.project, int(params["skeleton_id"]))
        row = made.iloc[0]
        return {"skeleton_id": int(row["skeleton_id"]), "name": str(row["name"]), "is_new": bool(row["is_new"])}
