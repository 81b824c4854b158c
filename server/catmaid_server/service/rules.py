"""Rules of settings: their sentences as pydantic wants them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from catmaid_server.domain.errors import InvalidInput


@contextmanager
def as_value_error() -> Iterator[None]:
    """What is wrong with a value, as an error that pydantic passes on."""
    try:
        yield
    except InvalidInput as error:
        raise ValueError(str(error)) from None
