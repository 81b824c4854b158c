"""One process that answers requests: `python -m catmaid_server.service.worker DESCRIPTOR`, started by the supervisor.

The supervisor writes one line of JSON to our standard input when the database is ready (meanwhile we import what
takes long to import), then lines that are orders. We print `ready` or what is wrong. Connections come over the
socket `DESCRIPTOR`. When our input ends, the supervisor is gone, and so are we.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import ssl
import sys
from pathlib import Path

import msgspec
import psycopg
import psycopg_pool
import structlog
from aiohttp import web

from catmaid_server.auth import sessions
from catmaid_server.auth.jupyterhub import HubService
from catmaid_server.db.store import Store
from catmaid_server.domain.errors import DomainError
from catmaid_server.http import metrics
from catmaid_server.http.app import create_app
from catmaid_server.http.app_options import AppOptions
from catmaid_server.http.catmaid.version import SERVER_VERSION
from catmaid_server.http.connections import runner_of
from catmaid_server.http.front_end import FrontEnd
from catmaid_server.http.proxies import Proxies
from catmaid_server.routes import all_routes
from catmaid_server.service import logs
from catmaid_server.service.folder import ServiceError, ServiceFolder
from catmaid_server.service.orders import CHECK_CONNECTIONS, READY, RETIRE, WorkerOrder
from catmaid_server.service.retirement import Retirement
from catmaid_server.service.tls import tls_context
from catmaid_server.tiles.folders import parsed_folders
from catmaid_server.tiles.gateway.hosts import ImageHosts

_AT_ONCE = 16
_HANDSHAKE_S = 10.0

log = structlog.get_logger("catmaid.worker")

_LONGEST_QUERY_S = 120.0
"""Beyond this nobody waits for an answer any more, and a few such queries would hold all connections."""


def main() -> None:
    """Read the order from standard input and serve until the supervisor ends it."""
    line = sys.stdin.buffer.readline()
    if not line:
        return
    order = msgspec.json.decode(line, type=WorkerOrder)
    logs.configure(ServiceFolder(Path(order.data_dir)).log, order.log_level, worker=order.number)
    if not metrics.reserve_files():
        log.warning("no room for shared metrics; this process counts for itself")
    try:
        asyncio.run(_serve(order, socket.socket(fileno=int(sys.argv[1]))))
    except BrokenPipeError:
        sys.exit(1)  # the supervisor ended while we started
    except (DomainError, psycopg.Error, psycopg_pool.PoolTimeout, OSError, ServiceError) as error:
        log.exception("worker failed")
        _send_line(" ".join(str(error).split()))
        sys.exit(1)


async def _serve(order: WorkerOrder, channel: socket.socket) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    tls = _tls(order)
    opened = Store.opened(
        order.dsn,
        pool_size=order.pool_size,
        remember_bytes=order.remember_bytes,
        longest_query_s=_LONGEST_QUERY_S,
        disk=None if order.database_folder is None else Path(order.database_folder),
    )
    async with opened as store:
        app = create_app(store, all_routes(), _options(order, over_tls=tls is not None))
        retirement = Retirement(app)
        runner = runner_of(app, shutdown_s=order.shutdown_s)
        await runner.setup()
        server = runner.server
        assert server is not None
        gc.freeze()  # routes and modules stay: looking through them each time would hold up requests
        connections = ReceivedConnections(channel, server, tls)
        retiring = asyncio.Event()
        _say_ready()
        tasks = [
            asyncio.create_task(_obey(store, retiring, stopping)),
            asyncio.create_task(_retire(retiring, connections, retirement, server, stopping)),
        ]
        try:
            await stopping.wait()
        finally:
            await connections.close()
            await runner.cleanup()
            for task in tasks:
                task.cancel()


def _options(order: WorkerOrder, *, over_tls: bool) -> AppOptions:
    return AppOptions(
        secret=order.secret,
        data_dir=Path(order.data_dir),
        cell_bytes=order.cell_bytes,
        node_limit=order.node_limit,
        registration=order.registration,
        hub=HubService.of() if order.jupyterhub else None,
        providers=order.providers,
        admission=order.admission,
        mails_per_hour=order.mails_per_hour,
        public_url=order.public_url,
        approval=order.approval,
        presence=order.presence,
        front_end=_front_end(order),
        ticket_key=order.ticket_key,
        session_cookie=sessions.cookie_name(order.secret),
        over_tls=over_tls,
        allowed_hosts=order.allowed_hosts,
        allowed_origins=frozenset(order.allowed_origins),
        proxies=Proxies.parsed(order.trusted_proxies, order.root_path),
        image_hosts=ImageHosts.parsed(order.image_hosts, order.private_image_hosts),
        image_folders=parsed_folders(order.image_folders),
        image_cache_bytes=order.image_cache_bytes,
    )


async def _retire(
    retiring: asyncio.Event,
    connections: ReceivedConnections,
    retirement: Retirement,
    server: web.Server,
    stopping: asyncio.Event,
) -> None:
    await retiring.wait()
    await connections.close()
    await retirement.close_connections(server)
    stopping.set()


def _tls(order: WorkerOrder) -> ssl.SSLContext | None:
    if order.tls_cert is None:
        return None
    return tls_context(Path(order.tls_cert), None if order.tls_key is None else Path(order.tls_key))


def _front_end(order: WorkerOrder) -> FrontEnd | None:
    return None if order.front_end is None else FrontEnd.opened(Path(order.front_end), version=SERVER_VERSION)


class ReceivedConnections:
    """Serves the connections that the supervisor hands over.

    tls : what encrypts those over the port; those over the Unix socket stay within the machine.
    """

    def __init__(self, channel: socket.socket, server: web.Server, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        self._channel = channel
        self._server = server
        self._begun: set[asyncio.Task[object]] = set()
        self._loop = asyncio.get_running_loop()
        channel.setblocking(False)
        self._loop.add_reader(channel, self._receive)

    async def close(self) -> None:
        """Begin to serve all that was handed over, and take no more."""
        while self._receive():
            pass
        self._loop.remove_reader(self._channel)
        await asyncio.gather(*self._begun, return_exceptions=True)

    def _receive(self) -> bool:
        """Take what is handed over with one message; False if there is none now."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._channel, _AT_ONCE, _AT_ONCE)
        except BlockingIOError:
            return False
        if not data:
            self._loop.remove_reader(self._channel)
        for descriptor in descriptors:
            serving = self._loop.create_task(self._serve(socket.socket(fileno=descriptor)))
            self._begun.add(serving)
            serving.add_done_callback(self._begun.discard)
        return bool(data)

    async def _serve(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        tls = None if connection.family == socket.AF_UNIX else self._tls
        timeout = None if tls is None else _HANDSHAKE_S
        try:
            await self._loop.connect_accepted_socket(self._server, connection, ssl=tls, ssl_handshake_timeout=timeout)
        except OSError as error:  # whoever speaks no TLS, or hung up
            log.debug("no connection", reason=str(error))


async def _obey(store: Store, retiring: asyncio.Event, stopping: asyncio.Event) -> None:
    """Follow the supervisor's orders until there are no more."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        order = line.decode().strip()
        if order == CHECK_CONNECTIONS:
            await store.check()
        elif order == RETIRE:
            retiring.set()
    stopping.set()


def _say_ready() -> None:
    """Report to the supervisor; after that nobody reads our standard output, so it goes to standard error."""
    _send_line(READY)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def _send_line(text: str) -> None:
    os.write(sys.stdout.fileno(), f"{text}\n".encode())


if __name__ == "__main__":
    main()
