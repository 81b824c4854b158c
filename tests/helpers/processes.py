"""The processes of a service that runs."""

from __future__ import annotations

import psutil

from catmaid_wire.service_record import ServiceRecord


def workers_of(record: ServiceRecord) -> list[psutil.Process]:
    """The workers of a service that answer requests and have not ended."""
    return [child for child in psutil.Process(record.pid).children() if _is_worker(child, "service.worker")]


def job_workers_of(record: ServiceRecord) -> list[psutil.Process]:
    """The workers of a service that do jobs and have not ended."""
    return [child for child in psutil.Process(record.pid).children() if _is_worker(child, "jobs")]


def _is_worker(process: psutil.Process, module: str) -> bool:
    try:
        is_running = process.status() != psutil.STATUS_ZOMBIE
        return is_running and f"catmaid_server.{module}" in process.cmdline()
    except psutil.NoSuchProcess:  # it ended just now
        return False
