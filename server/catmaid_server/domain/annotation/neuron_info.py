"""Neurons: lists, names, and which skeletons model them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from catmaid_server.db.arrays import TEXT, Column, fetch_columns
from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_editable_neuron
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.projects import log
from catmaid_server.domain.skeletons import skeleton_info
from catmaid_server.domain.skeletons.skeleton_info import SkeletonFilter
from catmaid_wire import columns

sql = load("annotation/neuron_info")


async def neuron_ids(connection: Connection, project_id: int, wanted: SkeletonFilter) -> list[int]:
    """Ids of neurons: all, or those with a skeleton that fits."""
    if wanted == SkeletonFilter():
        return [neuron_id for (neuron_id,) in await fetch_all(connection, sql.neuron_ids, project_id=project_id)]
    skeletons = await skeleton_info.skeleton_ids(connection, project_id, wanted)
    return sorted(set((await neurons_of_skeletons(connection, project_id, skeletons)).values()))


async def neurons_of_skeletons(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> dict[int, int]:
    """Neuron by skeleton; unknown skeletons are left out."""
    return dict(
        await fetch_all(connection, sql.neurons_of_skeletons, project_id=project_id, skeleton_ids=list(skeleton_ids))
    )


async def known_neurons_of_skeletons(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> list[int]:
    """Neurons of skeletons, each once, in their order; `InvalidInput` if one of these does not exist."""
    found = await neurons_of_skeletons(connection, project_id, skeleton_ids)
    unknown = sorted(set(skeleton_ids) - set(found))
    if unknown:
        raise InvalidInput(f"There is no skeleton {unknown[0]}.")
    return list(dict.fromkeys(found[skeleton_id] for skeleton_id in skeleton_ids))


async def skeletons_of_neurons(
    connection: Connection, project_id: int, neuron_ids: Sequence[int]
) -> dict[int, list[int]]:
    """Skeletons by neuron; neurons without any are left out."""
    return dict(
        await fetch_all(connection, sql.skeletons_of_neurons, project_id=project_id, neuron_ids=list(neuron_ids))
    )


async def skeletons_of_neuron(connection: Connection, project_id: int, neuron_id: int) -> list[int]:
    """Skeletons of one neuron; `NotFound` if it has none."""
    found = await skeletons_of_neurons(connection, project_id, [neuron_id])
    if neuron_id not in found:
        raise NotFound(f"There is no neuron {neuron_id} with a skeleton.")
    return found[neuron_id]


async def rename(tx: Connection, project_id: int, user: User, names: Sequence[tuple[int, str]]) -> dict[int, str]:
    """Give neurons new names; two may have the same. Returns the old ones.

    Raises
    ------
    InvalidInput
        If a name is empty.
    NotFound
        If one of the neurons does not exist; none is renamed then.
    NotAllowed
        If somebody else locked one of them.
    """
    if not names or not all(name.strip() for _, name in names):
        raise InvalidInput("A neuron needs a name.")
    ids = [neuron_id for neuron_id, _ in names]
    for neuron_id in ids:
        await require_editable_neuron(tx, user, neuron_id)
    before: dict[int, str] = dict(await fetch_all(tx, sql.lock_names, project_id=project_id, neuron_ids=ids))
    for neuron_id in ids:
        if neuron_id not in before:
            raise NotFound(f"There is no neuron {neuron_id}.")
    await tx.execute(sql.rename, {"neuron_ids": ids, "names": [name for _, name in names]})
    await log.add(tx, project_id, user.id, "rename_neuron", None, _renaming(before, dict(names)))
    return {neuron_id: before[neuron_id] for neuron_id in ids}


def _renaming(before: Mapping[int, str], after: Mapping[int, str]) -> str:
    if len(after) == 1:
        ((neuron_id, name),) = after.items()
        return f"Renamed neuron with ID {neuron_id} from {before[neuron_id]} to {name}"
    ids, old, new = (", ".join(texts) for texts in (map(str, after), (before[n] for n in after), after.values()))
    return f"Renamed {len(after)} neurons. IDs: {ids} Old names: {old} New names: {new}"


async def neuron_table(connection: Connection, project_id: int) -> tuple[dict[str, Column], list[str]]:
    """Columns of `columns.NEURONS`, one element for each skeleton, by neuron; and the names in the same order."""
    dtypes: dict[str, str | np.dtype[Any]] = {**columns.NEURONS, "names": TEXT}
    found = await fetch_columns(connection, sql.neuron_table, {"project_id": project_id}, dtypes)
    names = found.pop("names").item()
    return found, await asyncio.to_thread(msgspec.json.decode, names, type=list[str])


async def require_neuron(tx: Connection, project_id: int, neuron_id: int) -> None:
    """Raise `InvalidInput` if the project has no such neuron."""
    cursor = await tx.execute(sql.neuron_exists, {"project_id": project_id, "neuron_id": neuron_id})
    if await cursor.fetchone() is None:
        raise InvalidInput(f"There is no neuron {neuron_id} in project {project_id}.")


async def skeletons_of(connection: Connection, project_id: int, neuron_id: int) -> list[int]:
    """Ids of the skeletons of a neuron, ascending; none if there is no such neuron."""
    rows = await fetch_all(connection, sql.skeletons_of, project_id=project_id, neuron_id=neuron_id)
    return [skeleton_id for (skeleton_id,) in rows]
