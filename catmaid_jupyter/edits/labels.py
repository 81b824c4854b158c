"""Edits of labels (node tags) and neuron names."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.edits.base import Applied, Edit
from catmaid_jupyter.edits.site import Site
from catmaid_wire.forms import Form

NodeKind: TypeAlias = Literal["treenode", "connector"]


class SetLabels(Edit, frozen=True, kw_only=True):
    """Give a node labels; those that others gave it stay.

    delete_existing : whether own labels that are not listed are removed.
    """

    node_fields: ClassVar[tuple[str, ...]] = ("node_id",)

    node_id: int
    labels: tuple[str, ...]
    kind: NodeKind = "treenode"
    delete_existing: bool = True

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        for label in self.labels:
            if "," in label:
                raise InvalidInput(f"A label cannot contain a comma: {label!r}")
        form: Form = {"tags": ",".join(self.labels), "delete_existing": self.delete_existing}
        answer = await site.write(f"label/{self.kind}/{self.node_id}/update", form, state=state, key=key)
        added, removed = answer["new_labels"], answer["deleted_labels"]
        back: list[Edit] = [RemoveLabel(node_id=self.node_id, kind=self.kind, label=label) for label in added]
        if removed:
            back.append(SetLabels(node_id=self.node_id, kind=self.kind, labels=tuple(removed), delete_existing=False))
        return Applied(answer=answer, text=f"label {self.kind} {self.node_id}", inverse=tuple(back))


class RemoveLabel(Edit, frozen=True, kw_only=True):
    """Take one label off a node."""

    node_fields: ClassVar[tuple[str, ...]] = ("node_id",)

    node_id: int
    label: str
    kind: NodeKind = "treenode"

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        path = f"label/{self.kind}/{self.node_id}/remove"
        answer = await site.write(path, {"tag": self.label}, state=state, key=key)
        back = SetLabels(node_id=self.node_id, kind=self.kind, labels=(self.label,), delete_existing=False)
        return Applied(answer=answer, text=f"remove label {self.label!r} from {self.node_id}", inverse=(back,))


class RenameNeuron(Edit, frozen=True, kw_only=True):
    """Give a neuron another name."""

    neuron_id: int
    name: str

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        answer = await site.write(f"neurons/{self.neuron_id}/rename", {"name": self.name}, state=state, key=key)
        back = RenameNeuron(neuron_id=self.neuron_id, name=answer["old_name"])
        return Applied(answer=answer, text=f"rename neuron {self.neuron_id}", inverse=(back,))
