"""The columnar media type: tables as named little-endian arrays in one MessagePack map.

A column is `{"dtype", "shape", "data"}`; a table is a map from name to column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import msgpack
import numpy as np
from numpy.typing import NDArray

MEDIA_TYPE: Final = "application/x-catmaid-columns+msgpack"

Schema: TypeAlias = Mapping[str, str]
"""Dtype by name, in the order of the columns."""

NODES: Final[Schema] = {
    "id": "<i4",
    "parent_id": "<i4",
    "x": "<f8",
    "y": "<f8",
    "z": "<f8",
    "confidence": "<i2",
    "radius": "<f8",
    "skeleton_id": "<i4",
    "edition_time": "<f8",
    "user_id": "<i4",
}
"""Treenodes of a viewport, in the order of CATMAID's rows: nm, seconds since 1970; parent -1 at roots."""

CONNECTORS: Final[Schema] = {
    "id": "<i4",
    "x": "<f8",
    "y": "<f8",
    "z": "<f8",
    "confidence": "<i2",
    "edition_time": "<f8",
    "user_id": "<i4",
}
"""Connectors of a viewport, in the order of CATMAID's rows, whose last item are the links."""

LINKS: Final[Schema] = {
    "connector_id": "<i4",
    "treenode_id": "<i4",
    "relation_id": "<i4",
    "confidence": "<i2",
    "edition_time": "<f8",
    "id": "<i8",
}
"""Links of a viewport; in CATMAID's rows they stand at their connector, without its id."""

GEOMETRY_SKELETONS: Final[Schema] = {"skeleton_id": "<i4", "version": "<i8", "rows": "<i4"}
"""Skeletons whose treenode ids are told: the version of their geometry, and the number of treenodes."""

SPECIAL_NODES: Final[Schema] = {
    "skeleton_id": "<i4",
    "row": "<i4",
    "treenode_id": "<i4",
    "kinds": "|u1",
    "confidence": "|u1",
    "radius": "<f4",
}
"""Treenodes that viewers may mark, with the row in their skeleton's geometry: nm; see `special_nodes`."""

NODE_STATES: Final[Schema] = {
    "skeleton_id": "<i4",
    "id": "<i4",
    "parent_id": "<i4",
    "x": "<f8",
    "y": "<f8",
    "z": "<f8",
    "version": "<i8",
    "ended_by": "<i8",
}
"""What treenodes ever were: nm; parent -1 at roots; `ended_by` is 0 of what they are now."""

GEOMETRY_TAGS: Final[Schema] = {"treenode_id": "<i4", "label": "<i4"}
"""Labels of treenodes; `label` is an index in a list of names."""

DETAIL_NODES: Final = ("id", "parent_id", "user_id", "x", "y", "z", "radius", "confidence")
"""A treenode's row in `compact-detail`."""

DETAIL_LINKS: Final = ("treenode_id", "connector_id", "kind", "x", "y", "z")
"""A link's row in `compact-detail`; `kind` is a place in `relations.OF_DETAILS`."""

NEURONS: Final[Schema] = {
    "id": "<i4",
    "skeleton_id": "<i4",
    "nodes": "<i4",
    "cable_length": "<f8",
    "user_id": "<i4",
    "creation_time": "<f8",
    "edition_time": "<f8",
}
"""All neurons that have a skeleton, one row for each skeleton: nm, seconds since 1970."""


def column(values: NDArray[Any]) -> dict[str, Any]:
    """One array as it goes over the wire."""
    return {"dtype": values.dtype.str, "shape": list(values.shape), "data": values.tobytes()}


def columns(table: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """The columns of a table as they go over the wire."""
    return {name: column(values) for name, values in table.items()}


def table(rows: Sequence[Sequence[Any]], schema: Schema) -> dict[str, Any]:
    """The leading columns of rows, named and stored as `schema` says, as they go over the wire."""
    values = list(zip(*rows, strict=True)) or [()] * len(schema)
    return {name: column(np.asarray(values[i], dtype=dtype)) for i, (name, dtype) in enumerate(schema.items())}


def encode(content: Mapping[str, Any]) -> bytes:
    """A body of tables and of what else there is to say."""
    return bytes(msgpack.packb(content))


def decode(body: bytes) -> dict[str, Any]:
    """Read a body; columns become read-only arrays that share its memory, all else is as in JSON.

    Raises
    ------
    ValueError
        If the body is not of this form.
    """
    try:
        value = msgpack.unpackb(body, strict_map_key=False)
    except (ValueError, msgpack.UnpackException) as error:
        raise ValueError(f"this is not MessagePack: {error}") from None
    if not isinstance(value, dict):
        raise ValueError("this is not a set of tables")  # noqa: TRY004  the body is wrong, not the call
    return {name: _decoded(part) for name, part in value.items()}


def _decoded(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value.keys() == {"dtype", "shape", "data"}:
        return np.frombuffer(value["data"], dtype=np.dtype(value["dtype"])).reshape(value["shape"])
    return {name: _decoded(part) for name, part in value.items()}
