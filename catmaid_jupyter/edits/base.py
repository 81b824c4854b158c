"""What all edits share."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

import msgspec

from catmaid_jupyter.edits.site import Site

Position: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """An edit that the server confirmed.

    answer : what the server answered, as CATMAID's API has it.
    text : the edit in words, for "Undone: …".
    inverse : edits that take it back, in order; empty if it cannot be taken back.
    times : edition times that this edit gave to nodes, by node id.
    position : where it happened, nm.
    replaces : ids that this edit brought back under a new id, old to new.
    """

    answer: dict[str, Any]
    text: str
    inverse: tuple[Edit, ...] = ()
    times: Mapping[int, str] = field(default_factory=dict)
    position: Position | None = None
    replaces: Mapping[int, int] = field(default_factory=dict)


class Edit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An edit and its arguments. Lengths are nm in project space."""

    node_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that hold ids of nodes (or None), which change if an undo brings a node back under a new id."""

    stamps_many: ClassVar[bool] = False
    """Whether it changes edition times of nodes that the answer does not list."""

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: ARG002
        """Do it.

        state : CATMAID's state JSON, what the user saw; None reads it from the server first.
        key : the same for every repetition of this edit, so that it is applied once.
        """
        raise TypeError(f"{type(self).__name__} is abstract")

    def renamed(self, replaces: Mapping[int, int]) -> Edit:
        """The same edit where nodes have other ids."""
        changes = {name: _renamed(getattr(self, name), replaces) for name in self.node_fields}
        return msgspec.structs.replace(self, **changes)

    @property
    def guards(self) -> frozenset[int]:
        """Nodes that nobody else may have changed when this edit is used to take another one back."""
        return frozenset()


def derived_key(key: str, part: str) -> str:
    """The key of one part of an edit that needs several requests."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{key}/{part}"))


def _renamed(value: Any, replaces: Mapping[int, int]) -> Any:
    if isinstance(value, int):
        return replaces.get(value, value)
    if isinstance(value, list | tuple):
        return type(value)(_renamed(item, replaces) for item in value)
    return value
