"""Labels (tags) on treenodes and connectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import editable_owners, require_edit
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput

sql = load("tracing/labels")

MOST_PER_SKELETON = {"soma": 1}


class LabelTarget(StrEnum):
    """What a label is on."""

    TREENODE = "treenode"
    CONNECTOR = "connector"


@dataclass
class LabelChange:
    """What `set_labels` did, by label name."""

    new: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    remaining: list[str] = field(default_factory=list)
    warning: str | None = None


async def set_labels(
    tx: Connection,
    user: User,
    project_id: int,
    kind: LabelTarget,
    node_id: int,
    names: Sequence[str],
    *,
    delete_existing: bool,
) -> LabelChange:
    """Give a node labels; with `delete_existing` others of its labels go, as far as the user may edit them."""
    wanted = list(dict.fromkeys(name for name in names if name))
    target = await _lock_target(tx, project_id, kind, node_id)
    links = await _links(tx, target)
    await tx.execute(sql.lock_names, {"project_id": project_id, "names": wanted + [link[1] for link in links]})
    change = LabelChange()
    superfluous = [link for link in links if link[1] not in wanted]
    if delete_existing:
        editable = await editable_owners(tx, user, {link[2] for link in superfluous})
        gone = [link for link in superfluous if link[2] in editable]
        await _delete(tx, [link[0] for link in gone], [link[3] for link in gone])
        change.deleted = list(dict.fromkeys(link[1] for link in gone))
        superfluous = [link for link in superfluous if link not in gone]
    change.remaining = list(dict.fromkeys(link[1] for link in superfluous))
    present = {link[1] for link in links}
    for name in wanted:
        if name not in present:
            await tx.execute(sql.add_label, {**target, "project_id": project_id, "user_id": user.id, "name": name})
            change.new.append(name)
    if kind is LabelTarget.TREENODE:
        change.warning = await _warning(tx, node_id, wanted)
    return change


async def remove_label(tx: Connection, user: User, project_id: int, kind: LabelTarget, node_id: int, name: str) -> int:
    """Take one label off a node and return the id of the link that was."""
    target = await _lock_target(tx, project_id, kind, node_id)
    await tx.execute(sql.lock_names, {"project_id": project_id, "names": [name]})
    for link_id, present, owner_id, label_id in await _links(tx, target):
        if present == name:
            await require_edit(tx, user, [owner_id], f"label {name!r}")
            await _delete(tx, [link_id], [label_id])
            return link_id
    raise InvalidInput(f"The {kind} {node_id} has no label {name!r}.")


async def _lock_target(tx: Connection, project_id: int, kind: LabelTarget, node_id: int) -> dict[str, int | None]:
    query = sql.lock_treenode if kind is LabelTarget.TREENODE else sql.lock_connector
    cursor = await tx.execute(query, {"project_id": project_id, "node_id": node_id})
    if await cursor.fetchone() is None:
        raise InvalidInput(f"There is no {kind} {node_id} in project {project_id}.")
    return {
        "treenode_id": node_id if kind is LabelTarget.TREENODE else None,
        "connector_id": node_id if kind is LabelTarget.CONNECTOR else None,
    }


async def _links(tx: Connection, target: dict[str, int | None]) -> list[tuple[int, str, int, int]]:
    cursor = await tx.execute(sql.labels_of, target)
    return list(await cursor.fetchall())


async def _delete(tx: Connection, link_ids: list[int], label_ids: list[int]) -> None:
    """Remove labels from a node, and delete those that are on no node any more."""
    if link_ids:
        await tx.execute(sql.remove_labels, {"ids": link_ids})
        await tx.execute(sql.delete_unused, {"ids": label_ids})


async def _warning(tx: Connection, treenode_id: int, names: Sequence[str]) -> str | None:
    limited = [name for name in names if name in MOST_PER_SKELETON]
    if not limited:
        return None
    cursor = await tx.execute(sql.count_in_skeleton, {"treenode_id": treenode_id, "names": limited})
    over = [
        f"{name} ({count}, max. {MOST_PER_SKELETON[name]})"
        for name, count in await cursor.fetchall()
        if count > MOST_PER_SKELETON[name]
    ]
    return f"The skeleton has too many of the following tags: {', '.join(over)}" if over else None
