"""What is made when the documentation is built: pages of the command line and the edits, and the table of keys."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from typer.cli import get_docs_for_click

from catmaid_jupyter.edits.project_edit import ProjectEdit
from catmaid_jupyter.edits.registry import EDITS
from catmaid_server.cli.main import app
from catmaid_wire.commands import COMMANDS

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


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001  given by name
    """Put the keys of the viewers where a page wants them."""
    return markdown.replace("<!-- the keys of all commands -->", "\n".join(_keys()))


def _keys() -> Iterator[str]:
    """The lines of a table of keys for each group of commands."""
    for group, commands in groupby(COMMANDS.values(), key=attrgetter("group")):
        yield f"\n### {group}\n\n| key | what it does | name |\n| --- | --- | --- |"
        for command in commands:
            keys = " or ".join("`` ` ``" if chord == "`" else f"`{chord}`" for chord in command.keys)
            yield f"| {keys} | {command.what} | `{command.name}` |"


def _edits() -> Iterator[str]:
    """The lines of the page of edits."""
    yield f"# Edits\n\n{inspect.getdoc(ProjectEdit)}\n"
    for name, edit in EDITS.items():
        if edit.__module__.startswith("catmaid_jupyter."):
            yield f"## {name}\n\n```python\nproject.edit.{name}{inspect.signature(getattr(ProjectEdit, name))}\n```\n"
            yield f"{inspect.getdoc(edit)}\n"
