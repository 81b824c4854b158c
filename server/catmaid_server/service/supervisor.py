"""The service's first process: it holds the lock, watches the database and the workers, and ends them in order."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import resource
import signal
import socket
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import structlog

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.http import other_sites
from catmaid_server.http.catmaid.version import SERVER_VERSION, own_version
from catmaid_server.http.front_end import FrontEnd
from catmaid_server.postgres.cluster import Cluster, ClusterError
from catmaid_server.service import logs
from catmaid_server.service.folder import ServiceError, ServiceFolder
from catmaid_server.service.job_workers import JobWorkers
from catmaid_server.service.local_socket import bound_socket
from catmaid_server.service.metrics_folder import metrics_folder
from catmaid_server.service.opening import embedded_cluster, outside_dsn, set_up
from catmaid_server.service.orders import WorkerOrder
from catmaid_server.service.reachability import allowed_hosts, local_url, require_protection, shared_url
from catmaid_server.service.renewal import Renewal
from catmaid_server.service.settings import Settings
from catmaid_server.service.tls import tls_context
from catmaid_server.service.workers import Workers
from catmaid_wire.service_record import ServiceRecord

log = structlog.get_logger("catmaid.service")

_OTHER_START_S = 120.0
_POLL_S = 0.05
_WATCH_S = 0.25
_RETRY_S = 2.0
_ROTATE_S = 60.0
_PORT_FREE_S = 3.0

Announce = Callable[[ServiceRecord], None]


def serve(settings: Settings, announce: Announce) -> ServiceRecord | None:
    """Run the service of a data folder until a signal ends it.

    Parameters
    ----------
    settings
        Where and how.
    announce
        Called once, when the service answers.

    Returns
    -------
    The record of the service that already runs on this folder; None if there was none and ours has ended.

    Raises
    ------
    ServiceError, ClusterError
        If it cannot start.
    """
    _require_front_end(settings)
    _require_secrets(settings)
    require_protection(settings)
    if settings.tls_cert is not None:
        tls_context(settings.tls_cert.expanduser(), settings.tls_key and settings.tls_key.expanduser())
    folder = ServiceFolder(settings.folder)
    folder.make()
    held = _lock_or_find(folder)
    if isinstance(held, ServiceRecord):
        return held
    _use_all_descriptors()
    try:
        folder.clear_after_crash()
        logs.rotate(folder.log)
        logs.configure(folder.log, settings.log_level, worker=0)
        asyncio.run(_run(settings, folder, announce))
    finally:
        os.close(held)
    return None


def _use_all_descriptors() -> None:
    """Each connection takes one, and shells hand out few: a thousand idle connections would keep others out."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS has a most that it does not give
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _require_front_end(settings: Settings) -> None:
    if settings.front_end is not None:
        try:
            FrontEnd.opened(settings.front_end.expanduser(), version=SERVER_VERSION)
        except InvalidInput as error:
            raise ServiceError(str(error)) from None


def _require_secrets(settings: Settings) -> None:
    try:
        settings.providers()
    except InvalidInput as error:
        raise ServiceError(str(error)) from None


def _lock_or_find(folder: ServiceFolder) -> int | ServiceRecord:
    """The lock of the folder, or the service that has it; waits for one that is starting or stopping."""
    deadline = time.monotonic() + _OTHER_START_S
    while time.monotonic() < deadline:
        lock = folder.lock()
        if lock is not None:
            return lock
        record = folder.read_record()
        if record is not None:
            return record
        time.sleep(_POLL_S)
    raise ServiceError(f"Another process holds the lock of {folder.path} and does not get ready.")


async def _run(settings: Settings, folder: ServiceFolder, announce: Announce) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    renewal = Renewal()
    renewal.listen(stopping.set)
    cluster = embedded_cluster(settings)
    async with AsyncExitStack() as at_end:  # last in, first out: workers end before the database does
        listening = at_end.enter_context(await _bound_socket(settings, folder))
        local, local_path = at_end.enter_context(bound_socket(folder.path))
        if cluster is not None:
            at_end.push_async_callback(asyncio.to_thread, cluster.stop)
        metrics = at_end.enter_context(metrics_folder(folder.path))
        workers = Workers((listening, local), settings.workers, folder.output, metrics)
        at_end.push_async_callback(workers.stop, settings.shutdown_s)
        await workers.spawn()
        dsn = outside_dsn(settings) if cluster is None else await asyncio.to_thread(cluster.start)
        await (await set_up(dsn, folder, embedded=cluster is not None)).close()
        order = _order(settings, folder, dsn)
        await workers.start(order)
        record = _record(settings, listening, local_path)
        at_end.callback(folder.remove_record)
        folder.write_record(record)
        folder.remember_port(listening.getsockname()[1])
        log.info("started", url=record.url, workers=record.workers, version=record.version)
        announce(record)
        jobs = JobWorkers(settings, dsn, folder.output)
        at_end.push_async_callback(jobs.stop)
        jobs.start()
        for work in (_mind(cluster, workers, folder), renewal.follow(folder, workers, jobs, order, record)):
            at_end.push_async_callback(_cancel, asyncio.create_task(work))
        await stopping.wait()
        log.info("stopping")


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _mind(cluster: Cluster | None, workers: Workers, folder: ServiceFolder) -> None:
    """Restart the database when it has died, keep room for it on its disk, and keep the log short."""
    next_rotation = time.monotonic() + _ROTATE_S
    while True:
        await asyncio.sleep(_WATCH_S)
        if cluster is not None and await asyncio.to_thread(cluster.reserve.tend):
            log.warning("disk full: the database was given its reserve")
        if cluster is not None and cluster.running_pid() is None:
            log.error("database died")
            try:
                await asyncio.to_thread(cluster.start)
            except ClusterError as error:
                log.error("database did not start", reason=str(error))  # noqa: TRY400 -- no news in the trace
                await asyncio.sleep(_RETRY_S)
            else:
                log.warning("database restarted")
                workers.check_connections()
        if time.monotonic() > next_rotation:
            with contextlib.suppress(OSError):  # later will do
                logs.rotate(folder.log)
            next_rotation = time.monotonic() + _ROTATE_S


async def _bound_socket(settings: Settings, folder: ServiceFolder) -> socket.socket:
    """A socket bound to the wanted port, or to the last one or any if that is 0; nobody listens on it yet."""
    last = folder.last_port()
    if settings.port == 0 and last is not None:
        try:
            return await _bind(settings.host, last, patience_s=_PORT_FREE_S)
        except OSError:
            last = None
    try:
        return await _bind(settings.host, settings.port, patience_s=_PORT_FREE_S if settings.port == last else 0)
    except OSError as error:
        raise ServiceError(f"Cannot listen on {settings.host}, port {settings.port}: {error.strerror}.") from None


async def _bind(host: str, port: int, *, patience_s: float) -> socket.socket:
    """Bind; the workers of a service that was killed may keep its port for a short time."""
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    deadline = time.monotonic() + patience_s
    while True:
        bound = socket.socket(family, kind, protocol)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
        except OSError as error:
            bound.close()
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise
            await asyncio.sleep(_POLL_S)
        else:
            return bound


def _order(settings: Settings, folder: ServiceFolder, dsn: str) -> WorkerOrder:
    return WorkerOrder(
        dsn=dsn,
        data_dir=str(folder.path),
        secret=folder.secret(),
        ticket_key=folder.ticket_key(),
        number=0,
        pool_size=settings.pool_size,
        remember_bytes=settings.remember_bytes,
        cell_bytes=settings.cell_bytes,
        node_limit=settings.node_limit,
        log_level=settings.log_level,
        shutdown_s=settings.shutdown_s,
        registration=settings.password_registration,
        jupyterhub=settings.jupyterhub,
        providers=settings.providers(),
        admission=settings.admission,
        mails_per_hour=settings.mail_limit,
        public_url=settings.public_url,
        approval=settings.approval,
        presence=settings.presence,
        database_folder=str(folder.path) if settings.database_url is None else None,
        front_end=_absolute(settings.front_end),
        tls_cert=_absolute(settings.tls_cert),
        tls_key=_absolute(settings.tls_key),
        allowed_hosts=allowed_hosts(settings),
        allowed_origins=other_sites.origins(settings.allowed_origins),
        trusted_proxies=settings.trusted_proxies,
        root_path=settings.root_path,
        image_hosts=settings.image_hosts,
        private_image_hosts=settings.private_image_hosts,
        image_folders=settings.image_folders,
        image_cache_bytes=settings.image_cache_bytes,
    )


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.expanduser().absolute())


def _record(settings: Settings, listening: socket.socket, local_path: str) -> ServiceRecord:
    port = listening.getsockname()[1]
    return ServiceRecord(
        url=local_url(settings, port),
        shared_url=shared_url(settings, port),
        pid=os.getpid(),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        version=own_version(),
        workers=settings.workers,
        data_dir=str(settings.folder),
        embedded_database=settings.database_url is None,
        socket=local_path,
        renewals=0,
    )
