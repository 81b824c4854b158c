"""Metrics of all worker processes together, in Prometheus's text format."""

from __future__ import annotations

import os
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable: the folder in which processes keep what they count, to be set before they begin to."""

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


def metrics_text() -> bytes:
    """What this process counted or, with a folder that they share, what all did."""
    if SHARED_FOLDER not in os.environ:
        return generate_latest()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
