"""Options that several commands have, and the values they are made into."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from catmaid_server.service.settings import Settings

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir",
        metavar="DIR",
        show_default=False,
        help="Data folder; default: $CATMAID_DATA_DIR, else the user data folder.",
    ),
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        metavar="URL",
        show_default=False,
        help="PostgreSQL to use instead of the embedded one; default: $CATMAID_DATABASE_URL. Other users of this "
        "machine can see what is given here: a password belongs into the variable, or into ~/.pgpass.",
    ),
]
Sources = Annotated[list[Path], typer.Argument(metavar="FOLDER|FILE...", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
ProjectTitle = Annotated[
    str, typer.Option("--project", metavar="TITLE", show_default=False, help="Title or id of the project.")
]
AsUser = Annotated[str, typer.Option("--user", metavar="NAME", help="Whose work this is.")]
Scale = Annotated[float, typer.Option("--scale", metavar="NM", min=0, help="Unit of the files, in nm.")]


def settings_from(**given: Any) -> Settings:
    """Settings from options; those that are None come from the environment, or are defaults."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"])
        text = f"{name}: {first['msg']}" if name else first["msg"].removeprefix("Value error, ")
        raise typer.BadParameter(text) from None


def numbers(text: str, count: int, option: str, *, positive: bool = False) -> tuple[float, ...]:
    """`count` finite numbers from text such as `4.6,4.6,50`. Raises `typer.BadParameter` if it is not that."""
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if len(values) != count or not all(map(math.isfinite, values)) or (positive and min(values) <= 0):
        kind = "numbers above 0" if positive else "numbers"
        raise typer.BadParameter(f"{option} takes {count} {kind} with commas between, not {text!r}.")
    return values
