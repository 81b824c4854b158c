"""What can go wrong with a request that is well-formed: each error knows its HTTP status and CATMAID's name."""

from __future__ import annotations

from typing import ClassVar


class DomainError(Exception):
    """Base of all errors that are the caller's to mend; the message is shown to people."""

    status: ClassVar[int] = 400
    type: ClassVar[str] = "ValueError"


class InvalidInput(DomainError):
    """A value is missing, malformed or not allowed."""


class NotFound(DomainError):
    """Nothing with this id, here."""

    status = 404
    type = "NotFound"


class NotAllowed(DomainError):
    """The user may not do this."""

    status = 403
    type = "PermissionError"


class StateMismatch(DomainError):
    """Somebody changed what the caller was looking at."""

    type = "StateMatchingError"


class LocationLookup(DomainError):
    """No location for this id."""

    type = "LocationLookupError"
