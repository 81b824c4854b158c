"""The command that publishes notebooks as pages: `catmaid-jupyter publish`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from catmaid_server.cli.options import DataDir

app = typer.Typer()


@app.command()
def publish(
    notebook: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The notebook; it stays as it is.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", show_default=False, help="The page; default: beside it, .html."),
    ] = None,
    title: Annotated[str, typer.Option(show_default=False, help="Title; default: the first heading.")] = "",
    sections: Annotated[int, typer.Option(min=0, help="Sections before and behind those that viewers show.")] = 3,
    limit_mb: Annotated[float, typer.Option(min=0, help="The page may have so many megabytes.")] = 25.0,
    people: Annotated[bool, typer.Option("--with-people", help="Save names of users, too.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Run a notebook, and write it as one page in which its widgets live without kernel, service and network."""
    order = {
        "notebook": str(notebook.resolve()),
        "path": str((output or notebook.with_suffix(".html")).resolve()),
        "title": title,
        "sections": sections,
        "limit_mb": limit_mb,
        "with_people": people,
    }
    # A process of its own: the service's commands know nothing of widgets.
    command = [sys.executable, "-m", "catmaid_jupyter.publishing", json.dumps(order)]
    place = {} if data_dir is None else {"CATMAID_DATA_DIR": str(data_dir)}
    raise typer.Exit(subprocess.run(command, env={**os.environ, **place}, check=False).returncode)
