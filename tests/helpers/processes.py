"""The processes of a service that runs."""

from __future__ import annotations

import psutil

from catmaid_wire.service_record import ServiceRecord


def workers_of(record: ServiceRecord) -> list[psutil.Process]:
    """The workers of a service that have not ended."""
    return [child for child in psutil.Process(record.pid).children() if _is_worker(child)]


def _is_worker(process: psutil.Process) -> bool:
    try:
        return process.name() != "postgres" and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it ended just now
        return False
