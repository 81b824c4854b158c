"""The command that makes projects and stacks of CATMAID's project files."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catmaid_server.cli.imports import app
from catmaid_server.cli.options import AsJson, AsUser, DatabaseUrl, DataDir, settings_from
from catmaid_server.cli.output import answer, run
from catmaid_server.cli.stack_addresses import stack_looker
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings

if TYPE_CHECKING:
    from catmaid_server.tiles.registration.project_import import ImportedProject

_NOTES_SHOWN = 50


@app.command("projects")
def import_projects(
    source: Annotated[str, typer.Argument(metavar="FILE|URL", show_default=False)],
    direct: Annotated[
        bool, typer.Option("--direct", help="Leave tiles of types 1, 4 and 5 to browsers: they ask the hosts.")
    ] = False,
    user: AsUser = "admin",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Make projects with their stacks, mirrors and groups of CATMAID's project files.

    FILE is YAML or JSON; URL may be that of /projects/export of a CATMAID server. What is there already stays.
    """
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    imported = run(_imported(settings, source, user, direct=direct))
    answer(imported, as_json=as_json, text="\n".join(map(_described, imported)))


async def _imported(settings: Settings, source: str, user: str, *, direct: bool) -> list[ImportedProject]:
    from catmaid_server.tiles.registration.project_files import parsed_projects
    from catmaid_server.tiles.registration.project_import import import_projects as work
    from catmaid_server.tiles.sources.opening import is_url

    async with stack_looker(settings) as looker:
        if is_url(source):
            found = await looker.means.fetcher.fetch(source, fresh=True)
            if found is None:
                raise InvalidInput(f"There is no project file at {source}.")
            content = found.body
        else:
            content = await asyncio.to_thread(Path(source).read_bytes)
        described = parsed_projects(content.decode("utf-8", errors="replace"))
        async with opened_store(settings) as store:
            return await work(store, looker, described, owner=user, direct=direct)


def _described(project: ImportedProject) -> str:
    lines = [f"Project {project.project_id} {project.title!r}: {len(project.added)} stack(s) added."]
    if project.there:
        lines.append(f"  {len(project.there)} stack(s) were there already.")
    lines += [f"  {note}" for note in project.notes[:_NOTES_SHOWN]]
    if len(project.notes) > _NOTES_SHOWN:
        lines.append(f"  and {len(project.notes) - _NOTES_SHOWN} more notes (--json has all)")
    return "\n".join(lines)
