"""Groups of landmarks, their locations, and links between them."""

from __future__ import annotations

from collections import defaultdict
from typing import TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.landmarks import landmark_groups, landmark_import, landmark_links
from catmaid_server.domain.landmarks.landmark_import import GroupData, ImportPolicy, LandmarkPosition
from catmaid_server.domain.landmarks.landmark_links import GroupLink
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid import forms
from catmaid_server.http.routing import NoParameters, Permission, Routes
from catmaid_server.routes.landmarks.landmarks import (
    LandmarkOrGroupAnswer,
    LocationAnswer,
    NewName,
    ids_or_none,
    location_answers,
)

routes = Routes()


class GroupParts(msgspec.Struct):
    """What to give of a group besides its name."""

    with_members: bool = False
    with_locations: bool = False
    with_names: bool = False
    """Whether to give locations with the names of the members there; then locations without members are left out."""


class ListParts(GroupParts):
    """What to give of groups besides their names."""

    with_links: bool = False
    """Whether to give the links of groups to others."""
    with_relations: bool = False
    """Whether to give the relations of all these links, each as id and name."""


class GroupChange(msgspec.Struct):
    """What to change; what is left out stays."""

    name: str | None = None
    members: list[int | str] | None = None
    """The landmarks of the group; `none`: no landmark."""
    append_members: bool = False
    """Whether other members stay."""


class NewGroupLink(msgspec.Struct):
    """Two groups and the relation that the first has to the second."""

    group_1_id: int
    group_2_id: int
    relation_id: int


class LinkedGroupsSearch(msgspec.Struct):
    """Which links to follow."""

    relation_id: int
    max_depth: int = 0
    """Most links between the groups; 0: any number."""


class ImportForm(msgspec.Struct):
    """Groups to import, and what may be used that has the same name."""

    data: str = ""
    """JSON: [[group name, [[landmark name, x, y, z], ...]], ...], in nm."""
    reuse_existing_groups: bool = False
    reuse_existing_landmarks: bool = False
    create_non_existing_groups: bool = True
    create_non_existing_landmarks: bool = True


class Materialization(msgspec.Struct):
    """Two groups to make, and landmarks with a location in each."""

    group_a_name: str = ""
    group_b_name: str = ""
    landmarks: list[tuple[str, str, str, str, str, str, str]] = []
    """Name, x, y, z in group A and x, y, z in group B (nm), all as text: landmarks[0][0]=tip&landmarks[0][1]=1.5..."""
    links: list[tuple[str, str, str]] = []
    """Name of one group, of a relation, and of the other group."""
    reuse_existing_landmarks: bool = False

    def places(self) -> list[tuple[str, LandmarkPosition, LandmarkPosition]]:
        """The landmarks with coordinates as numbers."""
        numbers = forms.convert({"rows": [row[1:] for row in self.landmarks]}, _Coordinates).rows
        return [
            (row[0], (ax, ay, az), (bx, by, bz))
            for row, (ax, ay, az, bx, by, bz) in zip(self.landmarks, numbers, strict=True)
        ]


class _Coordinates(msgspec.Struct):
    rows: list[tuple[float, float, float, float, float, float]]


class _Import(msgspec.Struct):
    groups: list[GroupData]


class LinkEnds(TypedDict):
    """A link between groups, as listed with a group: the subject has the relation to the object."""

    id: int
    relation_id: int
    subject_id: int
    object_id: int


class GroupAnswer(LandmarkOrGroupAnswer, kw_only=True):
    """A group of landmarks."""

    members: list[int] | UnsetType = UNSET
    locations: list[LocationAnswer] | UnsetType = UNSET
    links: list[LinkEnds] | UnsetType = UNSET
    used_relations: list[tuple[int, str]] | UnsetType = UNSET
    """Id and name of each relation in the links of all groups."""


class GroupLocation(TypedDict):
    """A link between a group and a location."""

    link_id: int
    point_id: int
    landmarkgroup_id: int


class GroupLinkAnswer(TypedDict):
    """A link between two groups."""

    id: int
    group_1_id: int
    group_2_id: int
    relation_id: int | str


class MadeGroupLink(GroupLinkAnswer):
    """A link between two groups, and whether it is new."""

    created: bool


class ImportedMember(TypedDict):
    """A landmark at its new location; nm."""

    id: int
    name: str
    x: float
    y: float
    z: float


class ImportedAnswer(TypedDict):
    """A group that was imported."""

    id: int
    name: str
    members: list[ImportedMember]


class MaterializedAnswer(TypedDict):
    """Two new groups, landmarks by name, and for each new link the name of its relation."""

    group_a_id: int
    group_b_id: int
    landmarks: dict[str, int]
    created_landmarks: int
    links: dict[int, str]


@routes.get("/{project_id}/landmarks/groups/", needs=Permission.BROWSE)
async def list_groups(call: Call, form: ListParts) -> list[GroupAnswer]:
    """List the groups of landmarks of a project."""
    async with call.reading() as connection:
        found = await landmark_groups.list_groups(connection, call.project_id)
        members = await landmark_groups.members(connection, call.project_id) if form.with_members else {}
        places = (
            await landmark_groups.locations(connection, call.project_id, with_names=form.with_names)
            if form.with_locations
            else {}
        )
        links = (
            await landmark_links.list_links(connection, call.project_id)
            if form.with_links or form.with_relations
            else []
        )
    ends = _ends_by_group(links)
    relations = sorted({(link.relation_id, link.relation) for link in links})
    answers = [GroupAnswer.of(group) for group in found]
    for group, answer in zip(found, answers, strict=True):
        if form.with_members:
            answer.members = members.get(group.id, [])
        if form.with_locations:
            answer.locations = location_answers(places.get(group.id, []))
        if form.with_links:
            answer.links = ends.get(group.id, [])
        if form.with_relations:
            answer.used_relations = relations
    return answers


@routes.put("/{project_id}/landmarks/groups/", needs=Permission.ANNOTATE, label="landmarkgroups.create")
async def create_group(call: Call, form: NewName) -> GroupAnswer:
    """Make a group of landmarks, as yet without members."""
    made = await landmark_groups.create_group(call.tx, call.user, call.project_id, form.name)
    return GroupAnswer.of(made, new=True)


@routes.get("/{project_id}/landmarks/groups/{group_id}/", needs=Permission.BROWSE)
async def describe_group(call: Call, form: GroupParts) -> GroupAnswer:
    """Describe a group of landmarks."""
    group_id = call.path["group_id"]
    async with call.reading() as connection:
        found = await landmark_groups.describe_group(connection, call.project_id, group_id)
        answer = GroupAnswer.of(found)
        if form.with_members:
            members = await landmark_groups.members(connection, call.project_id, group_id)
            answer.members = members.get(group_id, [])
        if form.with_locations:
            places = await landmark_groups.locations(connection, call.project_id, group_id, with_names=form.with_names)
            answer.locations = location_answers(places.get(group_id, []))
    return answer


@routes.post("/{project_id}/landmarks/groups/{group_id}/", needs=Permission.ANNOTATE, label="landmarkgroups.update")
async def change_group(call: Call, form: GroupChange) -> GroupAnswer:
    """Rename a group of landmarks, or say which landmarks are its members."""
    changed = await landmark_groups.change_group(
        call.tx,
        call.user,
        call.project_id,
        call.path["group_id"],
        name=form.name,
        landmark_ids=ids_or_none(form.members),
        append=form.append_members,
    )
    return GroupAnswer.of(changed)


@routes.delete("/{project_id}/landmarks/groups/{group_id}/", needs=Permission.ANNOTATE, label="landmarkgroups.delete")
async def delete_group(call: Call, form: NoParameters) -> GroupAnswer:
    """Delete a group of landmarks; its members and their locations are kept."""
    gone = await landmark_groups.delete_group(call.tx, call.user, call.project_id, call.path["group_id"])
    return GroupAnswer.of_deleted(gone)


@routes.put(
    "/{project_id}/landmarks/groups/{group_id}/locations/{location_id}/",
    needs=Permission.ANNOTATE,
    label="landmarkgroups.add_location",
)
async def show_location(call: Call, form: NoParameters) -> GroupLocation:
    """Add a location of landmarks to a group."""
    group_id, point_id = call.path["group_id"], call.path["location_id"]
    link_id = await landmark_groups.add_location(call.tx, call.user, call.project_id, group_id, point_id)
    return {"link_id": link_id, "point_id": point_id, "landmarkgroup_id": group_id}


@routes.delete(
    "/{project_id}/landmarks/groups/{group_id}/locations/{location_id}/",
    needs=Permission.ANNOTATE,
    label="landmarkgroups.remove_location",
)
async def hide_location(call: Call, form: NoParameters) -> GroupLocation:
    """Remove a location from a group; the landmarks there keep it."""
    group_id, point_id = call.path["group_id"], call.path["location_id"]
    link_id = await landmark_groups.remove_location(call.tx, call.user, call.project_id, group_id, point_id)
    return {"link_id": link_id, "point_id": point_id, "landmarkgroup_id": group_id}


@routes.get("/{project_id}/landmarks/groups/{group_id}/transitively-linked", needs=Permission.BROWSE)
async def find_linked_groups(call: Call, form: LinkedGroupsSearch) -> list[int]:
    """Find the groups to which links of one relation lead from a group, directly or over others."""
    async with call.reading() as connection:
        return await landmark_links.linked_groups(
            connection, call.project_id, call.path["group_id"], form.relation_id, most_steps=form.max_depth
        )


@routes.put("/{project_id}/landmarks/groups/links/", needs=Permission.ANNOTATE, label="landmarkgroups.link")
async def link_groups(call: Call, form: NewGroupLink) -> MadeGroupLink:
    """Link two groups of landmarks; `relation_id` comes back as text if the link is new."""
    link_id, created = await landmark_links.link_groups(
        call.tx, call.user, call.project_id, form.group_1_id, form.group_2_id, form.relation_id
    )
    return {
        "id": link_id,
        "group_1_id": form.group_1_id,
        "group_2_id": form.group_2_id,
        "relation_id": str(form.relation_id) if created else form.relation_id,
        "created": created,
    }


@routes.delete(
    "/{project_id}/landmarks/groups/links/{link_id}/", needs=Permission.ANNOTATE, label="landmarkgroups.unlink"
)
async def unlink_groups(call: Call, form: NoParameters) -> GroupLinkAnswer:
    """Delete a link between two groups of landmarks."""
    link_id = call.path["link_id"]
    first, second, relation_id = await landmark_links.delete_link(call.tx, call.user, call.project_id, link_id)
    return {"id": link_id, "group_1_id": first, "group_2_id": second, "relation_id": relation_id}


@routes.post("/{project_id}/landmarks/groups/import", needs=Permission.ANNOTATE, label="landmarkgroups.import")
async def import_groups(call: Call, form: ImportForm) -> list[ImportedAnswer]:
    """Import groups of landmarks with the locations of their members."""
    if not form.data:
        raise InvalidInput("Parameter data is missing: [[group name, [[landmark name, x, y, z], ...]], ...] in JSON.")
    try:
        decoded = msgspec.json.decode(form.data)
    except (msgspec.DecodeError, RecursionError):
        raise InvalidInput("Parameter data is not valid JSON.") from None
    imported = await landmark_import.import_groups(
        call.tx,
        call.user,
        call.project_id,
        forms.convert({"groups": decoded}, _Import).groups,
        ImportPolicy(
            form.reuse_existing_groups,
            form.reuse_existing_landmarks,
            form.create_non_existing_groups,
            form.create_non_existing_landmarks,
        ),
    )
    return [
        {
            "id": group.id,
            "name": group.name,
            "members": [
                {"id": member, "name": name, "x": x, "y": y, "z": z} for member, name, x, y, z in group.members
            ],
        }
        for group in imported
    ]


@routes.post(
    "/{project_id}/landmarks/groups/materialize", needs=Permission.ANNOTATE, label="landmarkgroups.materialize"
)
async def materialize(call: Call, form: Materialization) -> MaterializedAnswer:
    """Make two groups that show the same landmarks, each at its own locations."""
    made = await landmark_import.materialize(
        call.tx,
        call.user,
        call.project_id,
        form.group_a_name,
        form.group_b_name,
        form.places(),
        form.links,
        reuse_landmarks=form.reuse_existing_landmarks,
    )
    return {
        "group_a_id": made.group_a_id,
        "group_b_id": made.group_b_id,
        "landmarks": made.landmarks,
        "created_landmarks": made.created_landmarks,
        "links": made.links,
    }


def _ends_by_group(links: list[GroupLink]) -> dict[int, list[LinkEnds]]:
    found: dict[int, list[LinkEnds]] = defaultdict(list)
    for link in links:
        ends: LinkEnds = {
            "id": link.id,
            "relation_id": link.relation_id,
            "subject_id": link.group_1_id,
            "object_id": link.group_2_id,
        }
        for group_id in {link.group_1_id, link.group_2_id}:
            found[group_id].append(ends)
    return found
