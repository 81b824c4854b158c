"""Edits of neurons."""

from __future__ import annotations

from typing import ClassVar

from catmaid_jupyter.edits.base import Applied, Edit, JsonObject
from catmaid_jupyter.edits.calls import EditCall, EditCalls
from catmaid_jupyter.edits.site import Site


class RenameNeuron(Edit[JsonObject], frozen=True):
    """Give a neuron another name."""

    route: ClassVar[str] = "neurons/{neuron_id}/rename"

    neuron_id: int
    name: str

    async def _apply(self, site: Site, key: str) -> Applied:
        answer = await self._write(site, key, {"name": self.name}, self.state)
        back = RenameNeuron(self.neuron_id, answer["old_name"])
        return Applied(answer=answer, text=f"rename neuron {self.neuron_id}", inverse=(back,))


class NeuronCalls(EditCalls):
    """The edits of this module as calls."""

    rename_neuron = EditCall(RenameNeuron)
