"""What can go wrong between this client and a CATMAID server."""

from __future__ import annotations

from typing import ClassVar

from catmaid_jupyter.api.manual import place_about
from catmaid_wire.errors import CONFLICT_TYPES, INVALID_LOGIN, LOGIN_TYPES, MISSING_TYPES, Code
from catmaid_wire.http import read_error


class CatmaidError(Exception):
    """A request that did not succeed.

    Attributes
    ----------
    message
        What happened, for people.
    detail
        More of it, if the server said more; else None.
    status
        HTTP status of the answer; None if there was no answer.
    manual
        The place of the manual that says more; empty if there is none. Tracebacks end with it.
    """

    code = Code.INTERNAL
    _about: ClassVar = ""
    """The heading of the page "Troubleshooting" for messages that have none of their own."""

    def __init__(self, message: str, *, detail: str | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.status = status
        self.manual = place_about(message, self._about)
        if self.manual:
            self.add_note(f"The manual says more: {self.manual}")


class NotFound(CatmaidError, LookupError):
    """The project, neuron, node, … does not exist, or not for this user."""

    code = Code.NOT_FOUND


class NotAllowed(CatmaidError, PermissionError):
    """The user of this connection may not do that."""

    code = Code.NOT_ALLOWED
    _about = "not-allowed"

    def __str__(self) -> str:
        return self.message


class Conflict(CatmaidError):
    """Somebody changed the objects since they were last read; nothing was written."""

    code = Code.CONFLICT
    _about = "conflict"


class InvalidInput(CatmaidError, ValueError):
    """The server, or this client, refuses the request because it is wrong; nothing was written."""

    code = Code.INVALID


class Unreachable(CatmaidError, ConnectionError):
    """No answer came. Whether a write happened is unknown unless it carried a key and is repeated with it."""

    code = Code.UNREACHABLE
    _about = "no-answer"

    def __str__(self) -> str:
        return self.message


def error_from_answer(status: int, body: bytes) -> CatmaidError:
    """The exception that stands for an error answer in any of CATMAID's shapes.

    status : HTTP status, 400 or more.
    body : the answer as received: `{"error", "type", "detail"}`, the REST framework's `{"detail"}`, or other.
    """
    error = read_error(body)
    message = error.message or _default_message(status, error.type)
    return _error_class(status, error.type)(message, detail=error.detail, status=status)


def _error_class(status: int, error_type: str) -> type[CatmaidError]:
    if error_type in CONFLICT_TYPES or status == 409:
        return Conflict
    if error_type in LOGIN_TYPES or status in {401, 403}:
        return NotAllowed
    if error_type in MISSING_TYPES or status == 404:
        return NotFound
    if status < 500:
        return InvalidInput
    return Unreachable if status in {502, 503, 504} else CatmaidError


def _default_message(status: int, error_type: str) -> str:
    if error_type == INVALID_LOGIN:
        return "The user name or password is wrong."
    return f"The server answered with status {status}."
