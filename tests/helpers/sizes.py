"""How large tests are: small with each change, as large as an issue asks for with `CATMAID_FULL_SIZE=1`."""

from __future__ import annotations

import os

import pytest

FULL = os.environ.get("CATMAID_FULL_SIZE", "") not in ("", "0")


def at_size(*, ci: int, full: int) -> int:
    """The number for this run."""
    return full if FULL else ci


long_if_full = pytest.mark.timeout(at_size(ci=300, full=4 * 3600))
"""A mark of tests that take hours at full size."""
