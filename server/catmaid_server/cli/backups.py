"""Commands that take backups and restore them."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from catmaid_server.cli.options import AsJson, DatabaseUrl, DataDir, settings_from
from catmaid_server.cli.output import answer
from catmaid_server.operations import backups, restoring, upgrading

app = typer.Typer()

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", show_default=False)]


@app.command()
def backup(
    file: BackupFile,
    images: Annotated[
        bool, typer.Option("--images", help="With the images of the data folder, which may be large.")
    ] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace FILE if it exists.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Write a backup of all projects, users and history to a new file, also while people work.

    The file is of one state, and only its owner may read it: it has what users wrote and hashes of passwords.
    """
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    with _tidied_when_ended():
        made = backups.back_up(settings, file, images=images, replace=replace)
    text = f"Wrote {made.path}, {made.size / 1e6:.1f} MB: all up to version {made.version}"
    text += f", and {made.images} files of images." if images else ". Images are not in it; see --images."
    if made.left_out:
        text += f"\nLeft out, because they are links: {', '.join(made.left_out)}"
    answer(made, as_json=as_json, text=text)


@app.command()
def restore(
    file: BackupFile,
    moved: Annotated[
        bool,
        typer.Option(
            "--moved", help="The old service wrote nothing after the backup: ids and versions go on without a gap."
        ),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check that the file is whole.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Restore a backup into a new data folder, or into an empty database: all of it or nothing.

    Ids and versions that the old service may have given after the backup are left out: none stands for two things.
    """
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    with _tidied_when_ended():
        restored = restoring.restore(settings, file, moved=moved, dry_run=dry_run)
    text = f"{file} is whole: the state of {restored.made}, up to version {restored.settled_version}."
    if restored.version is not None:
        text = f"Restored the state of {restored.made}: all up to version {restored.settled_version}. "
        text += f"Versions go on after {restored.version}."
    if restored.settings:
        named = " ".join(f"CATMAID_{name.upper()}={value}" for name, value in sorted(restored.settings.items()))
        text += f"\nThe backup was taken with these settings, which are not kept in a data folder: {named}"
    answer(restored, as_json=as_json, text=text)


@app.command()
def upgrade(data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Bring a data folder to this release and to the newest PostgreSQL of this machine; its service is stopped before.

    The old PostgreSQL is needed once more, to read what it wrote. The database as it was is kept beside the new one.
    """
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    with _tidied_when_ended():
        done = upgrading.upgrade(settings)
    lines = [f"Applied {name}." for name in done.migrations] or ["The schema is up to date."]
    if done.kept is not None:
        lines.append(
            f"The database went from PostgreSQL {done.postgres_before} to {done.postgres}. What it was is in "
            f"{done.kept}: delete that when 'catmaid-jupyter check' is content."
        )
    elif done.postgres is not None:
        lines.append(f"No PostgreSQL newer than {done.postgres}, that of the database, is installed.")
    answer(done, as_json=as_json, text="\n".join(lines))


@contextmanager
def _tidied_when_ended() -> Iterator[None]:
    """SIGTERM, as of systemd, ends the block as Ctrl-C does: files and databases that were begun are removed."""

    def end(number: int, _: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
