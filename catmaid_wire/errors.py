"""Names of errors: CATMAID's in answers, and the short ones by which widgets tell them apart."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Code(StrEnum):
    """What kind of error it is, in a widget's answer and on exceptions of the client."""

    NOT_FOUND = "not_found"
    NOT_ALLOWED = "not_allowed"
    CONFLICT = "conflict"
    INVALID = "invalid"
    UNREACHABLE = "unreachable"
    INTERNAL = "internal"


STATE_MISMATCH: Final = "StateMatchingError"
INVALID_LOGIN: Final = "InvalidLoginError"
INACTIVE_LOGIN: Final = "InactiveLoginError"
NOT_ALLOWED: Final = "PermissionError"
NOT_FOUND: Final = "NotFound"
VERSION_GONE: Final = "VersionGone"
NOT_SETTLED: Final = "VersionNotSettled"
NO_SUCH_OBJECT: Final = "DoesNotExist"
NO_SUCH_PAGE: Final = "Http404"

CONFLICT_TYPES: Final = frozenset({STATE_MISMATCH, "StateMismatch"})
"""`type` of answers that say that somebody changed what the client saw."""
MISSING_TYPES: Final = frozenset({NO_SUCH_OBJECT, NO_SUCH_PAGE, NOT_FOUND, VERSION_GONE, "ObjectDoesNotExist"})
"""`type` of answers that say that something does not exist."""
LOGIN_TYPES: Final = frozenset({NOT_ALLOWED, INVALID_LOGIN, INACTIVE_LOGIN})
"""`type` of answers that say that the user may not do that."""
