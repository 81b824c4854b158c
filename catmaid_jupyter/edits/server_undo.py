"""Undo and redo of servers that keep history: the user's versions are taken back, last first, and brought back."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from catmaid_jupyter.api.errors import Conflict, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.edits.base import JsonObject
from catmaid_jupyter.edits.words import edit_in_words
from catmaid_wire.edits import IDEMPOTENCY_KEY
from catmaid_wire.forms import Form

TakingBack: TypeAlias = Literal["undo", "redo"]

_DONE: dict[TakingBack, str] = {"undo": "undone", "redo": "redone"}


class ServerUndo:
    """Undo and redo in one project.

    An edit that cannot be undone, because others changed the same since, is passed over from then on, until there is
    an edit after it.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._before: int | None = None
        """Edits of this version and later ones are passed over."""

    def edited(self) -> None:
        """To be called after an edit: `undo` then takes back that edit first."""
        self._before = None

    async def take_back(self, what: TakingBack, key: str) -> JsonObject | None:
        """Undo or redo one edit; returns it as `EditJournal.undo` does, None if there is none.

        key : the same for every repetition, so that it is done once.
        """
        form: Form = {"before": self._before} if what == "undo" else {}
        try:
            answer = await self._place.http.request(
                "POST", self._place.path(f"versions/{what}"), form=form, headers={IDEMPOTENCY_KEY: key}
            )
        except NotFound:
            if await self._next(what) is None:
                return None
            raise
        except Conflict as error:
            if what == "redo" or (edit := await self._next(what)) is None:
                raise
            self._before = edit["version"]
            raise Conflict(f"{error.message} Undo again to take back the edit before it.") from None
        return _report(what, answer.json())

    async def _next(self, what: TakingBack) -> JsonObject | None:
        """The edit that would be taken back or brought back."""
        state = await self._place.read_json("GET", "versions/undo", params={"before": self._before})
        edit: JsonObject | None = state[what]
        return edit


def _report(what: TakingBack, answer: JsonObject) -> JsonObject:
    node: dict[str, Any] = answer["node"] or {}
    return {
        _DONE[what]: edit_in_words(answer["edit"]["label"], answer["changes"]),
        "position": [node["x"], node["y"], node["z"]] if node else None,
        "node_id": node.get("id"),
        "skeleton_id": node.get("skeleton_id"),
        "replaced": {},
    }
