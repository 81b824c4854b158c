"""Find out what kind of volume there is at an address, and what it says of itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.gateway.failures import HostRefused, ImagesUnavailable
from catmaid_server.tiles.metadata.addresses import ImageAddress
from catmaid_server.tiles.metadata.found import FoundVolume
from catmaid_server.tiles.metadata.hdf5 import find_hdf5
from catmaid_server.tiles.metadata.n5 import find_n5
from catmaid_server.tiles.metadata.ngff import find_zarr
from catmaid_server.tiles.metadata.precomputed import find_precomputed
from catmaid_server.tiles.metadata.reader import SourceReader


async def find_volume(
    address: ImageAddress, reader: SourceReader, dataset: str | None = None
) -> FoundVolume | tuple[int, int, int] | None:
    """What an address has; None if it is no volume. A size (x, y, z): sections of CATMAID's in an HDF5 file.

    dataset: a path below the address. Raises `InvalidInput` if it is not what it should be, and `ImagesUnavailable`.
    """
    if address.format == "hdf5":
        return await _in_hdf5(address, dataset)
    if dataset is not None:
        reader = reader.below(dataset.strip("/"))
    failures: list[ImagesUnavailable] = []
    for name in ("precomputed", "zarr", "n5") if address.format is None else (address.format,):
        try:
            found = await _understood(name, address, reader)
        except HostRefused:
            raise
        except ImagesUnavailable as error:
            failures.append(error)
            continue
        if found is not None:
            return found
    if failures:
        raise failures[0]
    if dataset is not None:
        raise InvalidInput(f"There is no precomputed, Zarr or N5 volume {dataset!r} below {address.location}.")
    if address.format in ("precomputed", "zarr", "n5"):
        wanted = {"precomputed": "info", "zarr": "zarr.json, .zattrs or .zarray", "n5": "attributes.json of a dataset"}
        raise InvalidInput(f"There is no {address.format} volume at {reader.base}: no {wanted[address.format]}.")
    return None


async def _in_hdf5(address: ImageAddress, dataset: str | None) -> FoundVolume | tuple[int, int, int]:
    if address.is_remote:
        raise InvalidInput("HDF5 files are read from this machine only; a server that cuts tiles is tile source 3.")
    found = await asyncio.to_thread(find_hdf5, Path(address.location), dataset)
    if isinstance(found, FoundVolume):
        found.require_extent()
    return found


async def _understood(name: str, address: ImageAddress, reader: SourceReader) -> FoundVolume | None:
    """As `_find`; `InvalidInput` where files do not say what the format asks for, in whatever way."""
    try:
        found = await _find(name, address, reader)
    except KeyError as error:
        raise InvalidInput(f"The {name} at {reader.base} does not say its {error.args[0]!r}.") from error
    except (IndexError, TypeError, AttributeError, ValueError, ZeroDivisionError) as error:
        raise InvalidInput(
            f"The {name} at {reader.base} does not describe itself as its format asks: {error}."
        ) from error
    if found is not None:
        found.require_extent()
    return found


async def _find(name: str, address: ImageAddress, reader: SourceReader) -> FoundVolume | None:
    if name == "precomputed":
        found = await find_precomputed(reader)
    elif name == "zarr":
        found = await find_zarr(reader)
    else:
        return await find_n5(reader, address.slicing, address.level_path)
    if found is None or address.slicing is None or address.slicing[:3] == (0, 1, 2):
        return found
    order = {"021": 1, "210": 2}.get("".join(map(str, address.slicing[:3])))
    if order is None:
        raise InvalidInput(f"Sections along the dimensions {address.slicing} are not served: 0_1_2, 0_2_1 and 2_1_0.")
    return found.cut(order)
