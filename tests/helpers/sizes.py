"""How large tests are: small with each change, as large as an issue asks for with `CATMAID_FULL_SIZE=1`."""

from __future__ import annotations

import os

FULL = os.environ.get("CATMAID_FULL_SIZE", "") not in ("", "0")


def at_size(*, ci: int, full: int) -> int:
    """The number for this run."""
    return full if FULL else ci
