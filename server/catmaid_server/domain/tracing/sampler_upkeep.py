"""What edits of a skeleton mean to the samplers of it: some are refused, others change domains and intervals."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.sampler_kinds import REGULAR

sql = load("tracing/sampler_upkeep")

CREATE_INTERVALS, BRANCH, DOMAIN_END, NEW_DOMAIN = "create-intervals", "branch", "domain-end", "new-domain"
JOIN_MODES = (CREATE_INTERVALS, BRANCH, DOMAIN_END, NEW_DOMAIN)
"""What becomes of a domain where another skeleton is joined to it: it takes that in, with intervals or as a branch, or
it ends there, where a new domain may begin."""


KEEP_SAMPLERS, DELETE_SAMPLERS = "keep-samplers", "delete-samplers"
LOSS_MODES = (KEEP_SAMPLERS, DELETE_SAMPLERS)
"""What becomes of the samplers of a skeleton that is joined to another: they go over to that one, or end."""


@dataclass(slots=True)
class SplitChanges:
    """What a split did to the samplers of the skeleton that lives on."""

    n_samplers: int
    n_deleted_domains: int = 0
    n_deleted_intervals: int = 0


@dataclass(slots=True)
class JoinChanges:
    """What a join did to samplers: of the skeleton that lives on (win), and of the one that ends (lose)."""

    n_samplers: int
    n_samplers_win: int
    n_samplers_lose: int
    n_deleted_samplers: int = 0
    n_deleted_domains: int = 0
    n_deleted_intervals: int = 0
    n_added_domains: int = 0
    n_added_intervals: int = 0
    n_added_domain_ends: int = 0


@dataclass(frozen=True, slots=True)
class _Domain:
    id: int
    sampler_id: int
    start_node_id: int
    end_node_ids: list[int]

    def reaches(self, path: Sequence[int]) -> bool:
        """Whether the first node of a path to the root is in this domain, be it as an end of it."""
        if self.start_node_id not in path:
            return False
        return not set(path[1 : path.index(self.start_node_id)]) & set(self.end_node_ids)


async def require_unused(tx: Connection, treenode_id: int) -> None:
    """Raise `InvalidInput` if a domain or an interval of a sampler begins or ends at a treenode."""
    row = await fetch_one(tx, sql.used_by, treenode_id=treenode_id)
    assert row is not None
    for used, what in zip(row, ("an interval", "a domain"), strict=True):
        if used:
            raise InvalidInput(f"Treenode {treenode_id} cannot be deleted: {what} of a sampler begins or ends there.")


async def require_rerootable(tx: Connection, skeleton_id: int, treenode_id: int) -> None:
    """Raise `InvalidInput` if other treenodes would be distal to the start of a domain, were this node the root."""
    domains = await _domains(tx, skeleton_id)
    if not domains:
        return
    path = set(await _path_to_root(tx, treenode_id))
    affected = {domain.sampler_id for domain in domains if domain.start_node_id in path}
    if affected:
        raise InvalidInput(
            f"Skeleton {skeleton_id} cannot be rerooted at treenode {treenode_id}: that would change "
            f"domains of the samplers {sorted(affected)}."
        )


async def follow_split(tx: Connection, skeleton_id: int, above_id: int) -> SplitChanges | None:
    """Let domains end at `above_id`, below which the skeleton was cut just now; None if there are no samplers.

    Intervals that are of the other skeleton by now are deleted, those that were cut end at `above_id`, and domains
    that lose their last interval are deleted; those that never had one only get another end.
    """
    samplers = await fetch_all(tx, sql.samplers, skeleton_ids=[skeleton_id])
    if not samplers:
        return None
    changes = SplitChanges(len(samplers))
    path = await _path_to_root(tx, above_id)
    for domain in await _domains(tx, skeleton_id):
        intervals = [(row[0], row[1], row[2]) for row in await fetch_all(tx, sql.intervals, domain_id=domain.id)]
        nodes = {domain.start_node_id, *domain.end_node_ids, *(node for row in intervals for node in row[1:])}
        gone = {
            node for (node,) in await fetch_all(tx, sql.nodes_elsewhere, ids=sorted(nodes), skeleton_id=skeleton_id)
        }
        below = domain.start_node_id in gone
        if not below and (not domain.reaches(path) or above_id in domain.end_node_ids):
            continue
        deleted = await _cut_intervals(tx, intervals, gone, above_id)
        changes.n_deleted_intervals += deleted
        if below or (deleted and deleted == len(intervals)):
            await tx.execute(sql.delete_domain, {"domain_id": domain.id})
            changes.n_deleted_domains += 1
            continue
        await tx.execute(sql.delete_ends, {"domain_id": domain.id, "ids": sorted(gone)})
        if not await fetch_value(tx, sql.has_children, treenode_id=above_id):
            await tx.execute(sql.add_end, {"domain_id": domain.id, "treenode_id": above_id})
    return changes


async def _cut_intervals(
    tx: Connection, intervals: Sequence[tuple[int, int, int]], gone: Collection[int], above_id: int
) -> int:
    """Shorten intervals to what is above the cut, and delete those of which nothing is left; their number."""
    cut = [interval for interval in intervals if interval[2] in gone]
    deleted = [interval_id for interval_id, start_id, _ in cut if start_id in gone or start_id == above_id]
    shortened = [interval_id for interval_id, *_ in cut if interval_id not in deleted]
    await tx.execute(sql.delete_intervals, {"ids": deleted})
    await tx.execute(sql.end_intervals_at, {"ids": shortened, "treenode_id": above_id})
    return len(deleted)


async def begin_join(
    tx: Connection, kept_id: int, gone_id: int, joined_id: int, mode: str | None, loss_mode: str
) -> JoinChanges | None:
    """Give the samplers of a skeleton that is about to end over to the one that it is joined to, or delete them.

    kept_id, gone_id
        The skeletons.
    joined_id
        Treenode that becomes the root of the one that ends, before it is joined.
    mode, loss_mode
        One of `JOIN_MODES` and of `LOSS_MODES`; do not matter if there are no samplers, and then `None` is returned.

    Raises `InvalidInput` if samplers are to be kept whose domains would be turned.
    """
    found = await fetch_all(tx, sql.samplers, skeleton_ids=[kept_id, gone_id])
    if not found:
        return None
    if mode not in JOIN_MODES:
        raise InvalidInput(
            "Samplers use these skeletons: say what becomes of them with sampler_handling, one of "
            f"{', '.join(JOIN_MODES)}."
        )
    if loss_mode not in LOSS_MODES:
        raise InvalidInput(f"lose_sampler_handling is one of {', '.join(LOSS_MODES)}.")
    lose = sum(skeleton_id == gone_id for _, skeleton_id in found)
    win = len(found) - lose
    changes = JoinChanges(win + lose, win, lose)
    if lose and loss_mode == DELETE_SAMPLERS:
        await tx.execute(sql.delete_samplers, {"skeleton_id": gone_id})
        changes.n_deleted_samplers = lose
    elif lose:
        await require_rerootable(tx, gone_id, joined_id)
        await tx.execute(sql.give_samplers, {"from_id": gone_id, "to_id": kept_id})
    return changes


async def follow_join(
    tx: Connection,
    user: User,
    project_id: int,
    skeleton_id: int,
    treenode_id: int,
    joined_id: int,
    mode: str,
    changes: JoinChanges,
) -> None:
    """Let the domain of each sampler that reaches `treenode_id` do as `mode` says with `joined_id`, now a child of it.

    What changes is added to `changes`. Raises `InvalidInput` if that is not possible: two domains of a sampler meet
    there, or an interval begins or ends there and is to take in a branch.
    """
    path = await _path_to_root(tx, treenode_id)
    reaching = [domain for domain in await _domains(tx, skeleton_id) if domain.reaches(path)]
    if len({domain.sampler_id for domain in reaching}) < len(reaching):
        raise InvalidInput(f"Two domains of one sampler meet at treenode {treenode_id}: join at a node next to it.")
    for domain in reaching:
        if mode == CREATE_INTERVALS:
            raise InvalidInput("A join cannot make new intervals: choose another way of sampler_handling.")
        if mode == BRANCH:
            ends = {node for row in await fetch_all(tx, sql.intervals, domain_id=domain.id) for node in row[1:]}
            if treenode_id in ends:
                raise InvalidInput(f"An interval begins or ends at treenode {treenode_id}: join at a node next to it.")
            continue
        if treenode_id == domain.start_node_id or treenode_id not in domain.end_node_ids:
            await tx.execute(sql.add_end, {"domain_id": domain.id, "treenode_id": joined_id})
            changes.n_added_domain_ends += 1
        if mode == NEW_DOMAIN:
            leaves = [leaf for (leaf,) in await fetch_all(tx, sql.leaves, treenode_id=joined_id)]
            await tx.execute(
                sql.add_domain,
                {
                    "project_id": project_id,
                    "sampler_id": domain.sampler_id,
                    "type_id": REGULAR,
                    "treenode_id": joined_id,
                    "user_id": user.id,
                    "leaves": leaves,
                },
            )
            changes.n_added_domains += 1
            changes.n_added_domain_ends += len(leaves)


async def _domains(tx: Connection, skeleton_id: int) -> list[_Domain]:
    return [_Domain(*row) for row in await fetch_all(tx, sql.domains, skeleton_id=skeleton_id)]


async def _path_to_root(tx: Connection, treenode_id: int) -> list[int]:
    return [node for (node,) in await fetch_all(tx, sql.path_to_root, treenode_id=treenode_id)]
