"""Requests about many things: in parts, some at the same time, with a progress bar where it takes long."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, Final, TypeVar

from tqdm.auto import tqdm

from catmaid_jupyter.api import loop

T = TypeVar("T")
R = TypeVar("R")

_AT_A_TIME: Final = 3
"""Requests that are under way together."""
_BAR_AFTER_S: Final = 1.0
"""A progress bar appears after so long."""


def parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in portions of at most `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))


def in_parts(
    items: Sequence[T], size: int, read: Callable[[Sequence[T]], Coroutine[Any, Any, R]], *, what: str
) -> list[R]:
    """What `read` gives for each portion of the items, in their order; some are read at the same time.

    what : the unit of the progress bar, as in "skeletons".

    The first error is raised, and ends what is under way.
    """
    results: list[R] = []
    waiting: deque[tuple[int, Future[R]]] = deque()
    with _bar(len(items), what, needed=len(items) > size) as bar:
        try:
            for part in parts(items, size):
                if len(waiting) == _AT_A_TIME:
                    results.append(_finished(waiting, bar))
                waiting.append((len(part), loop.submit(read(part))))
            while waiting:
                results.append(_finished(waiting, bar))
        finally:
            for _, future in waiting:
                future.cancel()
    return results


def _finished(waiting: deque[tuple[int, Future[R]]], bar: Any) -> R:
    """Wait for the request that began first."""
    result = waiting[0][1].result()
    bar.update(waiting.popleft()[0])
    return result


def _bar(total: int, what: str, *, needed: bool) -> Any:
    return tqdm(total=total, unit=f" {what}", delay=_BAR_AFTER_S, leave=False, disable=not needed)
