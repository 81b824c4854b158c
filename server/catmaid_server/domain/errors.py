"""Errors of requests that are well-formed. `http.catmaid.errors` says how each is answered."""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """Base of all errors that the caller can correct; people read the message."""

    detail: Any = None
    """What programs read of it, as JSON."""


class InvalidInput(DomainError):
    """A value is missing, malformed or not allowed."""


class NotFound(DomainError):
    """Nothing has this id in this project."""


class NotAllowed(DomainError):
    """The user may not do this."""


class StateMismatch(DomainError):
    """Somebody changed the data since the caller read them."""


class LocationLookup(DomainError):
    """No location for this id."""
