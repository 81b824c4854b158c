"""Where imported skeletons came from."""

from __future__ import annotations

from typing import NotRequired, TypedDict

import msgspec

from catmaid_server.domain.skeletons import origins
from catmaid_server.domain.skeletons.origins import DataSource
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.forms import wide_ids
from catmaid_server.http.routing import NoParameters, Permission, Routes
from catmaid_server.routes.skeletons.skeleton_info import SkeletonIds

routes = Routes()


class ImportInfo(SkeletonIds):
    """Some skeletons, and whether the imported treenodes are listed."""

    with_treenodes: bool = False


class FromOrigin(msgspec.Struct, kw_only=True):
    """Skeletons of another server's project."""

    source_ids: list[str] = []
    """Ids there; up to 2^63."""
    source_url: str
    source_project_id: int


class Source(TypedDict):
    """A project of a server."""

    name: str
    url: str
    source_project_id: int


class ListedSource(Source):
    """A project of a server, with its id here."""

    id: int


@routes.any("/{project_id}/origins/", needs=Permission.BROWSE)
async def list_sources(call: Call, form: NoParameters) -> list[ListedSource]:
    """List the servers' projects from which skeletons were imported."""
    async with call.reading() as connection:
        sources = await origins.sources(connection, call.project_id)
    return [{"id": source.id, **_described(source)} for source in sources]


class OriginOf(TypedDict):
    """The source of a skeleton, and its id there."""

    data_source_id: int
    source_id: int


class Origins(TypedDict):
    """Sources by id, and by skeleton where it came from."""

    data_sources: dict[int, Source]
    origins: dict[int, OriginOf]


@routes.any("/{project_id}/skeletons/origin", needs=Permission.BROWSE)
async def origins_of_skeletons(call: Call, form: SkeletonIds) -> Origins:
    """Tell where skeletons came from."""
    ids = required(form.skeleton_ids, "skeleton ID")
    async with call.reading() as connection:
        sources, found = await origins.of_skeletons(connection, call.project_id, ids)
    return {
        "data_sources": {source.id: _described(source) for source in sources.values()},
        "origins": {
            skeleton_id: {"data_source_id": data_source, "source_id": source_id}
            for skeleton_id, (data_source, source_id) in found.items()
        },
    }


def _described(source: DataSource) -> Source:
    return {"name": source.name, "url": source.url, "source_project_id": source.source_project_id}


@routes.any("/{project_id}/skeletons/from-origin", needs=Permission.BROWSE)
async def skeletons_from_origin(call: Call, form: FromOrigin) -> dict[int, int]:
    """Find what skeletons of another server's project became here; of several, the newest."""
    ids = required(wide_ids(form.source_ids), "source ID")
    async with call.reading() as connection:
        found = await origins.from_source(connection, call.project_id, form.source_url, form.source_project_id, ids)
    return {source_id: skeleton_ids[-1] for source_id, skeleton_ids in found.items()}


class Imported(TypedDict):
    """Which treenodes of a skeleton were imported."""

    n_imported_treenodes: int
    imported_treenodes: NotRequired[list[int]]


@routes.any("/{project_id}/skeletons/import-info", needs=Permission.BROWSE)
async def describe_imports(call: Call, form: ImportInfo) -> dict[int, Imported]:
    """Tell how many treenodes of skeletons were imported, and perhaps which."""
    ids = required(form.skeleton_ids, "skeleton ID")
    async with call.reading() as connection:
        found = await origins.imported_treenodes(connection, call.project_id, ids)
    return {skeleton_id: _imported(nodes, listed=form.with_treenodes) for skeleton_id, nodes in found.items()}


def _imported(treenode_ids: list[int], *, listed: bool) -> Imported:
    answer: Imported = {"n_imported_treenodes": len(treenode_ids)}
    if listed:
        answer["imported_treenodes"] = treenode_ids
    return answer
