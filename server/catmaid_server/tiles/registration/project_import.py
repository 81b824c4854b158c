"""Make projects with their stacks of project files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from yarl import URL

from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.errors import DomainError
from catmaid_server.domain.projects import projects
from catmaid_server.domain.space import stack_groups, stacks
from catmaid_server.domain.space.stacks import Mirror, NewStack
from catmaid_server.tiles.gateway.failures import HostRefused
from catmaid_server.tiles.pyramid import zoom_levels
from catmaid_server.tiles.registration.adding import StackLooker
from catmaid_server.tiles.registration.prepared import prepared_mirror
from catmaid_server.tiles.registration.project_files import DescribedMirror, DescribedStack, ProjectFromFile
from catmaid_server.tiles.registration.request import ORIENTATIONS, StackRequest
from catmaid_server.tiles.sources.opening import is_url

_VOLUMES: Final = frozenset({11, 13, 14})
_BY_BROWSERS: Final = frozenset({1, 4, 5})
_KNOWN_KINDS: Final = frozenset({"volume", "images"})


@dataclass(slots=True, kw_only=True)
class ImportedProject:
    """A project of a project file: which stacks are new, which there were, and what could not be done as described."""

    project_id: int
    title: str
    added: list[int] = field(default_factory=list)
    there: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


async def import_projects(
    store: Store, looker: StackLooker, described: Sequence[ProjectFromFile], *, owner: str, direct: bool = False
) -> list[ImportedProject]:
    """Make projects that are not there and add stacks that they lack: all of a project, or nothing.

    Images come through this service where it may ask their hosts; `direct`: tiles that browsers can load by themselves
    do not. Raises `InvalidInput`.
    """
    async with store.reading() as connection:
        user = await users.require_user(connection, owner)
    imported = []
    for project in described:
        notes = list(project.notes)
        prepared = [(stack, await _mirrors(stack, looker, notes, direct=direct)) for stack in project.stacks]
        async with store.reading() as connection:
            known = await projects.find_project(connection, project.title)
        async with store.writing(user_id=user.id, project_id=known, label="projects.import") as tx:
            project_id = await projects.ensure_project(tx, project.title, owner_id=user.id)
            done = ImportedProject(project_id=project_id, title=project.title, notes=notes)
            for stack, mirrors in prepared:
                await _add(tx, done, stack, mirrors)
        imported.append(done)
    return imported


async def _add(tx: Connection, project: ImportedProject, stack: DescribedStack, mirrors: list[Mirror]) -> None:
    for mirror in stack.mirrors:
        known = await stack_groups.stack_at(tx, project.project_id, stack.title, mirror.url)
        if known is not None:
            project.there.append(known)
            return
    first = stack.mirrors[0]
    width, height, _ = stack.dimension
    levels = stack.zoom_levels or zoom_levels(width, height, max(first.tile_width, first.tile_height))
    new = NewStack(
        title=stack.title,
        dimension=stack.dimension,
        resolution=stack.resolution,
        zoom_levels=levels,
        mirrors=mirrors,
        comment=stack.comment,
        description=stack.description,
        attribution=stack.attribution,
        metadata=stack.metadata,
        canary_location=stack.canary_location,
        placeholder_color=stack.placeholder_color,
        downsample_factors=stack.downsample_factors or (),
        broken_sections=stack.broken_sections,
    )
    stack_id = await stacks.register_stack(
        tx, project.project_id, new, translation=stack.translation, orientation=stack.orientation
    )
    for title, relation in stack.groups:
        await stack_groups.join_group(tx, project.project_id, stack_id, title, relation)
    project.added.append(stack_id)


async def _mirrors(stack: DescribedStack, looker: StackLooker, notes: list[str], *, direct: bool) -> list[Mirror]:
    made = []
    for mirror in stack.mirrors:
        source = None
        if not (direct and mirror.tile_source_type in _BY_BROWSERS):
            try:
                source = await _source(stack, mirror, looker)
            except DomainError as error:
                notes.append(f"Stack {stack.title!r} is left to other viewers at {mirror.url}: {error}")
        made.append(
            Mirror(
                tile_width=mirror.tile_width,
                tile_height=mirror.tile_height,
                title=mirror.title,
                file_extension=mirror.file_extension,
                tile_source_type=mirror.tile_source_type,
                image_base=mirror.url,
                source=source,
            )
        )
    return made


async def _source(stack: DescribedStack, mirror: DescribedMirror, looker: StackLooker) -> dict[str, Any]:
    """How this service reads a mirror. Raises `DomainError` if it cannot."""
    told = mirror.source
    if told is not None and told.get("kind") in _KNOWN_KINDS and is_url(str(told.get("base"))):
        looker.means.fetcher.hosts.require(URL(str(told["base"])))
        return _revised(dict(told), mirror)
    if mirror.tile_source_type in _VOLUMES:
        request = StackRequest(
            address=mirror.url,
            tile_source_type=mirror.tile_source_type,
            tile_size=(mirror.tile_width, mirror.tile_height),
            orientation=ORIENTATIONS[0],  # such addresses say themselves which axes are cut
            resolution=stack.resolution,
        )
        prepared = await prepared_mirror(mirror.url, request, looker.means)
        return dict(prepared.mirror.source or {})
    if not is_url(mirror.url):
        raise HostRefused("that is no address with http:// or https://.")
    looker.means.fetcher.hosts.require(URL(mirror.url))
    source = {
        "kind": "images",
        "base": mirror.url,
        "tile_source_type": mirror.tile_source_type,
        "file_extension": mirror.file_extension,
        **({"orientation": stack.orientation} if stack.orientation else {}),
    }
    return _revised(source, mirror)


def _revised(source: dict[str, Any], mirror: DescribedMirror) -> dict[str, Any]:
    source.pop("revision", None)
    identity = json.dumps([source, mirror.tile_width, mirror.tile_height], sort_keys=True)
    return source | {"revision": hashlib.sha256(identity.encode()).hexdigest()[:12]}
