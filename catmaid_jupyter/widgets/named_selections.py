"""What was found goes into selections, by the names that a widget knows them by."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.selection import Selection

NEW: Final = "new"
_WAYS: Final = (NEW, "add", "replace", "remove")


class NamedSelections:
    """Selections by name. `changed` is called when there is another one."""

    def __init__(self, project: Any, given: Mapping[str, Selection], changed: Callable[[], None]) -> None:
        for name, selection in given.items():
            if not isinstance(selection, Selection):
                raise InvalidInput(f"selections are Selections by name, not {type(selection).__name__}.")
            if selection.project != project:
                raise InvalidInput(f"The selection {name!r} is of another project, or of another version of it.")
        self._project = project
        self._changed = changed
        self.by_name = dict(given)

    def put(self, skeleton_ids: Sequence[int], way: str, name: str) -> str:
        """Put skeletons into a selection, take them out, or let it have these only; says what was done."""
        if way not in _WAYS:
            raise InvalidInput(f"Neurons go into a selection by {', '.join(_WAYS)}, not {way!r}.")
        ids = np.array(skeleton_ids, np.int64)
        if way == NEW:
            name = self._new_name()
            self.by_name[name] = Selection(self._project)
            self._changed()
        selection = self.by_name.get(name)
        if selection is None:
            raise NotFound(f"There is no selection {name!r} here. There are: {', '.join(self.by_name) or 'none'}.")
        before = len(selection)
        if way == "replace":
            kept = set(skeleton_ids)
            selection.remove(np.array([one for one in selection.skeleton_ids if one not in kept], np.int64))
        if way == "remove":
            selection.remove(ids)
            return f"{_counted(before - len(selection))} out of {name}, which has {len(selection):,} now."
        selection.add(ids)
        if way == "add":
            return f"{_counted(len(selection) - before)} new in {name}, which has {len(selection):,} now."
        return f"{name} has {_counted(len(selection))} now."

    def _new_name(self) -> str:
        number = len(self.by_name) + 1
        while f"selection {number}" in self.by_name:
            number += 1
        return f"selection {number}"


def _counted(count: int) -> str:
    return f"{count:,} neuron" if count == 1 else f"{count:,} neurons"
