"""The history of a project in people's hands: versions, pins, undo, redo, revert."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client import history
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.edits.journal import EditJournal


class ProjectHistory(Public):
    """What `Project` does with versions."""

    as_of: int | None
    place: Place
    edits: EditJournal

    @property
    def version(self) -> int:
        """The newest version that can be read for ever, or the one that this project is as of."""
        return self.as_of or loop.run(history.version(self.place))

    @property
    def pins(self) -> pd.DataFrame:
        """Named versions: name str, version int64, creator str, time datetime64[us, UTC], note str."""
        return loop.run(history.pins(self.place))

    def pin(self, name: str, note: str = "", *, version: int | None = None, exist_ok: bool = False) -> int:
        """Give a version a name, which it keeps for ever; returns the version.

        name : any that is not a number or a time; each once in a project.
        note : what it is for.
        version : by default the newest, or the one that this project is as of.
        exist_ok : whether a pin of this name that there is already is taken as it is, whatever its version and note:
            for notebooks, which are run again.

        Raises `InvalidInput` if the name is taken.
        """
        if exist_ok:
            taken = self.pins.set_index("name")["version"]
            if name in taken:
                return int(taken[name])
        return loop.run(history.pin(self.place, name, note, version or self.as_of))

    def undo(self) -> str | None:
        """Take back the user's last edit in the project, with the ids of what it deleted; can be called again.

        It may have been made in any window or program. On servers other than catmaid_jupyter's: the last edit of
        this connection.

        Returns what was undone, or None if there was nothing. Raises `Conflict` if others changed the same since; the
        next call takes back the edit before.
        """
        undone = loop.run(self.edits.undo())
        return None if undone is None else str(undone["undone"])

    def redo(self) -> str | None:
        """Bring back the edit that was undone last, if the user has edited nothing since.

        Returns what was brought back, or None if there was nothing. Raises `Conflict` if others changed the same
        since, `InvalidInput` on servers other than catmaid_jupyter's.
        """
        redone = loop.run(self.edits.redo())
        return None if redone is None else str(redone["redone"])

    def revert(self, versions: int | Iterable[int], *, dry_run: bool = False) -> pd.DataFrame:
        """Take versions back, one or several together, whoever wrote them: all, or none.

        What they created goes; what they changed or deleted is as it was, with its ids. This is a version, too, and
        can be taken back.

        dry_run : only tell what would change; `frame.attrs["conflicts"]` has what is in the way.

        Returns table str, created, changed, deleted int64: rows that the versions had created, changed, deleted.
        Raises `Conflict` if others changed the same since, `NotAllowed` if the user may not edit all of it.
        """
        wanted = [int(versions)] if isinstance(versions, int | np.integer) else [int(version) for version in versions]
        return loop.run(history.revert(self.place, wanted, dry_run=dry_run))
