"""Edits of a project, with exactly-once keys and an undo stack.

Operation names and their arguments are the classes in `operations`; `OPERATIONS` lists them.
"""

from __future__ import annotations

import asyncio
import dataclasses
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import msgspec

from catmaid_jupyter.api.errors import Conflict, InvalidInput, Unreachable
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.edits.base import Applied, Edit, Position
from catmaid_jupyter.edits.connectors import (
    CreateConnector,
    CreateLink,
    DeleteConnector,
    DeleteLink,
)
from catmaid_jupyter.edits.labels import RemoveLabel, RenameNeuron, SetLabels
from catmaid_jupyter.edits.nodes import (
    CreateTreenode,
    DeleteTreenode,
    InsertTreenode,
    MoveNodes,
    SetConfidence,
    SetRadius,
)
from catmaid_jupyter.edits.site import Site, same_moment
from catmaid_jupyter.edits.skeletons import JoinSkeletons, RerootSkeleton, SplitSkeleton

UNDO_DEPTH = 100

OPERATIONS: Mapping[str, type[Edit]] = MappingProxyType(
    {
        "create_treenode": CreateTreenode,
        "insert_treenode": InsertTreenode,
        "delete_treenode": DeleteTreenode,
        "move_nodes": MoveNodes,
        "set_radius": SetRadius,
        "set_confidence": SetConfidence,
        "create_connector": CreateConnector,
        "delete_connector": DeleteConnector,
        "create_link": CreateLink,
        "delete_link": DeleteLink,
        "join_skeletons": JoinSkeletons,
        "split_skeleton": SplitSkeleton,
        "reroot_skeleton": RerootSkeleton,
        "set_labels": SetLabels,
        "remove_label": RemoveLabel,
        "rename_neuron": RenameNeuron,
    }
)


@dataclass(frozen=True, slots=True)
class _Step:
    edit: Edit
    key: str


@dataclass(frozen=True, slots=True)
class _Done:
    """An edit of ours and the steps that take it back."""

    text: str
    position: Position | None
    steps: tuple[_Step, ...]

    def renamed(self, replaces: Mapping[int, int]) -> _Done:
        steps = tuple(_Step(step.edit.renamed(replaces), step.key) for step in self.steps)
        return dataclasses.replace(self, steps=steps)


class Edits:
    """The edits of one connection in one project, asynchronous; used on the background loop.

    They are applied one after the other, in the order of the calls.
    """

    def __init__(self, http: Http, project_id: int) -> None:
        self._http = http
        self._project_id = project_id
        self._done: list[_Done] = []
        self._last: tuple[str, Applied] | None = None
        self._times: dict[int, str] = {}
        self._interrupted: dict[str, Site] = {}
        self._turn = asyncio.Lock()

    async def perform(
        self, op: str, args: Mapping[str, Any], state: str | None = None, key: str | None = None
    ) -> dict[str, Any]:
        """Apply an edit and return the server's answer in CATMAID's shape.

        op : a name in `OPERATIONS`.
        args : its fields; lengths in nm.
        state : CATMAID's state JSON, what the user saw; None takes the present state from the server.
        key : UUID that stays the same when the same edit is tried again after `Unreachable`; a service that
            remembers keys applies it once.

        Raises `InvalidInput`, `Conflict`, `NotAllowed`, `NotFound`, `Unreachable`.
        """
        return (await self.apply(read_edit(op, args), state, key)).answer

    async def apply(self, edit: Edit, state: str | None = None, key: str | None = None) -> Applied:
        """Apply an edit given as a value and remember how to take it back."""
        step = _Step(edit, key or str(uuid.uuid4()))
        async with self._turn:
            if self._last is not None and self._last[0] == step.key:
                return self._last[1]
            applied = await self._apply(step, state)
            if applied.inverse:
                steps = tuple(_Step(inverse, str(uuid.uuid4())) for inverse in applied.inverse)
                done = _Done(applied.text, applied.position, steps)
                self._done = [*self._done, done][-UNDO_DEPTH:]
            self._last = step.key, applied
        return applied

    async def undo(self) -> dict[str, Any] | None:
        """Take the last own edit back by its inverse.

        Returns what was undone, `{"undone": text, "position": [x, y, z] nm or None, "replaced": {old: new id}}`,
        or None if there is nothing to undo. Raises `Conflict` if somebody else changed the nodes since; the
        edit is then forgotten. After `Unreachable` a further call goes on where this one stopped.
        """
        async with self._turn:
            if not self._done:
                return None
            done = self._done.pop()
            replaced: dict[int, int] = {}
            for index, step in enumerate(done.steps):
                try:
                    replaced |= await self._take_back(_Step(step.edit.renamed(replaced), step.key))
                except Unreachable:
                    rest = dataclasses.replace(done, steps=done.steps[index:])
                    self._done.append(rest.renamed(replaced))
                    raise
            return {
                "undone": done.text,
                "position": None if done.position is None else list(done.position),
                "replaced": {str(old): new for old, new in replaced.items()},
            }

    @property
    def undoable(self) -> str | None:
        """What `undo` would take back next, in words."""
        return self._done[-1].text if self._done else None

    async def _take_back(self, step: _Step) -> Mapping[int, int]:
        if step.key not in self._interrupted:
            await self._require_unchanged(step.edit.guards)
        applied = await self._apply(step, None)
        for old, new in applied.replaces.items():
            self._times.pop(old, None)
            self._done = [done.renamed({old: new}) for done in self._done]
        return applied.replaces

    async def _require_unchanged(self, node_ids: frozenset[int]) -> None:
        ours = {node: self._times[node] for node in node_ids if node in self._times}
        now = await self._times_now(ours)
        changed = [str(node) for node, time in ours.items() if not same_moment(now.get(node), time)]
        if changed:
            raise Conflict(f"This cannot be undone: somebody else has changed node {', '.join(changed)} since.")

    async def _apply(self, step: _Step, state: str | None) -> Applied:
        """Apply, and learn the new times of those nodes of ours that nobody else had touched."""
        before = await self._times_now(self._times) if step.edit.stamps_many else {}
        applied = await self._send(step, state)
        untouched = {node: time for node, time in self._times.items() if same_moment(before.get(node), time)}
        self._times |= await self._times_now(untouched)
        self._times |= applied.times
        return applied

    async def _send(self, step: _Step, state: str | None) -> Applied:
        site = self._interrupted.pop(step.key, None) or Site(self._http, self._project_id)
        site.again()
        try:
            return await step.edit.apply(site, state, step.key)
        except Unreachable:
            if self._http.honours_keys:
                self._interrupted[step.key] = site
            raise

    async def _times_now(self, node_ids: Mapping[int, str]) -> dict[int, str]:
        if not node_ids:
            return {}
        seen = await Site(self._http, self._project_id).nodes(list(node_ids), list(node_ids))
        return {node.id: node.edition_time for node in (*seen.treenodes.values(), *seen.connectors.values())}


def read_edit(op: str, args: Mapping[str, Any]) -> Edit:
    """The edit that a name and arguments stand for; `InvalidInput` says which argument is wrong."""
    kind = OPERATIONS.get(op)
    if kind is None:
        raise InvalidInput(f"There is no edit named {op!r}. There are: {', '.join(OPERATIONS)}")
    try:
        return msgspec.convert(dict(args), kind)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"{op}: {error}") from None
