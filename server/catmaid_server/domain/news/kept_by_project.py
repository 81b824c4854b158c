"""Values kept in memory by project and group, so that those of a group or of a project are found to be forgotten."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from typing import Generic, TypeVar

from catmaid_server.db.recently_used import RecentlyUsed

Group = TypeVar("Group", bound=Hashable)
Item = TypeVar("Item", bound=Hashable)
Value = TypeVar("Value")


class KeptByProject(Generic[Group, Item, Value]):
    """Values up to `capacity` bytes together; those that were not used for longest go first."""

    def __init__(self, capacity: int) -> None:
        self._values: RecentlyUsed[tuple[int, Group, Item], Value] = RecentlyUsed(
            capacity, forgotten=self._note_forgotten
        )
        self._groups: dict[int, dict[Group, set[Item]]] = {}
        """The items of which there are values, by project and group; none is empty."""

    @property
    def capacity(self) -> int:
        """Bytes."""
        return self._values.capacity

    @property
    def size(self) -> int:
        """Bytes of all values together."""
        return self._values.size

    def find(self, project_id: int, group: Group, item: Item) -> Value | None:
        """A value; None if there is none."""
        return self._values.find((project_id, group, item))

    def keep(self, project_id: int, group: Group, item: Item, value: Value, size: int) -> None:
        """Keep a value of `size` bytes, in place of an earlier one; not at all if it is larger than there is room."""
        key = (project_id, group, item)
        self._values.keep(key, value, size)
        if key in self._values:
            self._groups.setdefault(project_id, {}).setdefault(group, set()).add(item)

    def groups(self, project_id: int) -> list[Group]:
        """The groups of a project of which there are values."""
        return list(self._groups.get(project_id, {}))

    def items(self, project_id: int, group: Group) -> frozenset[Item]:
        """The items of a group of which there are values."""
        return frozenset(self._groups.get(project_id, {}).get(group, ()))

    def forget(self, project_id: int, group: Group, items: Collection[Item] | None = None) -> None:
        """Forget values of a group, those of all its items if none are given."""
        for item in self.items(project_id, group) if items is None else items:
            self._values.forget((project_id, group, item))

    def forget_project(self, project_id: int) -> None:
        """Forget all values of a project."""
        for group in self.groups(project_id):
            self.forget(project_id, group)

    def _note_forgotten(self, key: tuple[int, Group, Item]) -> None:
        project_id, group, item = key
        groups = self._groups[project_id]
        groups[group].discard(item)
        if not groups[group]:
            del groups[group]
