"""Pages that are made when the documentation is built: the command line, described by itself."""

from __future__ import annotations

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from typer.cli import get_docs_for_click

from catmaid_server.cli.main import app

INTRODUCTION = """# Commands

All commands take `--help`; those that answer data take `--json`, and all take `--data-dir`.

"""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page of the command line."""
    command = typer.main.get_command(app)
    context = typer.Context(command, info_name="catmaid-jupyter")
    text = get_docs_for_click(obj=command, ctx=context, name="catmaid-jupyter", indent=1)
    files.append(File.generated(config, "reference/commands.md", content=INTRODUCTION + text))
    return files
