"""The order of names in lists."""

from __future__ import annotations

import re
from typing import Final

_DIGITS: Final = 20
_NUMBER: Final = re.compile("[0-9]+")


def natural_key(name: str) -> str:
    """What names are sorted by: in any case, and numbers in them by their values, so that "PN 2" is before "PN 10"."""
    return _NUMBER.sub(_padded, name.lower())


def _padded(found: re.Match[str]) -> str:
    return found[0].zfill(_DIGITS)
