"""The stream of rows in a file that CATMAID's `catmaid_export_data` wrote: JSON, perhaps gzipped.

Such a file is one list of objects `{"model": "catmaid.treenode", "pk": 7, "fields": {...}}` in any order. It is read
as it comes; never more than a lot of rows is in memory.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO

import ijson
import msgspec

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.space import meshes
from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.importers.catmaid.base import Located, Row
from catmaid_server.transfer.importers.catmaid.graph_models import Volume
from catmaid_server.transfer.importers.catmaid.models import MODELS
from catmaid_server.transfer.importers.catmaid.site_models import UserGroups

_GZIP = b"\x1f\x8b"
_RING = re.compile(r"\(\(([^()]+)\)\)")
_COMPOSITE = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One row of CATMAID: its model, its id if it has one, and its values (None for models that have no table here)."""

    model: str
    pk: int | None
    row: Row | None


class BadRow(InvalidInput):
    """A row whose values do not fit its model."""


def model_row(model: str, pk: Any, fields: dict[str, Any]) -> ModelRow:
    """Check one row's values and give them their types. Raises `BadRow`."""
    kind = MODELS.get(model)
    if kind is None:
        return ModelRow(model, None, None)
    if type(pk) is not int:
        raise BadRow(f"{model}: the primary key is {pk!r}; it should be a whole number")
    try:
        for name in kind.COMPOSITES:
            if name in fields:
                fields[name] = _numbers(fields[name], several=name == "downsample_factors")
        row = msgspec.convert(fields, kind)
    except (msgspec.ValidationError, BadRow) as error:
        raise BadRow(f"{model} {pk}: {_plain(error)}") from None
    if isinstance(row, Located) and not isfinite(row.location_x + row.location_y + row.location_z):
        raise BadRow(f"{model} {pk}: its location is not finite")
    if isinstance(row, Volume):
        _measure(row, pk)
    return ModelRow(model, pk, row)


def _plain(error: Exception) -> str:
    """What was wrong, with the name of the field instead of a JSON path."""
    text = str(error)
    what, _, path = text.partition(" - at `$.")
    return f"field {path.rstrip('`')}: {what}" if path else text


def _numbers(value: Any, *, several: bool) -> Any:
    """Numbers of a composite value: `(1, 2, 3)`, `{"x": 1, "y": 2, "z": 3}` or a list of numbers."""
    if several and isinstance(value, str):
        return [_numbers(part, several=False) for part in _COMPOSITE.findall(value)] or None
    if several and isinstance(value, list):
        return [_numbers(part, several=False) for part in value]
    if isinstance(value, str):
        try:
            return msgspec.json.decode(f"[{value.strip('() ')}]")
        except msgspec.DecodeError:
            raise BadRow(f"{value!r} should be numbers in brackets, as in (1, 2, 3)") from None
    if isinstance(value, dict):
        return [value[name] for name in ("xyz" if "x" in value else "rgba") if name in value]
    return value


def _measure(volume: Volume, pk: int) -> None:
    """Turn the geometry into the corners of triangles, and take the measures that it lacks."""
    corners: list[list[float]] = []
    try:
        for ring in _RING.findall(volume.geometry):
            first, *others = [[float(number) for number in point.split()[:3]] for point in ring.split(",")][:-1]
            for second, third in pairwise(others):
                corners += [first, second, third]
        mesh = meshes.from_corners(corners)
    except (ValueError, InvalidInput) as error:
        raise BadRow(f"catmaid.volume {pk}: its geometry is no surface of triangles: {error}") from None
    if volume.area is None or volume.volume is None or volume.watertight is None:
        measures = meshes.measured(mesh)
        volume.area, volume.volume, volume.watertight = measures.area, measures.volume, measures.watertight
    volume.geometry = msgspec.json.encode(mesh.ravel().tolist()).decode()


def read_rows(path: Path, advance: Callable[[int], None]) -> Iterator[ModelRow]:
    """Rows of an export file, in its order.

    `advance` gets the number of bytes read, again and again. Raises `BadFile`, naming the object, if something is
    wrong.
    """
    number = 0
    with path.open("rb") as file:
        try:
            objects = ijson.items(_ListFile(file, path, advance), "item", use_float=True)
            for number, found in enumerate(objects, 1):  # noqa: B007 -- named where it goes wrong
                model, pk, fields = _parts(found)
                if model == "auth.user":
                    yield from _memberships(pk, fields)
                yield model_row(model, pk, fields)
        except BadRow as error:
            raise BadFile(path, f"object {number}: {error}") from None
        except (ijson.JSONError, UnicodeDecodeError) as error:
            reason = " ".join(str(error).split()) or "it ends too soon"
            raise BadFile(path, f"after object {number} the file is no valid JSON: {reason}") from None
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BadFile(path, f"after object {number} the file cannot be unpacked: {error}") from None


def _parts(found: Any) -> tuple[str, Any, dict[str, Any]]:
    try:
        model, fields = found["model"], found["fields"]
    except (TypeError, KeyError):
        raise BadRow('it should be {"model": ..., "pk": ..., "fields": {...}}') from None
    if not isinstance(model, str) or not isinstance(fields, dict):
        raise BadRow('"model" should be text and "fields" an object')
    return model, found.get("pk"), fields


def _memberships(user_id: Any, fields: dict[str, Any]) -> Iterator[ModelRow]:
    """The groups that a user lists are rows of their own, as in the table; they have no ids."""
    for group in fields.pop("groups", []):
        if type(group) is int and type(user_id) is int:
            yield ModelRow("auth.user_groups", None, UserGroups(user=user_id, group=group))


class _ListFile:
    """A binary file that must hold a JSON list, as anything else would look like an empty one; reports bytes read."""

    def __init__(self, raw: BinaryIO, path: Path, advance: Callable[[int], None]) -> None:
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        self._raw = raw
        self._file: BinaryIO | gzip.GzipFile = gzip.GzipFile(fileobj=raw) if packed else raw
        self._path = path
        self._advance = advance
        self._reported = 0
        self._begun = False

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self._advance(self._raw.tell() - self._reported)
        self._reported = self._raw.tell()
        if not self._begun and (start := block.lstrip()):
            self._begun = True
            if not start.startswith(b"["):
                raise BadFile(
                    self._path,
                    "the file should be a list of objects, as CATMAID's catmaid_export_data "
                    f"writes; it begins with {start[:20].decode(errors='replace')!r}",
                )
        return block
