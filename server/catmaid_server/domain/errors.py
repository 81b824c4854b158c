"""What can go wrong with a request that is well-formed. `http.catmaid.errors` says how each is answered."""

from __future__ import annotations


class DomainError(Exception):
    """Base of all errors that are the caller's to mend; the message is shown to people."""


class InvalidInput(DomainError):
    """A value is missing, malformed or not allowed."""


class NotFound(DomainError):
    """Nothing with this id, here."""


class NotAllowed(DomainError):
    """The user may not do this."""


class StateMismatch(DomainError):
    """Somebody changed what the caller was looking at."""


class LocationLookup(DomainError):
    """No location for this id."""
