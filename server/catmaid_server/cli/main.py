"""The whole command line, and how errors are printed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psycopg
import typer

from catmaid_server.cli import (
    backups,
    demo,
    exports,
    groups,
    imports,
    members,
    operations,
    projects,
    publishing,
    service,
    sessions,
    stack_addresses,
    tokens,
    users,
    workers,
)
from catmaid_server.cli import catmaid as _catmaid  # noqa: F401 -- its commands join those of imports and exports
from catmaid_server.cli import project_files as _project_files  # noqa: F401 -- its command joins those of imports
from catmaid_server.cli import skeletons as _skeletons  # noqa: F401 -- its commands join those of imports
from catmaid_server.cli import stacks as _stacks  # noqa: F401 -- its command joins those of imports
from catmaid_server.db.migrations import MigrationError
from catmaid_server.db.store import ProjectArchived
from catmaid_server.domain.errors import DomainError
from catmaid_server.postgres.cluster import ClusterError
from catmaid_server.service.folder import ServiceError
from catmaid_server.transfer.file_names import readable_path

app = typer.Typer(
    name="catmaid-jupyter",
    help="Trace and annotate neurons in electron-microscopy volumes, from Jupyter notebooks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(demo.app)
app.add_typer(service.app)
app.add_typer(workers.app)
app.add_typer(operations.app)
app.add_typer(backups.app)
app.add_typer(sessions.app)
app.add_typer(imports.app, name="import")
app.add_typer(exports.app, name="export")
app.add_typer(publishing.app)
app.add_typer(users.app, name="user")
app.add_typer(tokens.giving)
app.add_typer(tokens.app, name="tokens")
app.add_typer(projects.app, name="project")
app.add_typer(stack_addresses.app, name="stack")
app.add_typer(members.app, name="member")
app.add_typer(members.access)
app.add_typer(groups.app, name="group")

_FAILURES = (ServiceError, ClusterError, MigrationError, DomainError, ProjectArchived, psycopg.Error, OSError)


def _sentence(error: Exception) -> str:
    """What went wrong, in one line; errors of the system name their file first."""
    if isinstance(error, OSError) and error.strerror and isinstance(error.filename, str | bytes | Path):
        return f"{readable_path(Path(os.fsdecode(error.filename)))}: {error.strerror}"
    return " ".join(str(error).split()) if isinstance(error, psycopg.Error | OSError) else str(error)


def main() -> None:
    """Run `catmaid-jupyter`: exit code 0, 1 for a failure (one line says which), 2 for wrong use."""
    try:
        app(prog_name="catmaid-jupyter")
    except _FAILURES as error:
        typer.echo(f"catmaid-jupyter: {_sentence(error)}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
