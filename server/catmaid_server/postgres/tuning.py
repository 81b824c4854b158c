"""Settings of the private PostgreSQL, fitted to the machine."""

from __future__ import annotations

from pathlib import Path

import psutil

_MIB = 1024**2


def memory_bytes() -> int:
    """Memory that this process may use: the machine's, or its container's if that has less."""
    total: int = psutil.virtual_memory().total
    for limit in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        try:
            total = min(total, int(limit.read_text()))
        except (OSError, ValueError):
            continue
    return total


def configuration(memory: int) -> str:
    """Text of a PostgreSQL configuration file for a machine with `memory` bytes."""
    return "".join(f"{name} = {value}\n" for name, value in _settings(memory).items())


def _settings(memory: int) -> dict[str, str]:
    return {
        "listen_addresses": "''",
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "shared_buffers": _size(memory / 8, 64, 4096),
        "effective_cache_size": _size(memory / 2, 256, 65536),
        "work_mem": _size(memory / 512, 8, 64),
        "maintenance_work_mem": _size(memory / 16, 64, 1024),
        # Parallel plans make short queries slower and need shared memory, of which containers have little.
        "max_parallel_workers_per_gather": "0",
        "max_parallel_maintenance_workers": "0",
        "jit": "off",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "wal_compression": "on",
        "wal_level": "replica",
        # A bulk load should not meet a checkpoint every few seconds.
        "min_wal_size": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        "random_page_cost": "1.1",
        "log_checkpoints": "off",
        "log_line_prefix": "'%m [%p] '",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
    }


def _size(amount: float, smallest: int, largest: int) -> str:
    return f"{min(max(int(amount / _MIB), smallest), largest)}MB"
