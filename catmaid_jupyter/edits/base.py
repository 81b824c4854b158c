"""What all edits share."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Generic, TypeAlias, TypeVar, cast

import msgspec

from catmaid_jupyter.edits.site import Site
from catmaid_wire.forms import Form

Position: TypeAlias = tuple[float, float, float]
"""(x, y, z) in project space, nm."""

Confidence: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=5)]

JsonObject: TypeAlias = dict[str, Any]
"""An answer of the server, as CATMAID's API has it."""

R_co = TypeVar("R_co", covariant=True)
"""What `project.edit` returns for an edit."""


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

    answer: JsonObject
    text: str
    inverse: tuple[Edit[Any], ...] = ()
    times: Mapping[int, str] = field(default_factory=dict)
    position: Position | None = None
    replaces: Mapping[int, int] = field(default_factory=dict)


class Edit(msgspec.Struct, Generic[R_co], frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An edit: its fields are its arguments, lengths in nm in project space.

    A subclass describes one edit completely, and registers itself (see `registry`) under its name in
    snake case: `SetConfidence` is `set_confidence` for widgets and in `project.edit`.

    state : CATMAID's state JSON, what the author saw; None reads the present state from the server first.
    """

    by_name: ClassVar[dict[str, type[Edit[Any]]]] = {}
    """All registered edits; read as `registry.EDITS`."""

    is_registered: ClassVar[bool] = True
    """False for edits that only take others back, which cannot be called by name."""

    route: ClassVar[str] = ""
    """Where the edit is sent, below the project, with fields in braces; empty if it consists of other edits."""

    method: ClassVar[str] = "POST"
    """The HTTP method of that route."""

    returns: ClassVar[str | None] = None
    """The id in the answer that `project.edit` returns; None for the whole answer."""

    node_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that hold ids of nodes (or None), which change if an undo brings a node back under a new id."""

    guard_fields: ClassVar[tuple[str, ...]] = ()
    """Fields with the nodes that `guards` names."""

    changes_unlisted_nodes: ClassVar[bool] = False
    """Whether it changes edition times of nodes that the answer does not list."""

    state: str | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.is_registered:
            cls.by_name[cls.edit_name()] = cls

    @classmethod
    def edit_name(cls) -> str:
        """The name of the edit: that of the class in snake case."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    async def apply(self, site: Site, key: str) -> Applied:
        """Send the edit and return what the server confirmed.

        key : the same for every repetition of this edit, so that it is applied once.
        """
        return await self._apply(site, key)

    def result(self, answer: JsonObject) -> R_co:
        """What `project.edit` returns."""
        return cast("R_co", answer if self.returns is None else int(answer[self.returns]))

    def renamed(self, replaces: Mapping[int, int]) -> Edit[R_co]:
        """The same edit where nodes have other ids."""
        changes = {name: _renamed(getattr(self, name), replaces) for name in self.node_fields}
        return msgspec.structs.replace(self, **changes)

    @property
    def guards(self) -> frozenset[int]:
        """Nodes that nobody else may have changed when this edit is used to take another one back."""
        values = (getattr(self, name) for name in self.guard_fields)
        return frozenset(node for value in values for node in ((value,) if isinstance(value, int) else value))

    async def _apply(self, site: Site, key: str) -> Applied:  # noqa: ARG002  subclasses need them
        raise TypeError(f"{type(self).__name__} does not say how it is applied.")

    async def _write(self, site: Site, key: str, form: Form, state: str | None) -> JsonObject:
        """Send a form to the edit's route; returns the answer."""
        path = self.route.format_map(msgspec.structs.asdict(self))
        return await site.write(path, form, state=state, key=key, method=self.method)


class Restoration(Edit[JsonObject], frozen=True, kw_only=True):
    """An edit that only takes another one back."""

    is_registered: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class KeyedEdit:
    """An edit, the key under which it is applied once, and the group that it is undone with, if it is in one."""

    edit: Edit[Any]
    key: str
    group: str | None = None


def new_key() -> str:
    """A key for an edit."""
    return str(uuid.uuid4())


def derived_key(key: str, part: str) -> str:
    """The key of one part of an edit that needs several requests."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{key}/{part}"))


def counted(nodes: Collection[object], noun: str) -> str:
    """A number with its noun: "1 node", "2 nodes"."""
    return f"{len(nodes)} {noun}{'s' if len(nodes) != 1 else ''}"


def _renamed(value: Any, replaces: Mapping[int, int]) -> Any:
    if isinstance(value, int):
        return replaces.get(value, value)
    if isinstance(value, list | tuple):
        return type(value)(_renamed(item, replaces) for item in value)
    return value
