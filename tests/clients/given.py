"""What the scripts that run in the clients' environment share: what they were given, and how they answer."""

from __future__ import annotations

import json
import os
import sys
import warnings
from types import SimpleNamespace
from typing import Any

import numpy as np

warnings.simplefilter("ignore")

given = SimpleNamespace(**json.loads(os.environ["GIVEN"]))


def answer(values: dict[str, Any]) -> None:
    """Write the script's answer."""
    json.dump(values, sys.stdout, default=_plain)


def table(frame: Any, *columns: str) -> list[list[Any]]:
    """Rows of some columns of a DataFrame."""
    return [list(map(_plain, row)) for row in frame[list(columns)].itertuples(index=False)]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return value if isinstance(value, int | float | str) else str(value)
