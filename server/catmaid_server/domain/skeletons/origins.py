"""Where imported skeletons came from: other servers' projects, and the ids there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection

sql = load("skeletons/origins")


@dataclass(frozen=True, slots=True)
class SkeletonOrigin:
    """A skeleton of another server's project."""

    source_id: int
    url: str
    project_id: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class DataSource:
    """Another server's project."""

    id: int
    name: str
    url: str
    source_project_id: int


async def add(tx: Connection, project_id: int, user_id: int, skeleton_id: int, origin: SkeletonOrigin) -> None:
    """Note where a skeleton came from; a slash at the end of the address does not matter."""
    source = {"project_id": project_id, "url": origin.url.removesuffix("/"), "source_project_id": origin.project_id}
    await tx.execute(sql.ensure_source, {**source, "user_id": user_id, "name": origin.name})
    data_source_id = await fetch_value(tx, sql.source, **source)
    await tx.execute(
        sql.add,
        {
            "skeleton_id": skeleton_id,
            "project_id": project_id,
            "data_source_id": data_source_id,
            "source_id": origin.source_id,
            "user_id": user_id,
        },
    )


async def sources(connection: Connection, project_id: int) -> list[DataSource]:
    """All that skeletons of this project came from."""
    return [DataSource(*row) for row in await fetch_all(connection, sql.sources, project_id=project_id)]


async def of_skeletons(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int]
) -> tuple[dict[int, DataSource], dict[int, tuple[int, int]]]:
    """The sources by id, and by skeleton the id of its source and its own id there; none for what was made here."""
    found: dict[int, DataSource] = {}
    origins: dict[int, tuple[int, int]] = {}
    for skeleton_id, data_source_id, source_id, *described in await fetch_all(
        connection, sql.of_skeletons, project_id=project_id, skeleton_ids=list(skeleton_ids)
    ):
        found[data_source_id] = DataSource(data_source_id, *described)
        origins[skeleton_id] = (data_source_id, source_id)
    return found, origins


async def from_source(
    connection: Connection, project_id: int, url: str, source_project_id: int, source_ids: Sequence[int]
) -> dict[int, list[int]]:
    """The skeletons here by their id there."""
    return dict(
        await fetch_all(
            connection,
            sql.from_source,
            project_id=project_id,
            url=url.removesuffix("/"),
            source_project_id=source_project_id,
            source_ids=list(source_ids),
        )
    )


async def imported_treenodes(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int]
) -> dict[int, list[int]]:
    """The treenodes that were imported, by skeleton; unknown skeletons are left out."""
    return dict(
        await fetch_all(connection, sql.imported_treenodes, project_id=project_id, skeleton_ids=list(skeleton_ids))
    )
