"""Keep worker processes running, and give each in turn the next connection.

The supervisor accepts each connection and hands it over. Workers that share a listening socket, or the port by
`SO_REUSEPORT`, take connections as it happens: of a few that stay open for long one may get all. And with this,
a connection that comes while a worker is being replaced goes to another, or waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from catmaid_server.http.metrics import SHARED_FOLDER, trim_files
from catmaid_server.service.folder import ServiceError
from catmaid_server.service.orders import CHECK_CONNECTIONS, READY, WorkerOrder

log = structlog.get_logger("catmaid.service")

_BACKLOG = 1024
_READY_S = 60.0
_HEALTHY_S = 10.0
_LONGEST_PAUSE_S = 5.0
_GRACE_S = 5.0
_RETRY_S = 0.01
_MEMORY = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": str(2**20), "MALLOC_TRIM_THRESHOLD_": str(2**20)}
"""For the C library: what large requests took goes back to the machine."""


@dataclass(eq=False)
class Worker:
    """A process, and the socket over which it gets connections."""

    process: Process
    channel: socket.socket

    async def start(self, order: WorkerOrder) -> None:
        """Send it its order; `ServiceError` with its first line of output if it does not get ready."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.process.stdin.write(msgspec.json.encode(order) + b"\n")
            await self.process.stdin.drain()
        try:
            first_line = (
                (await asyncio.wait_for(self.process.stdout.readline(), _READY_S)).decode(errors="replace").strip()
            )
        except TimeoutError:
            first_line = "it did not get ready"
        if first_line == READY:
            return
        self.kill()
        await self.process.wait()
        raise ServiceError(f"A worker of the service did not start: {first_line or 'it ended; see logs/service.out'}")

    def take(self, connection: socket.socket) -> bool:
        """Hand a connection over; False if the worker is gone, or has many that it did not take yet."""
        try:
            socket.send_fds(self.channel, [b"+"], [connection.fileno()])
        except OSError:
            return False
        return True

    def send_line(self, text: str) -> None:
        """Write a line to its standard input."""
        if self.process.returncode is None and self.process.stdin is not None:
            self.process.stdin.write(f"{text}\n".encode())

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()


class Workers:
    """`count` processes that answer what comes in over `listening`, a bound socket.

    What they print goes to the file `output`, what they count to files in the folder `metrics`.
    """

    def __init__(self, listening: socket.socket, count: int, output: Path, metrics: Path) -> None:
        self._listening = listening
        self._count = count
        self._output = output
        self._metrics = metrics
        self._environment = {**_MEMORY, **os.environ, SHARED_FOLDER: str(metrics)}
        self._workers: dict[int, Worker] = {}
        self._ready: list[Worker] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def spawn(self) -> None:
        """Start the processes; they prepare while there is no order yet."""
        for number in range(1, self._count + 1):
            self._workers[number] = await self._spawn()

    async def start(self, order: WorkerOrder) -> None:
        """Send them their orders, give them connections, and replace workers that die.

        Raises `ServiceError` if one does not start.
        """
        await asyncio.gather(*(self._set_to_work(number, order) for number in self._workers))
        self._listening.setblocking(False)
        self._listening.listen(_BACKLOG)
        self._tasks = [asyncio.create_task(self._keep(number, order)) for number in self._workers]
        self._tasks.append(asyncio.create_task(self._deal()))

    def check_connections(self) -> None:
        """Make the workers look whether their database connections still work."""
        for worker in self._workers.values():
            worker.send_line(CHECK_CONNECTIONS)

    async def stop(self, patience_s: float) -> None:
        """Take no more connections, and end the processes after the requests in flight or `patience_s` seconds."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._listening.close()
        workers = [worker for worker in self._workers.values() if worker.process.returncode is None]
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):
                worker.process.terminate()
        ended = asyncio.gather(*(worker.process.wait() for worker in workers))
        try:
            await asyncio.wait_for(ended, patience_s + _GRACE_S)
        except TimeoutError:
            for worker in workers:
                worker.kill()
            await asyncio.gather(*(worker.process.wait() for worker in workers))
        for worker in self._workers.values():
            worker.channel.close()

    async def _deal(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self._listening)
            except OSError as error:
                log.warning("no connection accepted", reason=str(error))
                await asyncio.sleep(_RETRY_S)
                continue
            with connection:
                while not self._give_to_next(connection):  # noqa: ASYNC110 -- all may be dead, or their channels full
                    await asyncio.sleep(_RETRY_S)

    def _give_to_next(self, connection: socket.socket) -> bool:
        for worker in tuple(self._ready):
            self._ready.remove(worker)
            self._ready.append(worker)
            if worker.take(connection):
                return True
        return False

    async def _spawn(self) -> Worker:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs, self._output.open("ab") as output:
            ours.setblocking(False)
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "catmaid_server.service.worker",
                str(theirs.fileno()),
                stdin=PIPE,
                stdout=PIPE,
                stderr=output,
                pass_fds=(theirs.fileno(),),
                env=self._environment,
                start_new_session=True,
            )
        return Worker(process, ours)

    async def _set_to_work(self, number: int, order: WorkerOrder) -> None:
        worker = self._workers[number]
        await worker.start(msgspec.structs.replace(order, number=number))
        self._ready.append(worker)

    async def _keep(self, number: int, order: WorkerOrder) -> None:
        """Replace a worker whenever it has died; more slowly if it dies soon after its start."""
        pause_s = 0.0
        while True:
            began = time.monotonic()
            worker = self._workers[number]
            code = await worker.process.wait()
            worker.channel.close()
            if worker in self._ready:
                self._ready.remove(worker)
            log.error("worker died", died=number, code=code)
            if time.monotonic() - began < _HEALTHY_S:
                await asyncio.sleep(pause_s)
                pause_s = min(max(2 * pause_s, 0.25), _LONGEST_PAUSE_S)
            else:
                pause_s = 0.0
            try:
                trim_files(self._metrics, worker.process.pid)
                self._workers[number] = await self._spawn()
                await self._set_to_work(number, order)
            except (ServiceError, OSError) as error:
                log.error("worker did not start", died=number, reason=str(error))  # noqa: TRY400 -- no news in a trace
