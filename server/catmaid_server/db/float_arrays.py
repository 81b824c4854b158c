"""Long arrays of numbers between numpy and PostgreSQL's `float8[]`, without a Python object for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakSet

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.adapt import Dumper
from psycopg.pq import Format

_OID: Final = psycopg.adapters.types["float8"].oid
_ARRAY_OID: Final = psycopg.adapters.types["float8"].array_oid
_HEADER: Final = np.dtype(
    [("dimensions", ">i4"), ("has_null", ">i4"), ("type", ">u4"), ("length", ">i4"), ("first", ">i4")]
)
_LARGE_BYTES: Final = 2**23
_SWOLLEN: Final[WeakSet[psycopg.BaseConnection[Any]]] = WeakSet()
_ELEMENT: Final = np.dtype([("size", ">i4"), ("value", ">f8")])


@dataclass(frozen=True, slots=True)
class FloatArray:
    """A parameter of type `float8[]`: values, at least one, in one dimension."""

    values: NDArray[np.float64]


def from_binary(sent: bytes) -> NDArray[np.float64]:
    """The values of what `array_send` gives for a `float8[]` of one dimension without NULLs."""
    values: NDArray[np.float64] = np.frombuffer(sent, _ELEMENT, offset=_HEADER.itemsize)["value"].astype(np.float64)
    return values


def note_size(connection: psycopg.BaseConnection[Any], size: int) -> None:
    """Remember that a value of `size` bytes went over the connection: its buffers never become smaller again."""
    if size > _LARGE_BYTES:
        _SWOLLEN.add(connection)


def is_swollen(connection: psycopg.BaseConnection[Any]) -> bool:
    """Whether the connection holds memory for a large value."""
    return connection in _SWOLLEN


class FloatArrayDumper(Dumper):
    """Sends a `FloatArray`; connections have to know it."""

    format = Format.BINARY
    oid = _ARRAY_OID

    def dump(self, obj: FloatArray) -> bytearray:
        """The array as PostgreSQL has it on the wire."""
        values = obj.values.ravel()
        sent = bytearray(_HEADER.itemsize + len(values) * _ELEMENT.itemsize)
        np.frombuffer(sent, _HEADER, 1)[0] = (1, 0, _OID, len(values), 1)
        elements = np.frombuffer(sent, _ELEMENT, offset=_HEADER.itemsize)
        elements["size"], elements["value"] = 8, values
        if self.connection is not None:
            note_size(self.connection, len(sent))
        return sent
