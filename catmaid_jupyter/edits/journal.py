"""The edits of one project through one connection: their order, their keys, how often they are tried, and undo.

- **Order.** Edits are applied one after the other, in the order of the calls. While one waits for a service that is
  away, others take their turn.
- **Key.** Each edit has a key, a UUID, that all its repetitions carry. A service that honours keys (capability
  `idempotency`) applies it once, and answers a repetition with the first answer; so an edit whose answer got lost is
  sent again and still happens once. What it had read before it was interrupted is kept until then, so that the
  repetition is the same request.
- **Retries.** A request whose connection breaks is sent again up to three times, within two seconds (`api.http`).
  After that a plain call (`project.edit`, `project.undo`) raises `Unreachable`. A widget passes an `Outage`: its edit
  is tried again, after `PAUSES`, until the service answers, however long that takes.
- **Other CATMAID servers** do not honour keys: there an edit that may have arrived is never sent twice, and
  `Unreachable` is raised, also for widgets.
- **Undo and redo** are the server's where it keeps history (see `server_undo`): of all that the user edited in the
  project, in whatever window or program, with the ids of what comes back.
- **Undo elsewhere** applies the inverses of the last edit, of at most `UNDO_DEPTH` edits, by the same rules. It is
  refused with `Conflict` if somebody else has changed the nodes since. There is no redo.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from itertools import chain, repeat
from typing import Any, Final, TypeVar

from catmaid_jupyter.api.errors import Unreachable
from catmaid_jupyter.api.patience import OUTAGE_PAUSES_S
from catmaid_jupyter.api.place import HISTORY, Place
from catmaid_jupyter.edits.base import Applied, Edit, JsonObject, KeyedEdit, new_key
from catmaid_jupyter.edits.registry import read_edit
from catmaid_jupyter.edits.server_undo import ServerUndo, TakingBack
from catmaid_jupyter.edits.site import Site
from catmaid_jupyter.edits.undo import OwnEditionTimes, UndoableEdit

T = TypeVar("T")

UNDO_DEPTH: Final = 100
"""Edits that can be undone."""

PAUSES: tuple[float, ...] = OUTAGE_PAUSES_S
"""Seconds before each further attempt at an edit of a widget; the last one repeats."""

Report = Callable[[bool, str, int], None]
"""Called with whether the service answers, a sentence about it, and the number of edits that wait."""


class Outage:
    """The edits of one widget that wait while the service does not answer.

    report : called when the service goes away, when more edits wait for it, and when it is back.
    """

    def __init__(self, report: Report) -> None:
        self._report_to = report
        self._waiting = 0
        self._up = True
        self._message = ""
        self._retry = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Edits that wait for the service."""
        return self._waiting

    def service_changed(self, up: bool, message: str) -> None:
        """To be called when others notice that the service went away or is back; the latter ends a pause."""
        if up:
            self._retry.set()
        self._report(up=up, message=message, again=not up and message != self._message)

    async def outlast(self, attempt: Callable[[], Awaitable[T]], *, repeatable: bool) -> T:
        """Make attempts until one does not raise `Unreachable`; only one if it is not repeatable."""
        waits = False
        try:
            for pause in chain(PAUSES, repeat(PAUSES[-1])):
                try:
                    result = await attempt()
                except Unreachable as error:
                    if not repeatable:
                        raise
                    # Others may have heard meanwhile that the service is back: then it is away again.
                    first, waits = not waits, True
                    self._waiting += first
                    self._report(up=False, message=str(error), again=first)
                else:
                    self._report(up=True, message="The service answers again.")
                    return result
                await self._pause(pause)
        finally:
            self._waiting -= waits
        raise AssertionError("the pauses never end")

    async def _pause(self, seconds: float) -> None:
        self._retry.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._retry.wait()
        except TimeoutError:
            pass

    def _report(self, *, up: bool, message: str, again: bool = False) -> None:
        if up != self._up or again:
            self._up, self._message = up, message
            self._report_to(up, message, self._waiting)


class EditJournal:
    """The edits of one connection in one project, used on the background loop; its rules are in the module's text."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._turn = asyncio.Lock()
        self._known: dict[str, Site | Applied] = {}
        """By key: what an interrupted edit has read; and how the last edit ended."""
        self._undoable: list[UndoableEdit] = []
        self._times = OwnEditionTimes(place)
        self._server_undo = ServerUndo(place) if HISTORY in place.capabilities else None

    async def perform(
        self,
        op: str,
        args: Mapping[str, Any],
        state: str | None = None,
        key: str | None = None,
        *,
        group: str | None = None,
        outage: Outage | None = None,
    ) -> JsonObject:
        """Apply an edit and return the server's answer in CATMAID's shape.

        op : the name of an edit, as in `registry.EDITS`.
        args : its fields; lengths in nm.
        state : CATMAID's state JSON, what the author saw; None takes the present state from the server.
        key : UUID that stays the same when the same edit is tried again after `Unreachable`; None makes one.
        group : UUID of edits that are undone together; None for one that is undone alone.
        outage : where the edit waits while the service is away; None raises `Unreachable` instead.

        Raises `InvalidInput`, `Conflict`, `NotAllowed`, `NotFound`, `Unreachable`.
        """
        edit = read_edit(op, args if state is None else {**args, "state": state})
        return (await self.apply(edit, key, group=group, outage=outage)).answer

    async def apply(
        self, edit: Edit[Any], key: str | None = None, *, group: str | None = None, outage: Outage | None = None
    ) -> Applied:
        """Apply an edit given as a value and remember how to take it back."""
        step = KeyedEdit(edit, key or new_key(), group)
        return await self._tried(lambda: self._apply_in_turn(step), outage)

    async def undo(self, key: str | None = None, *, outage: Outage | None = None) -> JsonObject | None:
        """Take the last own edit back.

        key : UUID that stays the same when the same undo is tried again, on servers with history; None makes one.

        Returns what was undone, `{"undone": text, "position": [x, y, z] nm or None, "replaced": {old: new id}}`, from
        servers with history also `"node_id"` and `"skeleton_id"` of a node that changed; None if there is nothing to
        undo. Raises `Conflict` if somebody else changed the same since; a further call takes back the edit before.
        After `Unreachable` a further call goes on where this one stopped.
        """
        self._place.require_present()
        if self._server_undo is not None:
            undo_key = key or new_key()
            return await self._tried(lambda: self._by_server("undo", undo_key), outage)
        return await self._tried(self._undo_in_turn, outage)

    async def redo(self, key: str | None = None, *, outage: Outage | None = None) -> JsonObject | None:
        """Bring the edit back that was undone last, if nothing was edited since.

        key : as `undo` takes it.

        Returns what was brought back, as `undo` does with `redone` for `undone`, or None if there is nothing. Raises
        `Conflict` as `undo` does, and `InvalidInput` on servers without history.
        """
        self._place.require_present()
        self._place.require_history("redo")
        redo_key = key or new_key()
        return await self._tried(lambda: self._by_server("redo", redo_key), outage)

    @property
    def undoable(self) -> str | None:
        """What `undo` would take back next, in words."""
        return self._undoable[-1].text if self._undoable else None

    async def _tried(self, attempt: Callable[[], Awaitable[T]], outage: Outage | None) -> T:
        if outage is None:
            return await attempt()
        return await outage.outlast(attempt, repeatable=self._place.http.honours_keys)

    async def _apply_in_turn(self, step: KeyedEdit) -> Applied:
        async with self._turn:
            known = self._known.get(step.key)
            if isinstance(known, Applied):
                return known
            applied = await self._apply(step)
            if self._server_undo is not None:
                self._server_undo.edited()
            elif applied.inverse:
                self._undoable = [*self._undoable, UndoableEdit.of(applied)][-UNDO_DEPTH:]
            # Of the edits that ended only the last one is asked for again: by a caller that lost its answer.
            interrupted = {key: entry for key, entry in self._known.items() if isinstance(entry, Site)}
            self._known = {**interrupted, step.key: applied}
        return applied

    async def _by_server(self, what: TakingBack, key: str) -> JsonObject | None:
        async with self._turn:
            assert self._server_undo is not None, "required by both callers"
            return await self._server_undo.take_back(what, key)

    async def _undo_in_turn(self) -> JsonObject | None:
        async with self._turn:
            if not self._undoable:
                return None
            undoable = self._undoable.pop()
            while undoable.inverse:
                try:
                    replaces = await self._take_back(undoable.inverse[0])
                except Unreachable:
                    self._undoable.append(undoable)
                    raise
                undoable = undoable.after_first(replaces)
            return undoable.report()

    async def _take_back(self, step: KeyedEdit) -> Mapping[int, int]:
        if step.key not in self._known:
            await self._times.require_unchanged(step.edit.guards)
        applied = await self._apply(step)
        self._undoable = [undoable.renamed(applied.replaces) for undoable in self._undoable]
        return applied.replaces

    async def _apply(self, step: KeyedEdit) -> Applied:
        if self._server_undo is not None:
            return await self._send(step)
        before = await self._times.before(step.edit)
        applied = await self._send(step)
        await self._times.learn(applied, before)
        return applied

    async def _send(self, step: KeyedEdit) -> Applied:
        known = self._known.pop(step.key, None)
        site = known if isinstance(known, Site) else self._site(step)
        site.restart()
        try:
            return await step.edit.apply(site, step.key)
        except Unreachable:
            if self._place.http.honours_keys:
                self._known[step.key] = site
            raise

    def _site(self, step: KeyedEdit) -> Site:
        # Elsewhere nobody reads what belongs together.
        return Site(self._place, (step.group or step.key) if self._server_undo is not None else None)
