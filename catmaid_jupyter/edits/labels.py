"""Edits of labels (node tags)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, Literal, TypeAlias

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.edits.base import Applied, Edit, JsonObject
from catmaid_jupyter.edits.calls import EditCall, EditCalls
from catmaid_jupyter.edits.site import Site
from catmaid_wire.forms import Form

LabelledKind: TypeAlias = Literal["treenode", "connector"]
"""What a label is on."""


class SetLabels(Edit[JsonObject], frozen=True):
    """Give a node labels; those that others gave it stay.

    kind : what the node is.
    delete_existing : whether own labels that are not listed are removed.
    """

    route: ClassVar[str] = "label/{kind}/{node_id}/update"
    node_fields: ClassVar[tuple[str, ...]] = ("node_id",)

    node_id: int
    labels: Collection[str]
    kind: LabelledKind = "treenode"
    delete_existing: bool = True

    async def _apply(self, site: Site, key: str) -> Applied:
        for label in self.labels:
            if "," in label:
                raise InvalidInput(f"A label cannot contain a comma: {label!r}")
        form: Form = {"tags": ",".join(self.labels), "delete_existing": self.delete_existing}
        answer = await self._write(site, key, form, self.state)
        added, removed = answer["new_labels"], answer["deleted_labels"]
        back: list[Edit[Any]] = [RemoveLabel(self.node_id, label, self.kind) for label in added]
        if removed:
            back.append(SetLabels(self.node_id, tuple(removed), self.kind, delete_existing=False))
        return Applied(answer=answer, text=f"label {self.kind} {self.node_id}", inverse=tuple(back))


class RemoveLabel(Edit[JsonObject], frozen=True):
    """Take one label off a node.

    kind : what the node is.
    """

    route: ClassVar[str] = "label/{kind}/{node_id}/remove"
    node_fields: ClassVar[tuple[str, ...]] = ("node_id",)

    node_id: int
    label: str
    kind: LabelledKind = "treenode"

    async def _apply(self, site: Site, key: str) -> Applied:
        answer = await self._write(site, key, {"tag": self.label}, self.state)
        back = SetLabels(self.node_id, (self.label,), self.kind, delete_existing=False)
        return Applied(answer=answer, text=f"remove label {self.label!r} from {self.node_id}", inverse=(back,))


class LabelCalls(EditCalls):
    """The edits of this module as calls."""

    set_labels = EditCall(SetLabels)
    remove_label = EditCall(RemoveLabel)
