"""Groups of landmarks: which landmarks belong together, and where a group shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_edit
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.landmarks import landmarks
from catmaid_server.domain.landmarks.landmarks import LandmarkLocation, LandmarkOrGroup

sql = load("landmarks/landmark_groups")


@dataclass(frozen=True, slots=True)
class RemovedSharedLocations:
    """The links and points that were removed from a landmark and a group; one link per point in each list."""

    shared_point_ids: list[int]
    landmark_link_ids: list[int]
    group_link_ids: list[int]
    deleted_point_ids: list[int]


async def list_groups(connection: Connection, project_id: int) -> list[LandmarkOrGroup]:
    """All groups of landmarks of a project, by id."""
    return [
        LandmarkOrGroup(*row) for row in await fetch_all(connection, sql.groups, project_id=project_id, group_id=None)
    ]


async def describe_group(connection: Connection, project_id: int, group_id: int) -> LandmarkOrGroup:
    """One group, or `NotFound`."""
    return _found(
        await fetch_one(connection, sql.groups, project_id=project_id, group_id=group_id), project_id, group_id
    )


async def members(connection: Connection, project_id: int, group_id: int | None = None) -> dict[int, list[int]]:
    """Landmarks by group, of all groups or of one; groups without members are left out."""
    found: dict[int, list[int]] = defaultdict(list)
    for group, landmark in await fetch_all(connection, sql.members, project_id=project_id, group_id=group_id):
        found[group].append(landmark)
    return found


async def locations(
    connection: Connection, project_id: int, group_id: int | None = None, *, with_names: bool = False
) -> dict[int, list[LandmarkLocation]]:
    """What groups show, by group, of all groups or of one.

    With names, only the locations of members are given, with the names of these.
    """
    query = sql.locations_with_names if with_names else sql.locations
    found: dict[int, list[LandmarkLocation]] = defaultdict(list)
    for group, *place in await fetch_all(connection, query, project_id=project_id, group_id=group_id):
        found[group].append(LandmarkLocation(*place))
    return found


async def create_group(tx: Connection, user: User, project_id: int, name: str) -> LandmarkOrGroup:
    """Make a group of landmarks; `InvalidInput` if the name is empty or taken."""
    landmarks.require_name(name, "group of landmarks")
    await tx.execute(landmarks.sql.lock_names, {"project_id": project_id})
    if await fetch_value(tx, sql.name_is_taken, project_id=project_id, name=name):
        raise InvalidInput(f"There is already a group of landmarks named {name!r}.")
    row = await fetch_one(tx, sql.create, project_id=project_id, user_id=user.id, names=[name])
    assert row is not None
    return LandmarkOrGroup(*row)


async def change_group(
    tx: Connection,
    user: User,
    project_id: int,
    group_id: int,
    *,
    name: str | None = None,
    landmark_ids: Collection[int] | None = None,
    append: bool = False,
) -> LandmarkOrGroup:
    """Rename a group, and say which landmarks are its members or, to append, which become so.

    Everybody may do so, but members are removed from one's own groups only: else `NotAllowed`.
    """
    if not name and landmark_ids is None:
        raise InvalidInput("To change a group of landmarks give a name or members.")
    group = await _lock_group(tx, project_id, group_id)
    if landmark_ids is not None:
        await landmarks.require_landmarks(tx, project_id, landmark_ids)
        present = set((await members(tx, project_id, group_id)).get(group_id, []))
        superfluous = set() if append else present - set(landmark_ids)
        if superfluous:
            await require_edit(tx, user, [group.user_id], f"the members of group {group_id} of landmarks")
            await tx.execute(sql.remove_members, {"landmark_ids": sorted(superfluous), "group_ids": [group_id]})
        new = sorted(set(landmark_ids) - present)
        await add_members(tx, user, project_id, new, [group_id] * len(new))
    if name:
        landmarks.require_name(name, "group of landmarks")
        group = _found(await fetch_one(tx, sql.rename, group_id=group_id, name=name), project_id, group_id)
    return group


async def change_landmark(
    tx: Connection,
    user: User,
    project_id: int,
    landmark_id: int,
    *,
    name: str | None = None,
    group_ids: Collection[int] | None = None,
    append: bool = False,
) -> LandmarkOrGroup:
    """Rename a landmark that the user may edit, and say of which groups it is a member or, to append, becomes one."""
    [landmark] = await landmarks.lock_landmarks(tx, user, project_id, [landmark_id])
    if group_ids is not None:
        await require_groups(tx, project_id, group_ids)
        present = {group for (group,) in await fetch_all(tx, sql.memberships, landmark_id=landmark_id)}
        superfluous = set() if append else present - set(group_ids)
        await tx.execute(sql.remove_members, {"landmark_ids": [landmark_id], "group_ids": sorted(superfluous)})
        new = sorted(set(group_ids) - present)
        await add_members(tx, user, project_id, [landmark_id] * len(new), new)
    if name:
        landmark = await landmarks.rename_landmark(tx, landmark_id, name)
    return landmark


async def add_members(
    tx: Connection, user: User, project_id: int, landmark_ids: Sequence[int], group_ids: Sequence[int]
) -> None:
    """Add each landmark to the group of the same position."""
    await tx.execute(
        sql.add_members,
        {
            "project_id": project_id,
            "user_id": user.id,
            "landmark_ids": list(landmark_ids),
            "group_ids": list(group_ids),
        },
    )


async def delete_group(tx: Connection, user: User, project_id: int, group_id: int) -> LandmarkOrGroup:
    """Delete a group that the user may edit; landmarks and points stay. Returns the group as it was."""
    group = await _lock_group(tx, project_id, group_id)
    await require_edit(tx, user, [group.user_id], f"group {group_id} of landmarks")
    await tx.execute(sql.delete, {"group_id": group_id})
    return group


async def show_points(
    tx: Connection, user: User, project_id: int, group_ids: Sequence[int], point_ids: Sequence[int]
) -> None:
    """Let each group show the point of the same position."""
    await tx.execute(
        sql.show_points,
        {"project_id": project_id, "user_id": user.id, "group_ids": list(group_ids), "point_ids": list(point_ids)},
    )


async def add_location(tx: Connection, user: User, project_id: int, group_id: int, point_id: int) -> int:
    """Let a group show a point; id of the link. `NotFound` if there is no such group or point."""
    await describe_group(tx, project_id, group_id)
    await landmarks.require_point(tx, project_id, point_id)
    await show_points(tx, user, project_id, [group_id], [point_id])
    link_id: int = await fetch_value(tx, sql.lock_location, group_id=group_id, point_id=point_id)
    return link_id


async def remove_location(tx: Connection, user: User, project_id: int, group_id: int, point_id: int) -> int:
    """Remove a point from a group, if the user may edit the link, whose id is returned; the point stays."""
    await describe_group(tx, project_id, group_id)
    row = await fetch_one(tx, sql.lock_location, group_id=group_id, point_id=point_id)
    if row is None:
        raise NotFound(f"Group {group_id} of landmarks does not show location {point_id}.")
    await require_edit(tx, user, [row[1]], f"the location of group {group_id} of landmarks")
    await tx.execute(sql.remove_locations, {"ids": [row[0]]})
    return int(row[0])


async def remove_shared_locations(
    tx: Connection, user: User, project_id: int, landmark_id: int, group_id: int, *, keep_points: bool
) -> RemovedSharedLocations:
    """Unlink the points where a landmark is and that a group shows from both; the landmark stays a member.

    Points that nothing else uses are deleted, unless they are kept. Raises `NotAllowed` if the landmark or any of the
    links belongs to somebody else.
    """
    await landmarks.lock_landmarks(tx, user, project_id, [landmark_id])
    await describe_group(tx, project_id, group_id)
    rows = await fetch_all(tx, sql.lock_shared_locations, landmark_id=landmark_id, group_id=group_id)
    owners = {row[2] for row in rows} | {row[4] for row in rows}
    await require_edit(tx, user, owners, f"all locations of landmark {landmark_id} in group {group_id}")
    points, of_landmark, of_group = ([row[column] for row in rows] for column in (0, 1, 3))
    await tx.execute(landmarks.sql.remove_locations, {"ids": of_landmark})
    await tx.execute(sql.remove_locations, {"ids": of_group})
    gone = [] if keep_points else await landmarks.delete_unused_points(tx, points)
    return RemovedSharedLocations(points, of_landmark, of_group, gone)


async def require_groups(tx: Connection, project_id: int, group_ids: Collection[int]) -> None:
    """Raise `InvalidInput` unless all of these are groups of landmarks of the project."""
    known = {row[0] for row in await fetch_all(tx, sql.known_groups, project_id=project_id, ids=sorted(group_ids))}
    if missing := sorted(set(group_ids) - known):
        raise InvalidInput(f"There are no groups {missing} of landmarks in project {project_id}.")


async def _lock_group(tx: Connection, project_id: int, group_id: int) -> LandmarkOrGroup:
    return _found(await fetch_one(tx, sql.lock_group, project_id=project_id, group_id=group_id), project_id, group_id)


def _found(row: tuple[Any, ...] | None, project_id: int, group_id: int) -> LandmarkOrGroup:
    if row is None:
        raise NotFound(f"There is no group {group_id} of landmarks in project {project_id}.")
    return LandmarkOrGroup(*row)
