"""The hints of viewers that a user has seen, kept on the server for all projects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.client.client_data import keep_user_datum, user_datum
from catmaid_jupyter.client.public import Public

HINTS: Final = ("start", "node", "keys")
"""Hints in the order in which they come: how to begin, what the active node is for, where the keys are."""

_STORE: Final = "viewer-hints"
_DATUM: Final = "seen"


async def read_seen_hints(http: Http) -> list[str]:
    """The hints that the user has seen, in their order."""
    datum = await user_datum(http, _STORE, _DATUM)
    kept = datum.get("hints") if isinstance(datum, dict) else None
    return _known(kept) if isinstance(kept, list) else []


async def keep_seen_hints(http: Http, seen: Iterable[str]) -> None:
    """Keep which hints the user has seen."""
    await keep_user_datum(http, _STORE, _DATUM, {"hints": _known(seen)})


class ProjectHints(Public):
    """The hints of the viewers for whoever uses them for the first time."""

    instance: Any

    def show_hints(self, *, again: bool = True) -> None:
        """Have viewers show their hints for beginners again, or with `again=False` none of them any more.

        It holds for the user in all projects of the server, for viewers that are shown from now on.
        """
        loop.run(keep_seen_hints(self.instance.http, [] if again else HINTS))


def _known(names: Iterable[Any]) -> list[str]:
    """In their order; a page or another version may have written anything."""
    listed = [name for name in names if isinstance(name, str)]
    return [name for name in HINTS if name in listed]
