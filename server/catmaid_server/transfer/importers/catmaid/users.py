"""Find or make the user here for each user of CATMAID's rows."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Any

from psycopg.types.json import Jsonb

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts import users
from catmaid_server.domain.errors import InvalidInput

staged = load("transfer/catmaid_staging")
site = load("transfer/catmaid_site")
sql = load("transfer/catmaid_import")


class UserPolicy(enum.Enum):
    """Which user here owns the rows of a user of the file."""

    MAP = "map"
    """The user with the same name."""
    TAKE = "take"
    """The same user, who is imported with password, groups, messages and settings."""
    OVERRIDE = "override"
    """One user, for all rows."""


@dataclass
class UserMapping:
    """Finds or makes the user here for each user of the rows."""

    policy: UserPolicy
    override_id: int | None = None
    """With `OVERRIDE`: the user who owns all rows."""
    create_unknown: bool = True
    """With `MAP`: make inactive users for names that are unknown here; otherwise refuse."""
    keep_ids: bool = False
    """Give new users the ids that they had, if those are free."""
    created: list[str] = field(default_factory=list)
    """Names of the users made."""
    _known: dict[int, int] = field(default_factory=dict)

    async def settle(self, tx: Connection, projects: list[int]) -> None:
        """Find or make the user here for every user that rows of these projects refer to (all users, with `TAKE`).

        Raises `InvalidInput` if a user is not among the rows, is unknown here, or of a name that is taken here.
        """
        rows: dict[int, dict[str, Any]] = dict(await (await tx.execute(staged.users)).fetchall())
        cursor = await tx.execute(staged.used_users, {"projects": projects})
        used = await cursor.fetchall()
        wanted = {user_id for user_id, _ in used} | (set(rows) if self.policy is UserPolicy.TAKE else set())
        missing = [user_id for user_id, is_there in used if not is_there]
        if missing and self.policy is not UserPolicy.OVERRIDE:
            raise InvalidInput(
                f"Rows are of user {missing[0]}, but this user is not in the file. With an override "
                "user, all rows are that user's."
            )
        new = {
            user_id: await self._user_here(tx, user_id, rows.get(user_id, {}))
            for user_id in sorted(wanted - set(self._known))
        }
        await tx.execute(sql.map_users, {"old_ids": list(new), "new_ids": list(new.values())})
        self._known |= new

    async def _user_here(self, tx: Connection, user_id: int, row: dict[str, Any]) -> int:
        if self.override_id is not None:
            return self.override_id
        name = row["username"]
        here = await users.find_user(tx, name)
        if here is not None and (self.policy is UserPolicy.MAP or name == users.ANONYMOUS):
            return here.id
        if here is not None:
            raise InvalidInput(
                f"There is a user {name!r} in the file and here. Map users by name, or override all with one user."
            )
        if self.policy is UserPolicy.MAP:
            if not self.create_unknown:
                raise InvalidInput(
                    f"There is no user {name!r} here. Let unknown users be created, make the user "
                    "before, or override all with one user."
                )
            self.created.append(name)
            row = {**row, "is_active": False, "is_superuser": False, "is_staff": False, "password": "!"}
        return await self._create(tx, user_id, row)

    async def _create(self, tx: Connection, user_id: int, row: dict[str, Any]) -> int:
        free = user_id > 0 and await users.user_by_id(tx, user_id) is None
        cursor = await tx.execute(
            site.insert_user,
            {
                "id": user_id if self.keep_ids and free else None,
                "old_id": user_id,
                "row": Jsonb(row),
                "color": list(users.color_of(row["username"])),
            },
        )
        made = await cursor.fetchone()
        assert made is not None
        created: int = made[0]
        return created
