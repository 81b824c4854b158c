"""What all models of CATMAID have; a struct for each is in the modules beside.

Fields are called as in the files; their order is that of the columns of the staging tables
(`sql/transfer/catmaid_staging.sql`).
A reference is an id; one to a user may also be a name, alone or in a list.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, TypeAlias

import msgspec

Id: TypeAlias = int
UserRef: TypeAlias = int | str | list[str]
Triple: TypeAlias = tuple[float, float, float]
Pixels: TypeAlias = tuple[int, int, int]
Color: TypeAlias = tuple[float, float, float, float]


class Row(msgspec.Struct, kw_only=True):
    """What every model has."""

    COMPOSITES: ClassVar[tuple[str, ...]] = ()
    """Fields that are written as `(1, 2, 3)`."""
    STAGED: ClassVar[str | None] = None
    """The staging table with columns of its own, for models of which there are many; None: one for all others."""
    USERS: ClassVar[tuple[str, ...]] = ()
    """Fields that refer to users."""


class Owned(Row, kw_only=True):
    """A row of a project that belongs to a user."""

    USERS: ClassVar[tuple[str, ...]] = ("user",)
    project: Id
    user: UserRef
    creation_time: datetime
    edition_time: datetime


class Located(Owned, kw_only=True):
    """A place in project space, nm."""

    USERS: ClassVar[tuple[str, ...]] = ("user", "editor")
    editor: UserRef
    location_x: float
    location_y: float
    location_z: float
