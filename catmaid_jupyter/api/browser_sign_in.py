"""Signing in by a browser: a line with a link, and the token comes when the person said yes there."""

from __future__ import annotations

import asyncio
import os
import platform
import time
from typing import Final, TypeVar

import msgspec
from yarl import URL

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotAllowed, NotFound
from catmaid_jupyter.api.http import Answer, Http, Origin
from catmaid_wire.browser_sign_in import BEGIN, CAPABILITY, TOKEN, VALUE, Begun, Decided
from catmaid_wire.jupyterhub import VARIABLE

_LONGEST_NAME: Final = 100

_tokens: dict[str, str] = {}
"""Of this process, by address: who runs the cell again is not asked again. In no file."""

T = TypeVar("T")


def is_wanted() -> bool:
    """Whether the environment says that one signs in by a browser (`CATMAID_SIGN_IN=browser`)."""
    return os.environ.get(VARIABLE) == VALUE


def signed_in(address: URL) -> str:
    """An API token of who lets this program in by a browser; of before, if somebody did in this process.

    Raises `NotAllowed` if nobody lets it in within ten minutes, `InvalidInput` if the server does not know of this.
    """
    known = _tokens.get(str(address))
    if known is None:
        http = Http(Origin(address))
        try:
            begun = loop.run(_begun(http))
            page = address.join(URL(begun.page))
            print(  # noqa: T201  whoever runs the cell has to read it
                f"Open {page}\nin your browser, and allow what shows the code {begun.code}. Waiting …", flush=True
            )
            decided = loop.run(_decided(http, begun))
        finally:
            loop.run(http.close())
        print(f"You are {decided.username}.")  # noqa: T201  as above
        known = _tokens[str(address)] = decided.token
    return known


def forget(address: URL) -> bool:
    """Forget the token of an address, which the server does not accept any more; whether there was one."""
    return _tokens.pop(str(address), None) is not None


async def _begun(http: Http) -> Begun:
    version = await http.read_json("GET", "version")
    ours = version.get("CATMAID_JUPYTER") if isinstance(version, dict) else None
    if CAPABILITY not in (ours or {}).get("capabilities", ()):
        raise InvalidInput(f"{http.url} lets nobody in by a browser: give an API token, as in cj.connect(url, token).")
    name = f"Python on {platform.node() or 'an unnamed machine'}"[:_LONGEST_NAME]
    return _read(await http.request("POST", BEGIN, form={"name": name}), Begun)


async def _decided(http: Http, begun: Begun) -> Decided:
    until = time.monotonic() + begun.seconds
    while time.monotonic() < until:
        await asyncio.sleep(begun.ask_every)
        try:
            decided = _read(await http.request("POST", TOKEN, form={"request": begun.request}), Decided)
        except NotFound as error:
            raise NotAllowed(str(error)) from None
        if not decided.waits:
            return decided
    raise NotAllowed(f"Nobody let this program in within {begun.seconds // 60} minutes. Run the line again.")


def _read(answer: Answer, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.DecodeError, RecursionError):
        raise InvalidInput("The server answered something else than was asked. Is the address right?") from None
