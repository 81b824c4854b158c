"""The attributes that `dir` and completion show for objects of this package."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar


class Public:
    """An object whose `dir` lists what users may call: public names, without those of `_internal`."""

    __slots__ = ()

    _internal: ClassVar[frozenset[str]] = frozenset()
    """Public names that are for other modules of this package."""

    def __dir__(self) -> Iterable[str]:
        names = super().__dir__()
        return sorted(name for name in names if not name.startswith("_") and name not in self._internal)
