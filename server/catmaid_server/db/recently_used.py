"""Values by key, up to so many bytes; those that were not used for longest go first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

ENTRY_BYTES = 512
"""What an entry takes beside its own bytes, about."""


class RecentlyUsed(Generic[Key, Value]):
    """Values in memory, up to `capacity` bytes together. `forgotten` is called with each key that is here no more."""

    def __init__(self, capacity: int, forgotten: Callable[[Key], None] | None = None) -> None:
        self.capacity = capacity
        self._forgotten = forgotten
        self._size = 0
        self._entries: OrderedDict[Key, tuple[Value, int]] = OrderedDict()

    @property
    def size(self) -> int:
        """Bytes of all values together."""
        return self._size

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    def find(self, key: Key) -> Value | None:
        """The value of a key; None if there is none."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def keep(self, key: Key, value: Value, size: int) -> None:
        """Keep a value of `size` bytes, in place of an earlier one; not at all if it is larger than there is room."""
        self.forget(key)
        if size + ENTRY_BYTES > self.capacity:
            return
        self._entries[key] = (value, size + ENTRY_BYTES)
        self._size += size + ENTRY_BYTES
        while self._size > self.capacity:
            self.forget(next(iter(self._entries)))

    def forget(self, key: Key) -> None:
        """Forget a value, if there is one."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._size -= entry[1]
            if self._forgotten is not None:
                self._forgotten(key)
