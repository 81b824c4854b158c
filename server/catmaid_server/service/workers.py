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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from catmaid_server.http.metrics import SHARED_FOLDER, trim_files
from catmaid_server.service.folder import ServiceError
from catmaid_server.service.orders import CHECK_CONNECTIONS, READY, RETIRE, WorkerOrder

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

    async def ended(self) -> int:
        """Wait until it has ended; its exit code."""
        code = await self.process.wait()
        self.channel.close()
        return code


class Workers:
    """`count` processes that answer what comes in over `listening`, bound sockets.

    What they print goes to the file `output`, what they count to files in the folder `metrics`.
    """

    def __init__(self, listening: Sequence[socket.socket], count: int, output: Path, metrics: Path) -> None:
        self._listening = listening
        self._count = count
        self._output = output
        self._metrics = metrics
        self._environment = {**_MEMORY, **os.environ, SHARED_FOLDER: str(metrics)}
        self._workers: dict[int, Worker] = {}
        self._ready: list[Worker] = []
        self._keepers: list[asyncio.Task[None]] = []
        self._dealers: list[asyncio.Task[None]] = []
        self._retired: dict[Worker, asyncio.Task[None]] = {}

    async def spawn(self) -> None:
        """Start the processes; they prepare while there is no order yet."""
        await self._spawn_all(self._workers)

    async def start(self, order: WorkerOrder) -> None:
        """Send them their orders, give them connections, and replace workers that die.

        Raises `ServiceError` if one does not start.
        """
        await asyncio.gather(*(self._set_to_work(number, order) for number in self._workers))
        for listening in self._listening:
            listening.setblocking(False)
            listening.listen(_BACKLOG)
        self._keep_all(order)
        self._dealers = [asyncio.create_task(self._deal(listening)) for listening in self._listening]

    async def renew(self, order: WorkerOrder) -> None:
        """Replace the processes by new ones, which run the code that is installed now, and lose no request.

        Those that run answer until the new ones are ready, and then what their connections still ask. Raises
        `ServiceError` if a new one does not start: then nothing has changed.
        """
        renewed: dict[int, Worker] = {}
        try:
            await self._spawn_all(renewed)
            async with asyncio.TaskGroup() as starts:
                for number, worker in renewed.items():
                    starts.create_task(worker.start(msgspec.structs.replace(order, number=number)))
        except BaseException as error:
            await _kill(renewed.values())
            if isinstance(error, ExceptionGroup):
                raise error.exceptions[0] from None
            raise
        await _cancel(self._keepers)
        replaced, answering = self._workers, set(self._ready)
        self._workers, self._ready = renewed, list(renewed.values())
        self._keep_all(order)
        for worker in replaced.values():
            if worker in answering:
                worker.send_line(RETIRE)
            else:
                worker.kill()
            self._retired[worker] = asyncio.create_task(self._forget(worker))

    def check_connections(self) -> None:
        """Make the workers look whether their database connections still work."""
        for worker in (*self._workers.values(), *self._retired):
            worker.send_line(CHECK_CONNECTIONS)

    async def stop(self, patience_s: float) -> None:
        """Take no more connections, and end the processes after the requests in flight or `patience_s` seconds."""
        await _cancel([*self._keepers, *self._dealers])
        for listening in self._listening:
            listening.close()
        everyone = [*self._workers.values(), *self._retired]
        running = [worker for worker in everyone if worker.process.returncode is None]
        for worker in running:
            with contextlib.suppress(ProcessLookupError):
                worker.process.terminate()
        ended = asyncio.gather(*(worker.process.wait() for worker in running))
        try:
            await asyncio.wait_for(ended, patience_s + _GRACE_S)
        except TimeoutError:
            await _kill(running)
        for worker in everyone:
            worker.channel.close()

    async def _forget(self, worker: Worker) -> None:
        await worker.ended()
        del self._retired[worker]

    async def _deal(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(listening)
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

    async def _spawn_all(self, workers: dict[int, Worker]) -> None:
        for number in range(1, self._count + 1):
            workers[number] = await self._spawn()

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

    def _keep_all(self, order: WorkerOrder) -> None:
        self._keepers = [asyncio.create_task(self._keep(number, order)) for number in self._workers]

    async def _keep(self, number: int, order: WorkerOrder) -> None:
        """Replace a worker whenever it has died; more slowly if it dies soon after its start."""
        pause_s = 0.0
        while True:
            began = time.monotonic()
            worker = self._workers[number]
            code = await worker.ended()
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


async def _kill(workers: Iterable[Worker]) -> None:
    for worker in workers:
        worker.kill()
    await asyncio.gather(*(worker.ended() for worker in workers))


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
