"""What is made when the documentation is built: pages of notebooks, commands and edits, and the table of keys."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import nbformat
import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from nbconvert import MarkdownExporter
from typer.cli import get_docs_for_click

from catmaid_jupyter.edits.project_edit import ProjectEdit
from catmaid_jupyter.edits.registry import EDITS
from catmaid_server.cli.main import app
from catmaid_wire.commands import COMMANDS

INTRODUCTION = """# Commands

All commands take `--help`; those that answer data take `--json`, and all take `--data-dir`.

"""
NOTEBOOKS = Path("notebooks")
PUBLISHED = Path("build/tutorials")
"""The notebooks with their results, as `make tutorials` publishes them."""

RUN_IT = """
!!! note

    This page is the notebook `notebooks/{name}`, which `make demo` opens JupyterLab beside: run it there.{results}
"""
RESULTS = " Or look at it [with its results and views](live/{stem}.html), which live without a kernel."


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the notebooks, of the command line and of edits."""
    for page in _tutorials(config):
        files.append(page)
    command = typer.main.get_command(app)
    context = typer.Context(command, info_name="catmaid-jupyter")
    text = get_docs_for_click(obj=command, ctx=context, name="catmaid-jupyter", indent=1)
    files.append(File.generated(config, "reference/commands.md", content=INTRODUCTION + text))
    files.append(File.generated(config, "reference/edits.md", content="\n".join(_edits())))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001  given by name
    """Put the keys of the viewers where a page wants them."""
    return markdown.replace("<!-- the keys of all commands -->", "\n".join(_keys()))


def _tutorials(config: MkDocsConfig) -> Iterator[File]:
    """A page for each notebook, and the published one if it is there."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        published = PUBLISHED / f"{path.stem}.html"
        body, _ = MarkdownExporter().from_notebook_node(nbformat.read(path, as_version=4))
        results = RESULTS.format(stem=path.stem) if published.exists() else ""
        note = RUN_IT.format(name=path.name, results=results)
        heading, _, rest = body.strip().partition("\n")
        yield File.generated(config, f"tutorials/{path.stem}.md", content=f"{heading}\n{note}\n{rest}\n")
        if published.exists():
            yield File.generated(config, f"tutorials/live/{path.stem}.html", abs_src_path=str(published.absolute()))


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
