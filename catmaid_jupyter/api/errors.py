"""What can go wrong between this client and a CATMAID server."""

from __future__ import annotations

import orjson

from catmaid_wire.errors import CONFLICT_TYPES, INVALID_LOGIN, LOGIN_TYPES, MISSING_TYPES, Code


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
    """

    code = Code.INTERNAL

    def __init__(self, message: str, *, detail: str | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.status = status


class NotFound(CatmaidError, LookupError):
    """The project, neuron, node, … does not exist, or not for this user."""

    code = Code.NOT_FOUND


class NotAllowed(CatmaidError, PermissionError):
    """The user of this connection may not do that."""

    code = Code.NOT_ALLOWED

    def __str__(self) -> str:
        return self.message


class Conflict(CatmaidError):
    """Somebody changed the objects since they were last read; nothing was written."""

    code = Code.CONFLICT


class InvalidInput(CatmaidError, ValueError):
    """The request makes no sense to the server, or to this client; nothing was written."""

    code = Code.INVALID


class Unreachable(CatmaidError, ConnectionError):
    """No answer came. Whether a write happened is unknown unless it carried a key and is repeated with it."""

    code = Code.UNREACHABLE

    def __str__(self) -> str:
        return self.message


def error_from_answer(status: int, body: bytes) -> CatmaidError:
    """The exception that stands for an error answer in any of CATMAID's shapes.

    status : HTTP status, 400 or more.
    body : the answer as received: `{"error", "type", "detail"}`, the REST framework's `{"detail"}`, or other.
    """
    message, kind, detail = _read(body)
    text = message or _default_message(status, kind)
    return _error_class(status, kind)(text, detail=detail, status=status)


def _read(body: bytes) -> tuple[str, str, str | None]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "", "", None
    if isinstance(value, list):
        return "; ".join(str(item) for item in value), "", None
    if not isinstance(value, dict):
        return str(value), "", None
    kind = str(value.get("type") or "")
    detail = value.get("detail")
    if "error" in value:
        return str(value["error"] or ""), kind, None if detail is None else str(detail)
    if detail is not None:
        return str(detail), kind, None
    fields = (f"{name}: {text}" for name, text in value.items())
    return "; ".join(fields), kind, None


def _error_class(status: int, kind: str) -> type[CatmaidError]:
    if kind in CONFLICT_TYPES or status == 409:
        return Conflict
    if kind in LOGIN_TYPES or status in {401, 403}:
        return NotAllowed
    if kind in MISSING_TYPES or status == 404:
        return NotFound
    if status < 500:
        return InvalidInput
    return Unreachable if status in {502, 503, 504} else CatmaidError


def _default_message(status: int, kind: str) -> str:
    if kind == INVALID_LOGIN:
        return "The user name or password is wrong."
    return f"The server answered with status {status}."
