"""Many landmarks at once: named groups with their members' locations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_edit
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.landmarks import landmark_groups, landmark_links, landmarks
from catmaid_server.domain.projects import projects

LandmarkPosition: TypeAlias = tuple[float, float, float]
"""x, y, z in nm."""
NamedPosition: TypeAlias = tuple[str, float, float, float]
"""The name of a landmark, and x, y, z in nm."""
GroupData: TypeAlias = tuple[str, list[NamedPosition]]
"""The name of a group, and where its members are."""


@dataclass(frozen=True, slots=True)
class ImportPolicy:
    """What may be used that is there already, and what may be made."""

    reuse_groups: bool = False
    reuse_landmarks: bool = False
    create_groups: bool = True
    create_landmarks: bool = True


@dataclass(frozen=True, slots=True)
class ImportedGroup:
    """A group, and of each location given for it the landmark's id, name, x, y and z (nm)."""

    id: int
    name: str
    members: list[tuple[int, str, float, float, float]]


@dataclass(slots=True)
class Materialized:
    """Two new groups, their landmarks by name, and the new links between them: the relation's name by link."""

    group_a_id: int
    group_b_id: int
    landmarks: dict[str, int]
    created_landmarks: int
    links: dict[int, str] = field(default_factory=dict)


async def import_groups(
    tx: Connection, user: User, project_id: int, data: Sequence[GroupData], policy: ImportPolicy
) -> list[ImportedGroup]:
    """Let groups show landmarks at new points; groups and landmarks are known by name, in capital letters or small.

    Raises `InvalidInput` if something is there that may not be used, or missing and may not be made; `NotAllowed` if
    something that is to be used belongs to somebody else.
    """
    for group, places in data:
        if not group.strip() or not all(name.strip() for name, *_ in places):
            raise InvalidInput("Groups and landmarks need names.")
        if not places:
            raise InvalidInput(f"Group {group!r} has no landmarks.")
    if not data:
        return []
    await tx.execute(landmarks.sql.lock_names, {"project_id": project_id})
    groups = await _named(
        tx,
        user,
        project_id,
        "group",
        [group for group, _ in data],
        reuse=policy.reuse_groups,
        create=policy.create_groups,
    )
    members = await _named(
        tx,
        user,
        project_id,
        "landmark",
        [place[0] for _, places in data for place in places],
        reuse=policy.reuse_landmarks,
        create=policy.create_landmarks,
    )
    pairs = [(members[place[0].lower()], groups[group.lower()]) for group, places in data for place in places]
    await _place(tx, user, project_id, pairs, [place[1:] for _, places in data for place in places])
    return [
        ImportedGroup(groups[group.lower()], group, [(members[place[0].lower()], *place) for place in places])
        for group, places in data
    ]


async def materialize(
    tx: Connection,
    user: User,
    project_id: int,
    group_a: str,
    group_b: str,
    places: Sequence[tuple[str, LandmarkPosition, LandmarkPosition]],
    links: Sequence[tuple[str, str, str]],
    *,
    reuse_landmarks: bool,
) -> Materialized:
    """Make two groups that show the same landmarks, each where it is in either group; of a name the first counts.

    `links` are a group's name, a relation's name, and the other group's name. Raises `InvalidInput` if a group exists,
    or a landmark that may not be reused.
    """
    placed = {name: (a, b) for name, a, b in reversed(places)}
    names = list(dict.fromkeys(name for name, *_ in places))
    if not names or not all(name.strip() for name in names):
        raise InvalidInput("Landmarks are needed, each with a name.")
    made = {name: (await landmark_groups.create_group(tx, user, project_id, name)).id for name in (group_a, group_b)}
    known = await _known_landmarks(tx, project_id, names)
    if known and not reuse_landmarks:
        raise InvalidInput(f"There are landmarks named {sorted(known)} already; allow to reuse them, or rename these.")
    ids = known | await _create(tx, user, project_id, "landmark", [name for name in names if name not in known])
    pairs = [(ids[name], made[group]) for name in names for group in (group_a, group_b)]
    await _place(tx, user, project_id, pairs, [place for name in names for place in placed[name]])
    result = Materialized(made[group_a], made[group_b], {name: ids[name] for name in names}, len(names) - len(known))
    relations = await projects.relation_ids(tx, project_id) if links else {}
    for first, relation, second in links:
        if first not in made or second not in made or relation not in relations:
            raise InvalidInput(
                f"A link leads from one of the groups {group_a!r} and {group_b!r} to another by a "
                f"relation of the project, not {[first, relation, second]}."
            )
        link_id, _ = await landmark_links.link_groups(
            tx, user, project_id, made[first], made[second], relations[relation]
        )
        result.links[link_id] = relation
    return result


async def _named(
    tx: Connection, user: User, project_id: int, kind: str, names: Iterable[str], *, reuse: bool, create: bool
) -> dict[str, int]:
    """Ids by name in small letters, of groups or landmarks that exist or are made."""
    wanted = {name.lower(): name for name in reversed(list(names))}
    query = landmarks.sql.landmarks_called if kind == "landmark" else landmark_groups.sql.groups_called
    rows = await fetch_all(tx, query, project_id=project_id, names=list(wanted))
    if rows and not reuse:
        raise InvalidInput(f"There is a {kind} named {wanted[rows[0][0]]!r} already: allow to reuse it, or rename one.")
    await require_edit(tx, user, {row[2] for row in rows}, f"every {kind} with one of these names")
    found = {name: landmark_id for name, landmark_id, _ in rows}
    new = [wanted[name] for name in reversed(wanted) if name not in found]
    if new and not create:
        raise InvalidInput(f"There is no {kind} named {new[0]!r}; allow to create it.")
    made = await _create(tx, user, project_id, kind, new)
    return found | {name.lower(): made_id for name, made_id in made.items()}


async def _create(tx: Connection, user: User, project_id: int, kind: str, names: Sequence[str]) -> dict[str, int]:
    query = landmarks.sql.create if kind == "landmark" else landmark_groups.sql.create
    rows = await fetch_all(tx, query, project_id=project_id, user_id=user.id, names=list(names))
    return {name: made_id for made_id, name, *_ in rows}


async def _known_landmarks(tx: Connection, project_id: int, names: Sequence[str]) -> dict[str, int]:
    """Landmarks with exactly these names; of several with one name the first."""
    rows = await landmarks.list_landmarks(tx, project_id)
    wanted = set(names)
    return {landmark.name: landmark.id for landmark in reversed(rows) if landmark.name in wanted}


async def _place(
    tx: Connection, user: User, project_id: int, pairs: Sequence[tuple[int, int]], places: Sequence[LandmarkPosition]
) -> None:
    """Make a landmark a member of a group that shows it at a new point, for each pair of them and its place."""
    of_landmark, of_group = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    await landmark_groups.add_members(tx, user, project_id, of_landmark, of_group)
    points = await landmarks.create_points(tx, user, project_id, places)
    await landmarks.put_at_points(tx, user, project_id, of_landmark, points)
    await landmark_groups.show_points(tx, user, project_id, of_group, points)
