"""Large files of a server, saved piece by piece; what breaks off is gone on with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Final

import aiohttp

from catmaid_jupyter.api.errors import Unreachable, error_from_answer
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.api.patience import REQUEST_PAUSES_S

_PIECE_BYTES: Final = 2**20


async def download(http: Http, path: str, target: Path, received: Callable[[int], object]) -> None:
    """Save what is at `path` as the file `target`, which appears when it is complete.

    received : called with the number of bytes of each piece.

    Raises `Unreachable` if the server does not answer any more, or as other requests do.
    """
    unfinished = target.with_name(f".{target.name}.part")
    await asyncio.to_thread(unfinished.unlink, missing_ok=True)
    try:
        for pause in (*REQUEST_PAUSES_S, None):
            try:
                await _go_on(http, path, unfinished, received)
                break
            except (aiohttp.ClientError, TimeoutError) as error:
                if pause is None:
                    raise Unreachable(f"The download from {http.url} broke off.", detail=str(error)) from None
                await asyncio.sleep(pause)
                await http.locate_again()
        await asyncio.to_thread(unfinished.replace, target)
    finally:
        await asyncio.to_thread(unfinished.unlink, missing_ok=True)


async def _go_on(http: Http, path: str, unfinished: Path, received: Callable[[int], object]) -> None:
    begin = unfinished.stat().st_size if unfinished.exists() else 0  # noqa: ASYNC240 -- a look, no reading
    headers = {"Range": f"bytes={begin}-"} if begin else None
    async with http.stream(path, headers) as answer:
        if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return  # it was all there
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise error_from_answer(answer.status, await answer.read())
        is_rest = answer.status == HTTPStatus.PARTIAL_CONTENT
        with unfinished.open("ab" if is_rest else "wb") as file:
            async for piece in answer.content.iter_chunked(_PIECE_BYTES):
                await asyncio.to_thread(file.write, piece)
                received(len(piece))
