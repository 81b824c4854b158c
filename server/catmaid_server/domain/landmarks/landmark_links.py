"""Links between groups of landmarks, such as that one mirrors the other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_edit
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.landmarks.landmark_groups import require_groups

sql = load("landmarks/landmark_groups")


@dataclass(frozen=True, slots=True)
class GroupLink:
    """Group 1 has the relation to group 2."""

    id: int
    relation_id: int
    group_1_id: int
    group_2_id: int
    relation: str


async def list_links(connection: Connection, project_id: int) -> list[GroupLink]:
    """All links between groups of a project, by id."""
    return [GroupLink(*row) for row in await fetch_all(connection, sql.links, project_id=project_id)]


async def link_groups(
    tx: Connection, user: User, project_id: int, group_1_id: int, group_2_id: int, relation_id: int
) -> tuple[int, bool]:
    """Link two groups; id of the link, and whether it is new. `InvalidInput` if group or relation are unknown."""
    await require_groups(tx, project_id, [group_1_id, group_2_id])
    if await _works_both_ways(tx, project_id, relation_id) is None:
        raise InvalidInput(f"There is no relation {relation_id} in project {project_id}.")
    ends = {"group_1_id": group_1_id, "group_2_id": group_2_id, "relation_id": relation_id}
    made: int | None = await fetch_value(tx, sql.link_groups, project_id=project_id, user_id=user.id, **ends)
    if made is not None:
        return made, True
    known: int = await fetch_value(tx, sql.link_between, **ends)
    return known, False


async def delete_link(tx: Connection, user: User, project_id: int, link_id: int) -> tuple[int, int, int]:
    """Delete a link that the user may edit: the ids of group 1, group 2 and the relation."""
    row = await fetch_one(tx, sql.lock_link, project_id=project_id, link_id=link_id)
    if row is None:
        raise NotFound(f"There is no link {link_id} between groups of landmarks in project {project_id}.")
    await require_edit(tx, user, [row[4]], f"link {link_id} between groups of landmarks")
    await tx.execute(sql.delete_link, {"link_id": link_id})
    return row[2], row[3], row[1]


async def linked_groups(
    connection: Connection, project_id: int, group_id: int, relation_id: int, *, most_steps: int = 0
) -> list[int]:
    """Groups to which links of one relation lead from a group, over at most so many links (0: any number); by id.

    Links of a relation that works both ways are followed both ways. Others are followed from group 1 to group 2, and
    if they lead back, the group itself is among those found.
    """
    both_ways = await _works_both_ways(connection, project_id, relation_id)
    if both_ways is None:
        raise NotFound(f"There is no relation {relation_id} in project {project_id}.")
    ahead: dict[int, set[int]] = defaultdict(set)
    for first, second in await fetch_all(
        connection, sql.links_by_relation, project_id=project_id, relation_id=relation_id
    ):
        ahead[first].add(second)
        if both_ways:
            ahead[second].add(first)
    found: set[int] = set()
    border, steps = {group_id}, 0
    while border and (most_steps <= 0 or steps < most_steps):
        border = {further for group in border for further in ahead[group]} - found
        found |= border
        steps += 1
    return sorted(found - {group_id} if both_ways else found)


async def _works_both_ways(connection: Connection, project_id: int, relation_id: int) -> bool | None:
    """None if the project has no such relation."""
    found: bool | None = await fetch_value(connection, sql.relation, project_id=project_id, relation_id=relation_id)
    return found
