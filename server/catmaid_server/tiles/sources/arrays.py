"""Arrays as tensorstore and h5py open them, behind one question."""

from __future__ import annotations

import asyncio
import re
import threading
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np
import tensorstore
from numpy.typing import NDArray

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.gateway.bridge import VolumeBridge
from catmaid_server.tiles.gateway.failures import ImagesUnavailable

_hdf5_lock = threading.Lock()
"""The HDF5 library does one thing at a time."""


class TensorStoreArray:
    """An array of tensorstore; what goes wrong at a bridge is told in the bridge's words."""

    def __init__(self, store: tensorstore.TensorStore, name: str, bridged: tuple[VolumeBridge, str] | None) -> None:
        self._store = store[tensorstore.d[:].translate_to[0]]
        self.name = name
        self._bridged = bridged

    @classmethod
    async def open(
        cls,
        spec: dict[str, Any],
        name: str,
        *,
        context: tensorstore.Context,
        bridged: tuple[VolumeBridge, str] | None = None,
    ) -> TensorStoreArray:
        """Open for reading; `name` is what people call it. Raises `ImagesUnavailable`."""
        try:
            store = await tensorstore.open(
                spec,
                open=True,
                read=True,
                write=False,
                context=context,
                recheck_cached_metadata="open",
                recheck_cached_data=False,
            )
        except (ValueError, OSError) as error:
            raise _failure(error, name, bridged) from error
        return cls(store, name, bridged)

    @property
    def spec(self) -> dict[str, Any]:
        """What tensorstore says of it, with its metadata."""
        described: dict[str, Any] = self._store.spec().to_json()
        return described

    @property
    def shape(self) -> tuple[int, ...]:
        """Extents."""
        return tuple(self._store.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""
        dtype: np.dtype[Any] = np.dtype(self._store.dtype.numpy_dtype)
        return dtype

    async def read(self, part: tuple[slice | int, ...]) -> NDArray[Any]:
        """A part. Raises `ImagesUnavailable`."""
        try:
            return np.asarray(await self._store[part].read())
        except (ValueError, OSError) as error:
            raise _failure(error, self.name, self._bridged) from error


class Hdf5Array:
    """A dataset of an HDF5 file."""

    def __init__(self, dataset: Any, pool: Executor) -> None:
        self._dataset = dataset
        self._pool = pool

    @classmethod
    def open(cls, path: Path, dataset: str, pool: Executor) -> Hdf5Array:
        """Open for reading. Raises `ImagesUnavailable`."""
        try:
            return cls(open_hdf5(path)[dataset], pool)
        except KeyError as error:
            raise ImagesUnavailable(f"{path} has no dataset {dataset!r}.") from error

    @property
    def shape(self) -> tuple[int, ...]:
        """Extents."""
        return tuple(self._dataset.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""
        dtype: np.dtype[Any] = self._dataset.dtype
        return dtype

    async def read(self, part: tuple[slice | int, ...]) -> NDArray[Any]:
        """A part. Raises `ImagesUnavailable`."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, part)

    def _read(self, part: tuple[slice | int, ...]) -> NDArray[Any]:
        try:
            with _hdf5_lock:
                return np.asarray(self._dataset[part])
        except (OSError, RuntimeError) as error:
            raise ImagesUnavailable(f"{self._dataset.name} cannot be read: {error}.") from error


def open_hdf5(path: Path) -> Any:
    """An HDF5 file, for reading. Raises `ImagesUnavailable`, and `InvalidInput` where h5py is not installed."""
    try:
        import h5py  # noqa: PLC0415  an extra
    except ImportError:
        raise InvalidInput("HDF5 files need h5py: pip install 'catmaid-jupyter[hdf5]'.") from None
    try:
        with _hdf5_lock:
            return h5py.File(path, "r")
    except OSError as error:
        raise ImagesUnavailable(f"{path} is no HDF5 file that can be read: {error}.") from error


def _failure(error: Exception, name: str, bridged: tuple[VolumeBridge, str] | None) -> ImagesUnavailable:
    told = None if bridged is None else bridged[0].failure(bridged[1])
    if told is not None:
        return told
    return ImagesUnavailable(f"{name} cannot be read: {_reason(str(error))}.")


def _reason(text: str) -> str:
    """What tensorstore says, without the names of its errors and of the parts of itself that it was in."""
    found = re.sub(r" \[\w+=.*", "", text.splitlines()[0]).strip()
    return re.sub(r"^[A-Z_]+: |Error opening \"\w+\" driver: |Error reading local file \"[^\"]*\": ", "", found)
