"""The questions before edits that a user does not want to be asked, kept on the server for all projects."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any, Final, Protocol
from weakref import WeakSet

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.client.client_data import keep_user_datum, user_datum
from catmaid_jupyter.client.naming import did_you_mean
from catmaid_jupyter.client.public import Public

QUESTIONS: Final = MappingProxyType(
    {
        "split": "before a skeleton is split: the part with the root keeps the name, both parts keep all annotations",
        "join": "before skeletons are joined: the active one keeps its name, the result has the annotations of both",
        "reroot": "before another node becomes the root",
        "delete": "before a node goes with links, or a connector with several",
    }
)
"""When questions are asked, and what is done where they are not."""

_STORE: Final = "viewer-questions"
_DATUM: Final = "unasked"


class AskingLayer(Protocol):
    """A layer that asks its user before edits."""

    project: Any

    def show_unasked(self, unasked: list[str]) -> None:
        """Ask these questions no more, and all others."""


_LAYERS: Final[WeakSet[Any]] = WeakSet()


def follow_unasked(layer: AskingLayer) -> None:
    """Have a layer told, as long as it lives, when the user wants other questions."""
    _LAYERS.add(layer)


async def read_unasked(http: Http) -> list[str]:
    """The questions that the user does not want, in their order."""
    datum = await user_datum(http, _STORE, _DATUM)
    kept = datum.get("questions") if isinstance(datum, dict) else None
    return _known(kept) if isinstance(kept, list) else []


async def keep_unasked(instance: Any, unasked: Iterable[str]) -> None:
    """Keep the questions that the user does not want, and tell the layers of this connection."""
    kept = _known(unasked)
    for layer in list(_LAYERS):
        if layer.project.instance is instance:
            layer.show_unasked(kept)
    await keep_user_datum(instance.http, _STORE, _DATUM, {"questions": kept})


class ProjectQuestions(Public):
    """The questions of the viewers before edits, which are those of the user in all projects of a server."""

    instance: Any

    @property
    def questions(self) -> dict[str, bool]:
        """Whether viewers ask the user before a `split`, a `join`, a `reroot` and a `delete` of more than a node."""
        unasked = loop.run(read_unasked(self.instance.http))
        return {name: name not in unasked for name in QUESTIONS}

    def ask_before(self, **asked: bool) -> None:
        """Switch questions on or off, in all viewers of the user: ``project.ask_before(split=False)``.

        Without its question a split leaves the name to the part with the root and all annotations to both parts; a
        join leaves the name to the active neuron and unites the annotations.

        `InvalidInput` for a question that does not exist.
        """
        for name in asked:
            if name not in QUESTIONS:
                advice = did_you_mean(name, QUESTIONS) or f" There are: {', '.join(QUESTIONS)}."
                raise InvalidInput(f"There is no question {name!r:.100}.{advice}")
        wanted = self.questions | asked
        loop.run(keep_unasked(self.instance, [name for name, is_asked in wanted.items() if not is_asked]))


def _known(names: Iterable[Any]) -> list[str]:
    """In their order; a page or another version may have written anything."""
    listed = [name for name in names if isinstance(name, str)]
    return [name for name in QUESTIONS if name in listed]
