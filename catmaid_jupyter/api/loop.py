"""The one background thread whose asyncio loop does all of this package's network traffic.

It outlives cells, interrupts and re-runs. After a fork the child starts its own.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import threading
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


class Closable(Protocol):
    """Something on the background loop that should be closed before the interpreter ends."""

    async def close(self) -> None:
        """Close it; may be called again."""


_to_close: weakref.WeakSet[Closable] = weakref.WeakSet()


def background_loop() -> asyncio.AbstractEventLoop:
    """The running loop of the background thread, started at first use."""
    global _loop  # noqa: PLW0603  one thread for each process is the point of this module
    with _lock:
        if _loop is None or _loop.is_closed():
            _loop = _start()
        return _loop


def submit(coroutine: Coroutine[Any, Any, T]) -> Future[T]:
    """Run a coroutine in the background and return at once; safe from every thread."""
    return asyncio.run_coroutine_threadsafe(coroutine, background_loop())


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in the background and wait for its result. An interrupt cancels it.

    Raises `RuntimeError` in the background thread itself, where waiting would never end.
    """
    loop = background_loop()
    if _running_loop() is loop:
        coroutine.close()
        raise RuntimeError("This waits for the background loop and so cannot be called on it; await the async form.")
    future: Future[T] | None = None
    try:
        future = asyncio.run_coroutine_threadsafe(coroutine, loop)
        return future.result()
    except (KeyboardInterrupt, CancelledError):
        if future is not None:
            future.cancel()
        raise


async def gather(*coroutines: Coroutine[Any, Any, T]) -> list[T]:
    """Results of several requests that run at the same time."""
    return list(await asyncio.gather(*coroutines))


def close_at_exit(thing: Closable) -> None:
    """Close something when the interpreter ends, if it is still alive then."""
    _to_close.add(thing)


def _start() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=_serve, args=(loop,), name="catmaid-client", daemon=True)
    thread.start()
    return loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def close_soon(close: Callable[[], Coroutine[Any, Any, None]], owner: asyncio.AbstractEventLoop) -> None:
    """Close what nobody refers to any more; may be called by the garbage collector, in any thread."""
    if owner is _loop and owner.is_running():
        asyncio.run_coroutine_threadsafe(close(), owner)


@atexit.register
def _close_all() -> None:
    if _loop is not None:
        for thing in list(_to_close):
            with contextlib.suppress(OSError, RuntimeError):
                run(thing.close())


def _forget_after_fork() -> None:
    global _loop, _lock  # noqa: PLW0603  the thread did not come along into the child
    _loop = None
    _lock = threading.Lock()
    _to_close.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
