"""Commands that start, find and stop the service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catmaid_server import service
from catmaid_server.cli.options import AsJson, DatabaseUrl, DataDir, settings_from
from catmaid_server.cli.output import answer, run, say, warn
from catmaid_server.service import supervisor
from catmaid_server.service.opening import migrate_store
from catmaid_wire.service_record import ServiceRecord

app = typer.Typer()

TlsCert = Annotated[Path | None, typer.Option(metavar="FILE", help="Certificate for TLS, as PEM.", show_default="none")]
TlsKey = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Key of the certificate, as PEM.", show_default="none")
]
Insecure = Annotated[
    bool | None, typer.Option("--insecure", help="Let other machines reach it without TLS.", show_default=False)
]
CatmaidFrontEnd = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Checkout of CATMAID whose front end is to be served.", show_default="none"),
]
RootPath = Annotated[
    str | None,
    typer.Option(metavar="PATH", help="Path under which a proxy gives the service to clients.", show_default="none"),
]
TrustedProxies = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESSES",
        help="Proxies whose X-Forwarded headers are believed: addresses and networks, with commas between.",
        show_default="none",
    ),
]


@app.command()
def serve(
    data_dir: DataDir = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port; 0 picks one.", show_default="0")] = None,
    database_url: DatabaseUrl = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer requests.", show_default="1")] = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    insecure: Insecure = None,
    catmaid_front_end: CatmaidFrontEnd = None,
    root_path: RootPath = None,
    trusted_proxies: TrustedProxies = None,
    detach: Annotated[bool, typer.Option("--detach", help="Return when the service answers, and let it run.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run the service of a data folder, until Ctrl-C or `stop`.

    There is one service for each data folder: if it runs already, this says where. The URL is also in
    DIR/service.json, and a token of the superuser in DIR/admin.token.

    Where other machines reach it (--host 0.0.0.0), it needs TLS, or --insecure on a network that nobody else uses.
    """
    settings = settings_from(
        data_dir=data_dir,
        host=host,
        port=port,
        database_url=database_url,
        workers=workers,
        tls_cert=tls_cert,
        tls_key=tls_key,
        insecure=insecure,
        front_end=catmaid_front_end,
        root_path=root_path,
        trusted_proxies=trusted_proxies,
    )
    if detach:
        _show(service.start(settings), as_json=as_json)
        return
    existing = supervisor.serve(settings, lambda record: _show(record, as_json=as_json))
    if existing is not None:
        _show(existing, as_json=as_json)


@app.command()
def stop(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """End the service of a data folder, after the requests in flight, and its database."""
    stopped = service.stop(settings_from(data_dir=data_dir))
    answer({"stopped": stopped}, as_json=as_json, text="Stopped." if stopped else "Nothing was running.")


@app.command()
def restart(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Update a running service without a stop: new workers, of the installed release, take over.

    Requests in flight are finished by the old workers. Settings stay those with which the service was started.
    If the new workers do not start, the old ones go on.
    """
    record = service.restart(settings_from(data_dir=data_dir))
    answer(record, as_json=as_json, text=f"The service at {record.url} is now version {record.version}.")


@app.command()
def status(data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Say whether the service of a data folder runs, and where."""
    found = service.status(settings_from(data_dir=data_dir, database_url=database_url))
    if found.service is not None:
        text = (
            f"The service runs at {found.service.url} since {found.service.started} "
            f"(process {found.service.pid}, version {found.service.version})."
        )
    else:
        text = "The service is not running."
    answer(found, as_json=as_json, text=f"{text}\nData folder: {found.data_dir}")


@app.command()
def migrate(data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Bring the database to the schema of this release."""
    applied = run(migrate_store(settings_from(data_dir=data_dir, database_url=database_url)))
    answer(
        {"applied": applied},
        as_json=as_json,
        text="\n".join(f"Applied {name}." for name in applied) or "The schema is up to date.",
    )


def _show(record: ServiceRecord, *, as_json: bool) -> None:
    if as_json:
        answer(record, as_json=True, text="")
    else:
        say(f"The service runs at {record.url}")
    if record.shared_url:
        if not as_json:
            say(f"Other machines reach it at {record.shared_url}")
        if record.shared_url.startswith("http:"):
            warn("Without TLS, whoever is between them and this machine can read passwords and tokens.")
