"""The user's own edits, for `undo` on servers that cannot take versions back."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from catmaid_jupyter.api.errors import Conflict
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.edits.base import Applied, Edit, JsonObject, KeyedEdit, Position, new_key
from catmaid_jupyter.edits.site import Site, same_time


@dataclass(frozen=True, slots=True)
class UndoableEdit:
    """An edit that was applied, and the edits that take it back, in order.

    text : the edit in words.
    position : where it happened, nm.
    replaced : ids of nodes that are back under a new id, old to new, as far as it is taken back already.
    """

    text: str
    position: Position | None
    inverse: tuple[KeyedEdit, ...]
    replaced: Mapping[int, int] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, applied: Applied) -> UndoableEdit:
        """The edits that take back an edit that the server confirmed."""
        return cls(applied.text, applied.position, tuple(KeyedEdit(edit, new_key()) for edit in applied.inverse))

    def renamed(self, replaces: Mapping[int, int]) -> UndoableEdit:
        """The same where nodes have other ids."""
        inverse = tuple(KeyedEdit(step.edit.renamed(replaces), step.key) for step in self.inverse)
        return dataclasses.replace(self, inverse=inverse)

    def after_first(self, replaces: Mapping[int, int]) -> UndoableEdit:
        """The rest to take back after the first edit of `inverse`, which replaced some ids."""
        rest = dataclasses.replace(self, inverse=self.inverse[1:], replaced={**self.replaced, **replaces})
        return rest.renamed(replaces)

    def report(self) -> JsonObject:
        """A description of what was undone, as `EditJournal.undo` returns it."""
        return {
            "undone": self.text,
            "position": None if self.position is None else list(self.position),
            "replaced": {str(old): new for old, new in self.replaced.items()},
        }


class OwnEditionTimes:
    """Edition times that own edits gave to nodes, which show whether somebody else has changed a node since."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._times: dict[int, str] = {}

    async def require_unchanged(self, node_ids: Collection[int]) -> None:
        """Raise `Conflict` if somebody else has changed one of the nodes."""
        own = {node: self._times[node] for node in node_ids if node in self._times}
        now = await self._read(own)
        changed = [str(node) for node, time in own.items() if not same_time(now.get(node), time)]
        if changed:
            raise Conflict(f"This cannot be undone: somebody else has changed node {', '.join(changed)} since.")

    async def before(self, edit: Edit[Any]) -> Mapping[int, str]:
        """The present times of nodes whose times an edit may change without saying so."""
        return await self._read(self._times) if edit.changes_unlisted_nodes else {}

    async def learn(self, applied: Applied, before: Mapping[int, str]) -> None:
        """Take the times that an edit gave to nodes; of unlisted nodes only if nobody else had changed them.

        before : what the method of this name returned before the edit.
        """
        untouched = {node: time for node, time in self._times.items() if same_time(before.get(node), time)}
        self._times |= await self._read(untouched)
        self._times |= applied.times
        for old in applied.replaces:
            self._times.pop(old, None)

    async def _read(self, node_ids: Mapping[int, str]) -> dict[int, str]:
        if not node_ids:
            return {}
        seen = await Site(self._place).nodes(list(node_ids), list(node_ids))
        return {node.id: node.edition_time for node in (*seen.treenodes.values(), *seen.connectors.values())}
