"""Options of `import catmaid`; those that go with a file, or with a server only, say so in their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FileOrAddress = Annotated[
    str,
    typer.Argument(
        metavar="FILE|URL",
        show_default=False,
        help="File that CATMAID's catmaid_export_data wrote, gzipped or not; or the address of a "
        "running CATMAID server.",
    ),
]
CatmaidProject = Annotated[
    str | None,
    typer.Option(
        "--project",
        metavar="TITLE",
        show_default=False,
        help="FILE: title or id of the project that receives; a new title makes one; default: for each "
        "project of the file a new one of the same title. URL: title or id of the project there.",
    ),
]
SourceTitle = Annotated[
    str | None,
    typer.Option(
        "--source-project",
        metavar="TITLE",
        show_default=False,
        help="FILE: only this project of the file, by title or id.",
    ),
]
CatmaidToken = Annotated[
    str | None,
    typer.Option(
        "--token",
        metavar="TOKEN",
        show_default=False,
        help="URL: API token of an account that may browse the project; by default CATMAID_TOKEN of the environment, "
        "unless CATMAID_URL names another server. Other users of this machine can see it here; use --token-file.",
    ),
]
CatmaidTokenFile = Annotated[
    Path | None,
    typer.Option(
        "--token-file",
        metavar="FILE",
        show_default=False,
        help="URL: file with the API token; - asks for it, or reads it from standard input.",
    ),
]
CopyTitle = Annotated[
    str | None,
    typer.Option(
        "--title",
        metavar="TITLE",
        show_default=False,
        help="URL: title of the project that receives, which may exist; default: as there.",
    ),
]
MostConnections = Annotated[
    int,
    typer.Option("--connections", min=1, max=32, help="URL: most requests at a time."),
]
MapUsers = Annotated[
    bool | None,
    typer.Option(
        "--map-users/--no-map-users",
        show_default="--map-users",
        help="Rows belong to users of the same name here; or to the file's users, who come "
        "along with passwords, groups, messages and settings.",
    ),
]
OverrideUser = Annotated[
    str | None,
    typer.Option("--override-user", metavar="NAME", show_default=False, help="All rows belong to this user instead."),
]
CreateUnknownUsers = Annotated[
    bool,
    typer.Option(
        "--create-unknown-users/--no-create-unknown-users",
        help="Make users of names unknown here, inactive; or refuse.",
    ),
]
PreserveIds = Annotated[
    bool,
    typer.Option("--preserve-ids", help="Keep ids; they must be free. Else rows get new ones."),
]
