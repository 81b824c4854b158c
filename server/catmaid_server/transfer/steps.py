"""The steps of a long import: the time that each took, and progress of the whole."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from catmaid_server.domain.progress import Progress


class Steps:
    """Times steps and passes progress on.

    Attributes
    ----------
    seconds
        Duration of each step by name, in order.
    done, total
        Progress so far, in the unit of the caller; `total` grows with `expect`.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.seconds: dict[str, float] = {}
        self.done = 0
        self.total = 0

    def expect(self, more: int) -> None:
        """Add to the total."""
        self.total += more
        self._progress(self.done, self.total)

    def advance(self, by: int) -> None:
        """Add to what is done."""
        self.done += by
        self._progress(self.done, self.total)

    def finish(self) -> None:
        """Report that all is done."""
        self.advance(self.total - self.done)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Time a block as the step of this name."""
        began = time.perf_counter()
        yield
        self.add(name, time.perf_counter() - began)

    def add(self, name: str, seconds: float) -> None:
        """Add seconds to the step of this name."""
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds
