"""What commands print: results for people or as JSON, and progress on a terminal."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import msgspec
import typer
from tqdm import tqdm

from catmaid_server.domain.progress import Progress

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run the asynchronous part of a command."""
    return asyncio.run(work)


def say(text: str) -> None:
    """Print a line for people."""
    typer.echo(text)


def warn(text: str) -> None:
    """Print a line for people that is no part of the result."""
    typer.echo(f"catmaid-jupyter: warning: {text}", err=True)


def answer(value: Any, *, as_json: bool, text: str) -> None:
    """Print a result: `value` as JSON, or `text`."""
    if as_json:
        typer.echo(msgspec.json.encode(value, enc_hook=str).decode())
    else:
        typer.echo(text)


def table(rows: list[tuple[object, ...]], header: tuple[str, ...]) -> str:
    """Rows as aligned columns under a header."""
    texts = [header, *(tuple("" if cell is None else str(cell) for cell in row) for row in rows)]
    widths = [max(len(row[column]) for row in texts) for column in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in texts
    )


@contextmanager
def progress(title: str, unit: str) -> Iterator[Progress]:
    """A progress bar, where somebody watches: the block calls it with what is done and what there is."""
    with tqdm(desc=title, unit=unit, disable=not sys.stderr.isatty(), leave=False) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show
