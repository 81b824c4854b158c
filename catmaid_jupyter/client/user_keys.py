"""The keys of the viewers' commands that a user has changed, kept on the server for all projects and notebooks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol
from weakref import WeakSet

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.client.client_data import keep_user_datum, user_datum
from catmaid_jupyter.client.naming import did_you_mean, one_name
from catmaid_jupyter.client.public import Public
from catmaid_wire.commands import COMMANDS, COMPANY, ViewerCommand
from catmaid_wire.key_chords import RESERVED_KEYS, read_chord

_STORE: Final = "viewer-keys"
_DATUM: Final = "changed"

ChangedKeys = dict[str, list[str]]
"""Chords by command, of the commands that are changed."""


class KeyedViewer(Protocol):
    """A viewer whose keys are those of its user."""

    project: Any

    def show_user_keys(self, changed: ChangedKeys) -> None:
        """Use these keys from now on."""


_VIEWERS: Final[WeakSet[Any]] = WeakSet()


def follow_user_keys(viewer: KeyedViewer) -> None:
    """Have a viewer told, as long as it lives, when the keys of its user are changed from Python."""
    _VIEWERS.add(viewer)


def place_of_keys(http: Http) -> str:
    """Text that is the same for the same database and user, and does not say which they are."""
    identity = f"{http.database or http.server}\n{http.username}"
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


async def read_user_keys(http: Http) -> ChangedKeys:
    """The keys that the user has changed, as far as they are some."""
    datum = await user_datum(http, _STORE, _DATUM)
    kept = datum.get("keys") if isinstance(datum, dict) else None
    return _only_keys(kept) if isinstance(kept, dict) else {}


async def keep_user_keys(http: Http, changed: Mapping[str, Any]) -> None:
    """Keep the keys that the user has changed."""
    await keep_user_datum(http, _STORE, _DATUM, {"keys": _only_keys(changed)})


class ProjectKeys(Public):
    """The keys of the viewers, which are those of the user in all projects of a server."""

    instance: Any

    @property
    def keys(self) -> pd.DataFrame:
        """All commands of the viewers: command, keys, default keys, whether they are changed, group, what it does."""
        changed = loop.run(read_user_keys(self.instance.http))
        rows = [
            (
                command.name,
                ", ".join(changed.get(command.name, command.keys)),
                ", ".join(command.keys),
                command.name in changed,
                command.group,
                command.what,
            )
            for command in COMMANDS.values()
        ]
        return pd.DataFrame(rows, columns=["command", "keys", "default", "changed", "group", "what"])

    def set_key(self, command: str, *keys: str) -> None:
        """Give a command other keys, in all viewers of the user; without any, it has none.

        command : such as "tracing.next_branch"; `keys` lists them.
        keys : such as "v", "shift+r", "ctrl+[" or "f2".

        `InvalidInput` for a command or key that does not exist, is reserved, or stands for another command.
        """
        named = _require_command(command)
        chords = list(dict.fromkeys(_require_free(key) for key in keys))
        changed = loop.run(read_user_keys(self.instance.http))
        for chord in chords:
            _require_unused(chord, named, changed)
        own = {} if chords == list(named.keys) else {named.name: chords}
        self._keep_keys({name: kept for name, kept in changed.items() if name != named.name} | own)

    def reset_keys(self, *commands: str) -> None:
        """Give commands, or all of them, the keys again that they have by themselves.

        `InvalidInput` for a command that does not exist, or one whose key stands for another command by now.
        """
        named = [_require_command(command) for command in commands]
        changed = loop.run(read_user_keys(self.instance.http)) if named else {}
        for command in named:
            changed.pop(command.name, None)
        for command in named:
            for chord in command.keys:
                _require_unused(chord, command, changed)
        self._keep_keys(changed)

    def _keep_keys(self, changed: ChangedKeys) -> None:
        loop.run(keep_user_keys(self.instance.http, changed))
        for viewer in list(_VIEWERS):
            if viewer.project.instance is self.instance:
                viewer.show_user_keys(changed)


def _only_keys(kept: Mapping[str, Any]) -> ChangedKeys:
    """What are lists of texts by name; a page or another version may have written anything."""
    return {
        str(name): [str(key)[:40] for key in keys][:10]
        for name, keys in kept.items()
        if isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    }


def _require_command(name: str) -> ViewerCommand:
    command = COMMANDS.get(one_name(name, "command"))
    if command is None:
        advice = did_you_mean(name, COMMANDS) or " project.keys lists all commands."
        raise InvalidInput(f"There is no command {name!r:.100}.{advice}")
    return command


def _require_free(key: str) -> str:
    try:
        chord = read_chord(one_name(key, "key"))
    except ValueError as error:
        raise InvalidInput(str(error)) from None
    if chord in RESERVED_KEYS:
        raise InvalidInput(f"{chord} {RESERVED_KEYS[chord]}: take another key.")
    return chord


def _require_unused(chord: str, wanted: ViewerCommand, changed: ChangedKeys) -> None:
    for other in _company(wanted):
        if other.name != wanted.name and chord in changed.get(other.name, other.keys):
            raise InvalidInput(
                f"{chord} stands for {other.name} ({other.what}): give that another key first, "
                f"with project.set_key({other.name!r}, ...)."
            )


def _company(command: ViewerCommand) -> Iterable[ViewerCommand]:
    """The commands that a viewer has together with one."""
    kind = command.name.partition(".")[0]
    kinds = next((kinds for kinds in COMPANY if kind in kinds), (kind,))
    return (other for other in COMMANDS.values() if other.name.partition(".")[0] in kinds)
