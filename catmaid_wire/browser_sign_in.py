"""Signing in of programs: a person lets them in on a page of the service, so that no token is typed."""

from __future__ import annotations

from typing import Final

import msgspec

CAPABILITY: Final = "browser-sign-in"
BEGIN: Final = "program-sign-ins/"
TOKEN: Final = "program-sign-ins/token"  # noqa: S105  a path
PAGE: Final = "user/programs/"
ASK_EVERY_S: Final = 1.0
VALUE: Final = "browser"
"""Of `CATMAID_SIGN_IN`, where one signs in so without saying it."""


class Begun(msgspec.Struct, frozen=True):
    """What the service answers to a program that begins to wait."""

    request: str
    code: str
    page: str
    seconds: int
    ask_every: float = ASK_EVERY_S


class Decided(msgspec.Struct, frozen=True):
    """What it answers while the program waits, and at the end."""

    waits: bool
    token: str = ""
    username: str = ""
