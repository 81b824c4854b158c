"""Errors have CATMAID's shape and names, and tell nothing of the service's inside."""

from __future__ import annotations

import json

import psycopg
import pytest
from aiohttp import web
from psycopg_pool import PoolTimeout

from catmaid_server.auth.access import Unauthenticated
from catmaid_server.domain.accounts.accounts import InactiveLogin, InvalidLogin
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, LocationLookup, NotAllowed, NotFound, StateMismatch
from catmaid_server.http.catmaid import errors

CLOSED = User(id=7, username="text", is_superuser=False, is_active=False, first_name="", last_name="", password="!")
TABLE: list[tuple[Exception, int, str]] = [
    (InvalidInput("text"), 400, "ValueError"),
    (StateMismatch("text"), 400, "StateMatchingError"),
    (LocationLookup("text"), 400, "LocationLookupError"),
    (InvalidLogin("text"), 400, "InvalidLoginError"),
    (InactiveLogin(CLOSED), 400, "InactiveLoginError"),
    (NotAllowed("text"), 403, "PermissionError"),
    (NotFound("text"), 404, "NotFound"),
    (Unauthenticated("text"), 401, "AuthenticationFailed"),
    (web.HTTPNotFound(), 404, "HTTPNotFound"),
    (web.HTTPMethodNotAllowed("GET", ["POST"]), 405, "HTTPMethodNotAllowed"),
    (web.HTTPRequestEntityTooLarge(10, 20), 413, "HTTPRequestEntityTooLarge"),
    (psycopg.errors.UniqueViolation("text"), 400, "ValueError"),
    (psycopg.errors.ForeignKeyViolation("text"), 400, "ValueError"),
    (psycopg.errors.CheckViolation("text"), 400, "ValueError"),
    (psycopg.errors.NumericValueOutOfRange("text"), 400, "ValueError"),
    (psycopg.errors.InvalidRegularExpression("text"), 400, "ValueError"),
    (psycopg.errors.QueryCanceled("text"), 503, "StoreUnavailable"),
    (psycopg.OperationalError("text"), 503, "StoreUnavailable"),
    (PoolTimeout("text"), 503, "StoreUnavailable"),
]


@pytest.mark.parametrize(("error", "status", "kind"), TABLE, ids=lambda value: type(value).__name__)
def test_each_error_has_its_status_and_name(error: Exception, status: int, kind: str) -> None:
    response = errors.answer_for(error)
    assert response is not None
    assert response.status == status
    assert response.content_type == "application/json"
    assert isinstance(response.body, bytes)
    body = json.loads(response.body)
    assert set(body) == {"error", "type", "detail", "meta"}
    assert body["type"] == kind
    assert body["error"]
    assert body["detail"] is None
    assert ("Retry-After" in response.headers) == (status == 503)


@pytest.mark.parametrize(
    "error",
    [
        psycopg.OperationalError("host=/secret"),
        psycopg.errors.UniqueViolation("secret"),
        psycopg.DataError('invalid: "secret"'),
        PoolTimeout("secret"),
    ],
    ids=type,
)
def test_the_words_of_the_store_stay_inside(error: Exception) -> None:
    response = errors.answer_for(error)
    assert response is not None
    assert isinstance(response.body, bytes)
    assert b"secret" not in response.body


@pytest.mark.parametrize(
    "error", [KeyError("x"), AssertionError(), psycopg.ProgrammingError("bug"), ValueError("x")], ids=type
)
def test_a_fault_of_our_own_is_not_the_callers(error: Exception) -> None:
    """The middleware answers 500 and logs it."""
    assert errors.answer_for(error) is None
