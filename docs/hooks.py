"""Pages that are made when the documentation is built: the command line and the edits, described by themselves."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from typer.cli import get_docs_for_click

from catmaid_jupyter.edits.project_edit import ProjectEdit
from catmaid_jupyter.edits.registry import EDITS
from catmaid_server.cli.main import app

INTRODUCTION = """# Commands

All commands take `--help`; those that answer data take `--json`, and all take `--data-dir`.

"""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the command line and of edits."""
    command = typer.main.get_command(app)
    context = typer.Context(command, info_name="catmaid-jupyter")
    text = get_docs_for_click(obj=command, ctx=context, name="catmaid-jupyter", indent=1)
    files.append(File.generated(config, "reference/commands.md", content=INTRODUCTION + text))
    files.append(File.generated(config, "reference/edits.md", content="\n".join(_edits())))
    return files


def _edits() -> Iterator[str]:
    """The lines of the page of edits."""
    yield f"# Edits\n\n{inspect.getdoc(ProjectEdit)}\n"
    for name, edit in EDITS.items():
        if edit.__module__.startswith("catmaid_jupyter."):
            yield f"## {name}\n\n```python\nproject.edit.{name}{inspect.signature(getattr(ProjectEdit, name))}\n```\n"
            yield f"{inspect.getdoc(edit)}\n"
