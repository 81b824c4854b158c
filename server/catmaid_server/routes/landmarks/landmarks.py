"""Landmarks and their locations."""

from __future__ import annotations

from typing import Self, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.landmarks import landmark_groups, landmarks
from catmaid_server.domain.landmarks.landmarks import LandmarkLocation, LandmarkOrGroup
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.times import microseconds
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class LandmarkParts(msgspec.Struct):
    """What to give of landmarks besides their names."""

    with_locations: bool = False


class NewName(msgspec.Struct):
    """The name of something new."""

    name: str = ""


class LandmarkChange(msgspec.Struct):
    """What to change; what is left out stays."""

    name: str | None = None
    group_ids: list[int | str] | None = None
    """The groups that the landmark is a member of; `none`: of no group."""
    append_memberships: bool = False
    """Whether the landmark stays a member of other groups."""


class LandmarkDeletion(msgspec.Struct):
    """Landmarks to delete."""

    landmark_ids: list[int] = []
    keep_points: bool = False
    """Whether to keep the locations that only they have."""


class NewLocation(msgspec.Struct):
    """Where a landmark is: an existing location, or x, y and z of a new one."""

    location_id: int | None = None
    x: float | None = None
    """Project space, nm."""
    y: float | None = None
    """Project space, nm."""
    z: float | None = None
    """Project space, nm."""

    def place(self) -> int | tuple[float, float, float]:
        """The id or the coordinates that are given."""
        if self.location_id is not None:
            if self.x or self.y or self.z:
                raise InvalidInput("Give either location_id, or x, y and z.")
            return self.location_id
        if self.x is None or self.y is None or self.z is None:
            raise InvalidInput("A location needs x, y and z, or else the location_id of an existing one.")
        return self.x, self.y, self.z


class UnlinkedPoints(msgspec.Struct):
    """What to do with locations that nothing uses any more."""

    keep_points: bool = False


class LocationAnswer(msgspec.Struct):
    """A location of landmarks; nm."""

    id: int
    x: float
    y: float
    z: float
    names: list[str] | UnsetType = UNSET
    """Of the landmarks there."""


class LandmarkOrGroupAnswer(msgspec.Struct, kw_only=True):
    """A landmark or a group of landmarks."""

    id: int | None
    """None if it was deleted just now."""
    name: str
    user: int
    project: int | str
    """Text where something was made just now."""
    creation_time: str
    edition_time: str

    @classmethod
    def of(cls, one: LandmarkOrGroup, *, new: bool = False) -> Self:
        """The answer for one landmark or group."""
        return cls(
            id=one.id,
            name=one.name,
            user=one.user_id,
            project=str(one.project_id) if new else one.project_id,
            creation_time=microseconds(one.creation_time),
            edition_time=microseconds(one.edition_time),
        )

    @classmethod
    def of_deleted(cls, one: LandmarkOrGroup) -> Self:
        """As `of`, without the id."""
        answer = cls.of(one)
        answer.id = None
        return answer


class LandmarkAnswer(LandmarkOrGroupAnswer, kw_only=True):
    """A landmark."""

    locations: list[LocationAnswer] | UnsetType = UNSET


class LandmarkLink(TypedDict):
    """A new link between a landmark and a location."""

    link_id: int
    point_id: int
    landmark_id: int


class LandmarkUnlink(LandmarkLink):
    """A link that was deleted."""

    deleted_point: bool


class SharedUnlink(TypedDict):
    """Locations that were removed from a landmark and a group.

    `n_deleted_points` is, as clients know it, the id of the first that was deleted, and 0 if none was.
    """

    shared_point_ids: list[int]
    landmark_link_ids: list[int]
    group_link_ids: list[int]
    n_deleted_points: int


def location_answers(places: list[LandmarkLocation]) -> list[LocationAnswer]:
    """Answers for locations."""
    return [LocationAnswer(p.id, p.x, p.y, p.z, UNSET if p.names is None else p.names) for p in places]


def ids_or_none(ids: list[int | str] | None) -> list[int] | None:
    """Ids of a parameter, None if it was left out; `none` stands for an empty list, which forms cannot send."""
    if ids is None:
        return None
    if ids == ["none"]:
        return []
    try:
        return [int(one) for one in ids]
    except ValueError:
        raise InvalidInput("Give a list of ids, or none for an empty one.") from None


@routes.get("/{project_id}/landmarks/", needs=Permission.BROWSE)
async def list_landmarks(call: Call, form: LandmarkParts) -> list[LandmarkAnswer]:
    """List the landmarks of a project."""
    async with call.reading() as connection:
        found = await landmarks.list_landmarks(connection, call.project_id)
        places = await landmarks.locations(connection, call.project_id) if form.with_locations else {}
    answers = [LandmarkAnswer.of(one) for one in found]
    if form.with_locations:
        for one, answer in zip(found, answers, strict=True):
            answer.locations = location_answers(places.get(one.id, []))
    return answers


@routes.put("/{project_id}/landmarks/", needs=Permission.ANNOTATE, label="landmarks.create")
async def create_landmark(call: Call, form: NewName) -> LandmarkAnswer:
    """Make a landmark, as yet without location."""
    made = await landmarks.create_landmark(call.tx, call.user, call.project_id, form.name)
    return LandmarkAnswer.of(made, new=True)


@routes.delete("/{project_id}/landmarks/", needs=Permission.ANNOTATE, label="landmarks.delete")
async def delete_landmarks(call: Call, form: LandmarkDeletion) -> list[LandmarkAnswer]:
    """Delete landmarks and their locations, and answer with an empty list."""
    await landmarks.delete_landmarks(
        call.tx, call.user, call.project_id, form.landmark_ids, keep_points=form.keep_points
    )
    return []


@routes.get("/{project_id}/landmarks/{landmark_id}/", needs=Permission.BROWSE)
async def describe_landmark(call: Call, form: NoParameters) -> LandmarkAnswer:
    """Describe a landmark without its locations, which the list of landmarks has."""
    async with call.reading() as connection:
        found = await landmarks.describe_landmark(connection, call.project_id, call.path["landmark_id"])
    return LandmarkAnswer.of(found)


@routes.post("/{project_id}/landmarks/{landmark_id}/", needs=Permission.ANNOTATE, label="landmarks.update")
async def change_landmark(call: Call, form: LandmarkChange) -> LandmarkAnswer:
    """Rename a landmark, or say of which groups it is a member."""
    changed = await landmark_groups.change_landmark(
        call.tx,
        call.user,
        call.project_id,
        call.path["landmark_id"],
        name=form.name,
        group_ids=ids_or_none(form.group_ids),
        append=form.append_memberships,
    )
    return LandmarkAnswer.of(changed)


@routes.delete("/{project_id}/landmarks/{landmark_id}/", needs=Permission.ANNOTATE, label="landmarks.delete")
async def delete_landmark(call: Call, form: NoParameters) -> LandmarkAnswer:
    """Delete a landmark; its locations are kept for others."""
    gone = await landmarks.delete_landmark(call.tx, call.user, call.project_id, call.path["landmark_id"])
    return LandmarkAnswer.of_deleted(gone)


@routes.put(
    "/{project_id}/landmarks/{landmark_id}/locations/", needs=Permission.ANNOTATE, label="landmarks.add_location"
)
async def add_location(call: Call, form: NewLocation) -> LandmarkLink:
    """Add a location, new or existing, to a landmark."""
    landmark_id = call.path["landmark_id"]
    link_id, point_id = await landmarks.add_location(call.tx, call.user, call.project_id, landmark_id, form.place())
    return {"link_id": link_id, "point_id": point_id, "landmark_id": landmark_id}


@routes.delete(
    "/{project_id}/landmarks/{landmark_id}/locations/{location_id}/",
    needs=Permission.ANNOTATE,
    label="landmarks.remove_location",
)
async def remove_location(call: Call, form: NoParameters) -> LandmarkUnlink:
    """Remove a location from a landmark, and delete it if nothing else uses it."""
    landmark_id, point_id = call.path["landmark_id"], call.path["location_id"]
    removed = await landmarks.remove_location(call.tx, call.user, call.project_id, landmark_id, point_id)
    return {
        "link_id": removed.link_id,
        "landmark_id": landmark_id,
        "point_id": point_id,
        "deleted_point": removed.deleted_point,
    }


@routes.delete(
    "/{project_id}/landmarks/{landmark_id}/groups/{group_id}/",
    needs=Permission.ANNOTATE,
    label="landmarks.remove_location",
)
async def remove_shared_locations(call: Call, form: UnlinkedPoints) -> SharedUnlink:
    """Remove the locations that a landmark and a group share from both."""
    gone = await landmark_groups.remove_shared_locations(
        call.tx,
        call.user,
        call.project_id,
        call.path["landmark_id"],
        call.path["group_id"],
        keep_points=form.keep_points,
    )
    return {
        "shared_point_ids": gone.shared_point_ids,
        "landmark_link_ids": gone.landmark_link_ids,
        "group_link_ids": gone.group_link_ids,
        "n_deleted_points": gone.deleted_point_ids[0] if gone.deleted_point_ids else 0,
    }
