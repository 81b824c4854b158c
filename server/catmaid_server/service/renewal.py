"""An update without a stop: new workers of the code that is installed now take the place of those that run.

The supervisor stays, with its lock, its socket, its database and its own code.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable

import msgspec
import structlog

from catmaid_server.service.folder import ServiceError, ServiceFolder
from catmaid_server.service.job_workers import JobWorkers
from catmaid_server.service.orders import WorkerOrder
from catmaid_server.service.preparation import Preparation, PreparationOrder
from catmaid_server.service.workers import Workers
from catmaid_wire.service_record import ServiceRecord

log = structlog.get_logger("catmaid.service")

SIGNAL = signal.SIGUSR2
"""Tells a supervisor to renew its workers."""
_PREPARED_S = 600.0


class Renewal:
    """Renews the workers of a service each time it is asked to, and says in the record what came of it."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()

    def listen(self, stop: Callable[[], None]) -> None:
        """Take the signals that ask for it. SIGHUP is one of them; from a terminal that closes it means `stop`."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(SIGNAL, self._asked.set)
        loop.add_signal_handler(signal.SIGHUP, stop if _has_terminal() else self._asked.set)

    async def follow(
        self,
        folder: ServiceFolder,
        workers: Workers,
        jobs: JobWorkers,
        order: WorkerOrder,
        record: ServiceRecord,
    ) -> None:
        """Renew the workers each time that a signal asks for it; ends when it is cancelled."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            problem, version = None, record.version
            try:
                version = await _prepared(order, embedded=record.embedded_database)
                await workers.renew(order)
                await jobs.renew()
            except (ServiceError, OSError) as error:
                problem = str(error)
                log.error("workers were not renewed", reason=problem)  # noqa: TRY400 -- no news in a trace
            else:
                log.info("workers renewed", version=version)
            record = msgspec.structs.replace(
                record, version=version, renewals=(record.renewals or 0) + 1, renewal_problem=problem
            )
            folder.write_record(record)


async def _prepared(order: WorkerOrder, *, embedded: bool) -> str:
    """Have the installed code prepare the database; its version. Raises `ServiceError` if it cannot."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "catmaid_server.service.preparation", stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    task = PreparationOrder(dsn=order.dsn, data_dir=order.data_dir, embedded=embedded)
    try:
        output, errors = await asyncio.wait_for(process.communicate(msgspec.json.encode(task) + b"\n"), _PREPARED_S)
    except TimeoutError:
        raise ServiceError(f"The database was not prepared within {_PREPARED_S:.0f} s.") from None
    finally:
        if process.returncode is None:
            process.kill()
    try:
        done = msgspec.json.decode(output, type=Preparation)
    except msgspec.DecodeError:
        lines = errors.decode(errors="replace").split("\n")
        reason = next((line for line in reversed(lines) if line.strip()), "it said nothing")
        raise ServiceError(f"The installed release does not start: {reason}") from None
    if done.problem is not None:
        raise ServiceError(done.problem)
    return done.version


def _has_terminal() -> bool:
    """Whether a terminal controls this process, and hangs up when it is closed."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return False
    return True
