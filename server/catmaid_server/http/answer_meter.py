"""What is counted, timed and logged of each answer."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import structlog
from aiohttp import web
from prometheus_client import Counter, Histogram

log = structlog.get_logger("catmaid.request")

LATENCY: Final = Histogram(
    "catmaid_request_seconds",
    "Time to answer",
    ["method", "route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
ANSWERS: Final = Counter("catmaid_answers_total", "Answers by status", ["method", "route", "status"])

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})
_SLOW_S: Final = 1.0
_MOST_METERS: Final = 10_000


class AnswerMeter:
    """The answers to one method and route: never the query, which may hold a ticket, nor headers."""

    def __init__(self, method: str, route: str) -> None:
        self._method = method
        self._route = route
        self._latency = LATENCY.labels(method, route)
        self._by_status: dict[int, Counter] = {}

    @staticmethod
    def of(method: str, route: str) -> AnswerMeter:
        """The meter of a method and route."""
        # Each new word would be counted for ever.
        return _meter(method if method in _METHODS else "other", route)

    def note(self, status: int, took: float | None, request_id: str) -> None:
        """Count an answer; `took` is in seconds, None of what stays open."""
        counter = self._by_status.get(status)
        if counter is None:
            counter = self._by_status[status] = ANSWERS.labels(self._method, self._route, status)
        counter.inc()
        if took is not None:
            self._latency.observe(took)
        note = log.warning if status >= 500 or (took or 0.0) > _SLOW_S else log.debug
        note(
            "answered",
            request_id=request_id,
            method=self._method,
            route=self._route,
            status=status,
            ms=None if took is None else round(1e3 * took, 1),
        )


METER: Final = web.RequestKey("meter", AnswerMeter)
"""Of the request."""


@lru_cache(_MOST_METERS)
def _meter(method: str, route: str) -> AnswerMeter:
    return AnswerMeter(method, route)
