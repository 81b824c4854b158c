"""Errors as CATMAID's clients expect them: `{"error", "type", "detail", "meta"}`, never a traceback."""

from __future__ import annotations

import errno
from typing import Any

import psycopg
from aiohttp import web
from psycopg_pool import PoolTimeout

from catmaid_server.auth.access import Unauthenticated
from catmaid_server.auth.jupyterhub import HubUnreachable
from catmaid_server.auth.providers.provider import ProviderUnreachable
from catmaid_server.auth.turns import TooManyAttempts
from catmaid_server.db.store import ProjectArchived
from catmaid_server.domain.accounts.accounts import InactiveLogin, InvalidLogin
from catmaid_server.domain.errors import DomainError, LocationLookup, NotAllowed, NotFound, StateMismatch
from catmaid_server.domain.history.versions import NotSettled, VersionGone
from catmaid_server.domain.space.stacks import NoSuchStack, NoSuchStackGroup
from catmaid_server.domain.space.volumes import UnknownFileType
from catmaid_server.tiles.gateway.failures import ImagesUnavailable
from catmaid_server.transfer.importers.catmaid.server import SourceError
from catmaid_wire import errors as names

_DOMAIN_ERRORS: tuple[tuple[type[DomainError], int, str], ...] = (
    (Unauthenticated, 401, "AuthenticationFailed"),
    (NotAllowed, 403, names.NOT_ALLOWED),
    (NoSuchStack, 404, names.NO_SUCH_PAGE),
    (NoSuchStackGroup, 404, names.NO_SUCH_OBJECT),
    (VersionGone, 410, names.VERSION_GONE),
    (NotFound, 404, names.NOT_FOUND),
    (UnknownFileType, 415, "UnsupportedMediaType"),
    (TooManyAttempts, 429, "TooManyAttempts"),
    (SourceError, 502, "SourceError"),
    (HubUnreachable, 502, "HubUnreachable"),
    (ProviderUnreachable, 502, "ProviderUnreachable"),
    (ImagesUnavailable, 424, "ImagesUnavailable"),
    (NotSettled, 503, names.NOT_SETTLED),
    (StateMismatch, 400, names.STATE_MISMATCH),
    (LocationLookup, 400, "LocationLookupError"),
    (InvalidLogin, 400, names.INVALID_LOGIN),
    (InactiveLogin, 400, names.INACTIVE_LOGIN),
    (DomainError, 400, "ValueError"),
)
"""HTTP status and CATMAID's name of each error; the first row that fits decides."""

STORAGE_FULL = "The disk is full: nothing was written, and what is stored can be read. Make space, then try again."
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
_HEADERS_OF_ERRORS = ("Allow", "Retry-After")
_CONTENDED = "Others are changing the same just now; try again in a moment."

# The first row that fits decides. The error's own words may hold values of rows, so they are never shown.
_STORE_ERRORS: tuple[tuple[type[Exception], int, str, str], ...] = (
    (PoolTimeout, 503, "StoreUnavailable", "The store is busy or away; try again in a moment."),
    (ProjectArchived, 403, names.NOT_ALLOWED, str(ProjectArchived())),
    (psycopg.errors.DiskFull, 507, "StorageFull", STORAGE_FULL),
    (psycopg.errors.UniqueViolation, 400, "ValueError", "That exists already."),
    (psycopg.errors.ForeignKeyViolation, 400, "ValueError", "What this refers to does not exist, or is still used."),
    (psycopg.errors.CheckViolation, 400, "ValueError", "A value is out of its range."),
    (psycopg.errors.InvalidRegularExpression, 400, "ValueError", "That is not a valid regular expression."),
    (psycopg.errors.QueryCanceled, 503, "StoreUnavailable", "The query took too long and was stopped."),
    (psycopg.errors.DeadlockDetected, 503, "StoreUnavailable", _CONTENDED),
    (psycopg.errors.SerializationFailure, 503, "StoreUnavailable", _CONTENDED),
    (psycopg.DataError, 400, "ValueError", "A value is malformed or out of range."),
    (psycopg.errors.ProgramLimitExceeded, 400, "ValueError", "A value is too large."),
    (psycopg.OperationalError, 503, "StoreUnavailable", "The store cannot be reached; try again in a moment."),
)


def answer(status: int, kind: str, message: str, *, detail: Any = None) -> web.Response:
    """One error as JSON."""
    return web.json_response({"error": message, "type": kind, "detail": detail, "meta": None}, status=status)


def answer_for(error: Exception) -> web.Response | None:
    """The answer for an error that we know, else None."""
    if isinstance(error, DomainError):
        status, name = next((status, name) for kind, status, name in _DOMAIN_ERRORS if isinstance(error, kind))
        return _busy_or_not(answer(status, name, str(error), detail=error.detail))
    if isinstance(error, web.HTTPException):
        response = answer(error.status, error.__class__.__name__, error.text or error.reason)
        for name in _HEADERS_OF_ERRORS:
            if name in error.headers:
                response.headers[name] = error.headers[name]
        return response
    if isinstance(error, OSError) and error.errno in _NO_SPACE:
        return answer(507, "StorageFull", STORAGE_FULL)
    for kind, status, name, text in _STORE_ERRORS:
        if isinstance(error, kind):
            return _busy_or_not(answer(status, name, text))
    return None


def _busy_or_not(response: web.Response) -> web.Response:
    """Say when to try again, if that is what helps."""
    if response.status == 503:
        response.headers["Retry-After"] = "1"
    return response
