"""Edits of neurons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeAlias

from catmaid_jupyter.api.http import SentFile
from catmaid_jupyter.edits.base import Applied, Edit, JsonObject, counted, derived_key
from catmaid_jupyter.edits.calls import EditCall, EditCalls
from catmaid_jupyter.edits.site import Site
from catmaid_wire.forms import FormValue

SkeletonSource: TypeAlias = tuple[str, int, int]
"""Where a skeleton comes from: address of a server, id of a project there, id of the skeleton there."""

AT_ONCE = "neurons-at-once"
"""Capability of servers that delete and give many neurons in one transaction."""


class RenameNeuron(Edit[JsonObject], frozen=True):
    """Give a neuron another name."""

    route: ClassVar[str] = "neurons/{neuron_id}/rename"

    neuron_id: int
    name: str

    async def _apply(self, site: Site, key: str) -> Applied:
        answer = await self._write(site, key, {"name": self.name}, self.state)
        back = RenameNeuron(self.neuron_id, answer["old_name"])
        return Applied(answer=answer, text=f"rename neuron {self.neuron_id}", inverse=(back,))


class RenameNeurons(Edit[JsonObject], frozen=True):
    """Give neurons other names, all or none.

    names : (neuron id, new name) of each.
    """

    route: ClassVar[str] = "neurons/rename"

    names: Sequence[tuple[int, str]]

    async def _apply(self, site: Site, key: str) -> Applied:
        answer = await self._write(site, key, {"names": self.names}, self.state)
        old = list(zip(answer["renamed_neurons"], answer["old_names"], strict=True))
        inverse: tuple[Edit[Any], ...] = (RenameNeurons(old),) if old else ()
        return Applied(answer=answer, text=f"rename {counted(self.names, 'neuron')}", inverse=inverse)


class DeleteNeurons(Edit[JsonObject], frozen=True):
    """Delete neurons with their skeletons and annotations; connectors stay.

    All or none where the server can (capability `neurons-at-once`), elsewhere one after the other. It cannot be taken
    back on servers that keep no history.
    """

    route: ClassVar[str] = "neurons/delete"

    neuron_ids: Sequence[int]

    async def _apply(self, site: Site, key: str) -> Applied:
        text = f"delete {counted(self.neuron_ids, 'neuron')}"
        if AT_ONCE in site.place.capabilities:
            return Applied(answer=await self._write(site, key, {"neuron_ids": self.neuron_ids}, self.state), text=text)
        skeleton_ids: list[int] = []
        for neuron_id in self.neuron_ids:
            part = derived_key(key, str(neuron_id))
            answer = await site.write(f"neuron/{neuron_id}/delete", {}, state=self.state, key=part)
            skeleton_ids += answer["skeleton_ids"]
        return Applied(answer={"skeleton_ids": skeleton_ids}, text=text)


class GiveNeurons(Edit[JsonObject], frozen=True):
    """Let neurons and their skeletons belong to another user; treenodes stay their authors'.

    All or none where the server can (capability `neurons-at-once`), elsewhere one after the other. It cannot be taken
    back on servers that keep no history.
    """

    route: ClassVar[str] = "neurons/give-to-user"

    neuron_ids: Sequence[int]
    user_id: int

    async def _apply(self, site: Site, key: str) -> Applied:
        text = f"give {counted(self.neuron_ids, 'neuron')} to another user"
        form = {"target_user_id": self.user_id}
        if AT_ONCE in site.place.capabilities:
            answer = await self._write(site, key, {**form, "neuron_ids": self.neuron_ids}, self.state)
            return Applied(answer=answer, text=text)
        for neuron_id in self.neuron_ids:
            part = derived_key(key, str(neuron_id))
            await site.write(f"neuron/{neuron_id}/give-to-user", form, state=self.state, key=part)
        return Applied(answer={"neuron_ids": list(self.neuron_ids)}, text=text)


class ImportSkeleton(Edit[JsonObject], frozen=True):
    """Make a neuron of an SWC file; the answer has its ids, and the id here of each node by its id in the file.

    swc : the text of the file, nm.
    name : of the neuron.
    annotations : names of its annotations.
    origin : where it comes from: address of the server, id of the project, id of the skeleton there.
    """

    route: ClassVar[str] = "skeletons/import"

    swc: str
    name: str
    annotations: Sequence[str] = ()
    origin: SkeletonSource | None = None

    async def _apply(self, site: Site, key: str) -> Applied:
        form: dict[str, FormValue] = {"name": self.name, "annotations": self.annotations}
        if self.origin is not None:
            url, project_id, skeleton_id = self.origin
            form |= {"source_url": url, "source_project_id": project_id, "source_id": str(skeleton_id)}
        file = SentFile("neuron.swc", self.swc.encode())
        answer = await site.write(self.route, form, state=self.state, key=key, file=file)
        back = DeleteNeurons([answer["neuron_id"]])
        return Applied(answer=answer, text="import a skeleton", inverse=(back,))


class NeuronCalls(EditCalls):
    """The edits of this module as calls."""

    rename_neuron = EditCall(RenameNeuron)
    rename_neurons = EditCall(RenameNeurons)
    delete_neurons = EditCall(DeleteNeurons)
    give_neurons = EditCall(GiveNeurons)
    import_skeleton = EditCall(ImportSkeleton)
