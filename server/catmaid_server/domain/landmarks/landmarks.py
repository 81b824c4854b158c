"""Landmarks: named places that mean the same in different arbors or specimens, each with locations in project space."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import editable_owners, require_edit
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("landmarks/landmarks")


@dataclass(frozen=True, slots=True)
class LandmarkOrGroup:
    """A landmark, or a group of landmarks."""

    id: int
    name: str
    user_id: int
    project_id: int
    creation_time: datetime
    edition_time: datetime


@dataclass(frozen=True, slots=True)
class LandmarkLocation:
    """A point where a landmark is; nm. `names` are those of the landmarks there, where they were asked for."""

    id: int
    x: float
    y: float
    z: float
    names: list[str] | None = None


@dataclass(frozen=True, slots=True)
class RemovedLocation:
    """The link of a landmark to a location that was removed, and whether the point was deleted, too."""

    link_id: int
    deleted_point: bool


async def list_landmarks(connection: Connection, project_id: int) -> list[LandmarkOrGroup]:
    """All landmarks of a project, by id."""
    return [
        LandmarkOrGroup(*row) for row in await fetch_all(connection, sql.landmarks, project_id=project_id, ids=None)
    ]


async def describe_landmark(connection: Connection, project_id: int, landmark_id: int) -> LandmarkOrGroup:
    """One landmark, or `NotFound`."""
    row = await fetch_one(connection, sql.landmarks, project_id=project_id, ids=[landmark_id])
    if row is None:
        raise NotFound(f"There is no landmark {landmark_id} in project {project_id}.")
    return LandmarkOrGroup(*row)


async def locations(connection: Connection, project_id: int) -> dict[int, list[LandmarkLocation]]:
    """Where the landmarks of a project are, by landmark; those that are nowhere are left out."""
    found: dict[int, list[LandmarkLocation]] = defaultdict(list)
    for landmark_id, *place in await fetch_all(connection, sql.locations, project_id=project_id):
        found[landmark_id].append(LandmarkLocation(*place))
    return found


async def create_landmark(tx: Connection, user: User, project_id: int, name: str) -> LandmarkOrGroup:
    """Make a landmark; `InvalidInput` if the name is empty or taken."""
    require_name(name, "landmark")
    await tx.execute(sql.lock_names, {"project_id": project_id})
    if await fetch_value(tx, sql.name_is_taken, project_id=project_id, name=name):
        raise InvalidInput(f"There is already a landmark named {name!r}.")
    row = await fetch_one(tx, sql.create, project_id=project_id, user_id=user.id, names=[name])
    assert row is not None
    return LandmarkOrGroup(*row)


async def lock_landmarks(
    tx: Connection, user: User, project_id: int, landmark_ids: Collection[int]
) -> list[LandmarkOrGroup]:
    """Landmarks that the user is about to change; `NotFound` or `NotAllowed` if that is not possible for one."""
    found = [
        LandmarkOrGroup(*row)
        for row in await fetch_all(tx, sql.lock_landmarks, project_id=project_id, ids=sorted(landmark_ids))
    ]
    missing = sorted(set(landmark_ids) - {landmark.id for landmark in found})
    if missing:
        raise NotFound(f"There are no landmarks {missing} in project {project_id}.")
    for landmark in found:
        await require_edit(tx, user, [landmark.user_id], f"landmark {landmark.id}")
    return found


async def require_landmarks(tx: Connection, project_id: int, landmark_ids: Collection[int]) -> None:
    """Raise `InvalidInput` unless all of these are landmarks of the project."""
    known = {row[0] for row in await fetch_all(tx, sql.landmarks, project_id=project_id, ids=sorted(landmark_ids))}
    if missing := sorted(set(landmark_ids) - known):
        raise InvalidInput(f"There are no landmarks {missing} in project {project_id}.")


async def rename_landmark(tx: Connection, landmark_id: int, name: str) -> LandmarkOrGroup:
    """Give a locked landmark another name; `InvalidInput` if it is empty."""
    require_name(name, "landmark")
    row = await fetch_one(tx, sql.rename, landmark_id=landmark_id, name=name)
    assert row is not None
    return LandmarkOrGroup(*row)


async def delete_landmark(tx: Connection, user: User, project_id: int, landmark_id: int) -> LandmarkOrGroup:
    """Delete a landmark; its points stay, for others to use. Returns the landmark as it was."""
    [landmark] = await lock_landmarks(tx, user, project_id, [landmark_id])
    await tx.execute(sql.delete, {"ids": [landmark_id]})
    return landmark


async def delete_landmarks(
    tx: Connection, user: User, project_id: int, landmark_ids: Sequence[int], *, keep_points: bool
) -> None:
    """Delete landmarks and, unless they are kept, the points where nothing else is."""
    if not landmark_ids:
        raise InvalidInput("Name the landmarks to delete.")
    await lock_landmarks(tx, user, project_id, landmark_ids)
    points = [point for (point,) in await fetch_all(tx, sql.points_of_landmarks, ids=list(landmark_ids))]
    await tx.execute(sql.delete, {"ids": list(landmark_ids)})
    if not keep_points:
        await delete_unused_points(tx, points)


async def delete_unused_points(tx: Connection, point_ids: Collection[int]) -> list[int]:
    """Delete those of these points that no landmark and no group uses; return their ids in order."""
    # Who links one of them, or unlinks it too, goes first or waits: else a point could stay that nothing uses.
    await tx.execute(sql.lock_points, {"ids": sorted(point_ids)})
    return sorted(point for (point,) in await fetch_all(tx, sql.delete_unused_points, ids=sorted(point_ids)))


async def create_points(
    tx: Connection, user: User, project_id: int, places: Iterable[tuple[float, float, float]]
) -> list[int]:
    """Make points at x, y, z in nm; their ids, in this order."""
    xs, ys, zs = (list(axis) for axis in zip(*places, strict=True))
    made = await fetch_all(tx, sql.create_points, project_id=project_id, user_id=user.id, xs=xs, ys=ys, zs=zs)
    return sorted(point for (point,) in made)


async def require_point(tx: Connection, project_id: int, point_id: int) -> None:
    """Raise `NotFound` if there is no such point, and keep it from being deleted meanwhile."""
    if await fetch_value(tx, sql.lock_point, project_id=project_id, point_id=point_id) is None:
        raise NotFound(f"There is no location {point_id} of landmarks in project {project_id}.")


async def put_at_points(
    tx: Connection, user: User, project_id: int, landmark_ids: Sequence[int], point_ids: Sequence[int]
) -> None:
    """Add to each landmark the point of the same position."""
    await tx.execute(
        sql.put_at_points,
        {
            "project_id": project_id,
            "user_id": user.id,
            "landmark_ids": list(landmark_ids),
            "point_ids": list(point_ids),
        },
    )


async def add_location(
    tx: Connection, user: User, project_id: int, landmark_id: int, place: int | tuple[float, float, float]
) -> tuple[int, int]:
    """Add an existing point, or a new one at x, y, z in nm, to a landmark; ids of the link and of the point."""
    await describe_landmark(tx, project_id, landmark_id)
    if isinstance(place, int):
        point_id = place
        await require_point(tx, project_id, point_id)
    else:
        [point_id] = await create_points(tx, user, project_id, [place])
    await put_at_points(tx, user, project_id, [landmark_id], [point_id])
    link_id: int = await fetch_value(tx, sql.lock_location, landmark_id=landmark_id, point_id=point_id)
    return link_id, point_id


async def remove_location(
    tx: Connection, user: User, project_id: int, landmark_id: int, point_id: int
) -> RemovedLocation:
    """Remove a point from a landmark, and delete the point if nothing else uses it and the user may.

    Raises `NotFound`, or `NotAllowed` if the landmark or its link to the point belongs to somebody else.
    """
    await lock_landmarks(tx, user, project_id, [landmark_id])
    row = await fetch_one(tx, sql.lock_location, landmark_id=landmark_id, point_id=point_id)
    if row is None:
        raise NotFound(f"Landmark {landmark_id} is not at location {point_id}.")
    link_id, link_owner, point_owner = row
    await require_edit(tx, user, [link_owner], f"the location of landmark {landmark_id}")
    await tx.execute(sql.remove_locations, {"ids": [link_id]})
    if point_owner not in await editable_owners(tx, user, [point_owner]):
        return RemovedLocation(link_id, deleted_point=False)
    return RemovedLocation(link_id, deleted_point=bool(await delete_unused_points(tx, [point_id])))


def require_name(name: str, what: str) -> None:
    """Raise `InvalidInput` if a name is empty."""
    if not name.strip():
        raise InvalidInput(f"A {what} needs a name.")
