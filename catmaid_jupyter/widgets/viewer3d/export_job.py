"""A file that a page makes of a 3D viewer: asked for, sent in pieces, and written when it is whole."""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from IPython import get_ipython

from catmaid_jupyter.api.errors import CatmaidError, InvalidInput, Unreachable

CLAIM_S: Final = 15.0
"""How long a page may take to say that it makes the file."""
SILENCE_S: Final = 90.0
"""How long a page may be silent while it makes it: one frame of a large picture takes long without a graphics card."""

NO_PAGE: Final = (
    "No page that shows the viewer has answered within {seconds:.0f} s, so there is nothing to make a picture of. Show "
    "it first, in a cell before this one, and keep that page open. Where pages are not answered while a cell runs "
    "(ipykernel before 7, or JupyterLab's setting commsOverSubshells switched off), call it with wait=False: the file "
    "is written when the cell has ended."
)
GONE: Final = (
    "Nothing was heard for {seconds:.0f} s of the page that made {name}: it was closed, or its tab sleeps. Nothing was "
    "written."
)
IN_HANDLER: Final = (
    "A callback of a widget cannot wait for a page, since the page's answers wait for the callback. Call it with "
    "wait=False, and see `result()` of what it returns later."
)


class ExportJob:
    """A file that a page makes.

    Attributes
    ----------
    path
        Where it will be.
    progress
        How much of it is made, 0 to 1.
    """

    def __init__(self, path: Path, stop: Callable[[ExportJob], None]) -> None:
        self.number = secrets.randbelow(2**48)
        self.path = path
        self.progress = 0.0
        self._stop = stop
        self._pieces: list[bytes] = []
        self._claimed = threading.Event()
        self._heard_at = time.monotonic()
        self._future: concurrent.futures.Future[Path] = concurrent.futures.Future()

    def __repr__(self) -> str:
        state = "written" if self._future.done() and not self._failed else f"{self.progress:.0%}"
        return f"<ExportJob {self.path.name!r:.80}: {'failed' if self._failed else state}>"

    @property
    def is_done(self) -> bool:
        """Whether it was written, has failed or was cancelled."""
        return self._future.done()

    def result(self) -> Path:
        """The file's path, when it is written.

        `Unreachable` if no page makes it, or the page is gone; another `CatmaidError` if the page could not make it.
        """
        if not self._future.done():
            require_waitable()
        try:
            while True:
                with contextlib.suppress(concurrent.futures.TimeoutError):
                    return self._future.result(0.2)
                self._check_silence()
        except KeyboardInterrupt:
            self.cancel()
            raise

    def cancel(self) -> None:
        """Make it no more; nothing is written."""
        self.fail(CatmaidError(f"{self.path.name} was cancelled. Nothing was written."))

    def claim(self) -> bool:
        """Whether a page shall make it: the first that asks."""
        if self._claimed.is_set() or self._future.done():
            return False
        self._claimed.set()
        self._heard_at = time.monotonic()
        return True

    def heard(self, progress: float) -> bool:
        """Take note that a page is at it; whether it is still wanted."""
        self._heard_at = time.monotonic()
        self.progress = min(max(progress, self.progress), 1.0)
        return not self._future.done()

    def take(self, piece: bytes) -> None:
        """Add what comes next of the file."""
        if not self._future.done():
            self._pieces.append(piece)

    def finish(self, size: int) -> None:
        """Write the file, which has so many bytes: all of it, or nothing."""
        content = b"".join(self._pieces)
        self._pieces.clear()
        if self._future.done():
            return
        if len(content) != size:
            self.fail(Unreachable(f"Of {self.path.name} came {len(content)} of {size} bytes. Nothing was written."))
            return
        try:
            write_whole(self.path, content)
        except OSError as error:
            self.fail(CatmaidError(f"{self.path} cannot be written: {error.strerror or error}."))
            return
        self.progress = 1.0
        self._future.set_result(self.path)
        self._stop(self)

    def fail(self, error: CatmaidError) -> None:
        """Have it fail, unless it is done."""
        if self._future.done():
            return
        with contextlib.suppress(concurrent.futures.InvalidStateError):
            self._future.set_exception(error)
        self._pieces.clear()
        self._stop(self)

    @property
    def _failed(self) -> bool:
        return self._future.done() and self._future.exception() is not None

    def _check_silence(self) -> None:
        silence = time.monotonic() - self._heard_at
        if not self._claimed.is_set() and silence > CLAIM_S:
            self.fail(Unreachable(NO_PAGE.format(seconds=CLAIM_S)))
        elif silence > SILENCE_S:
            self.fail(Unreachable(GONE.format(seconds=SILENCE_S, name=self.path.name)))


def require_waitable() -> None:
    """`InvalidInput` in a thread in which the answers of pages are taken: waiting there for one would never end."""
    if threading.current_thread().name.startswith("subshell-"):
        raise InvalidInput(IN_HANDLER)
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        raise Unreachable(
            "There is no page: pictures are made by a page that shows the viewer, as in JupyterLab, not in a script."
        )


def file_path(path: str | os.PathLike[str], suffixes: tuple[str, ...]) -> Path:
    """The path of a file to be written. `InvalidInput` if it ends with another suffix, or its folder does not exist."""
    try:
        where = Path(path).expanduser()
    except TypeError:
        raise InvalidInput(
            f"A file is given as a path, such as 'figure{suffixes[0]}', not as {type(path).__name__}."
        ) from None
    if where.suffix.lower() not in suffixes:
        raise InvalidInput(f"The file ends with {' or '.join(suffixes)}, not {where.name!r:.100}.")
    if where.is_dir():
        raise InvalidInput(f"{str(where)!r:.200} is a folder: name a file.")
    if not where.parent.is_dir():
        raise InvalidInput(f"There is no folder {str(where.parent)!r:.200} to write {where.name!r:.100} to.")
    # A cell may change the working folder before it is written.
    return where.absolute()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step: a reader sees all of it, or what was there before."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
