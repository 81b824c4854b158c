"""Columns of the selection table as they go to the page, by what has to be asked for together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgpack
import numpy as np

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.selection.table import annotation_authors_of, reviews_of, sizes_of, synapses_of
from catmaid_wire import columns

GROUPS: Final = ("size", "synapses", "review", "annotations")
_SEPARATOR: Final = "\0"
_PEOPLE: Final = ("editor", "annotation_authors")


async def rows_body(place: Place, group: str, ids: Sequence[int]) -> bytes:
    """A group of columns of skeletons, in their order, and skeleton_id: MessagePack of columns and lists.

    size : names (one text, U+0000 between them), nodes, cable_length (nm), exists, edition_time (seconds since 1970),
    editor where it is known of any. synapses : pre, post.
    review : percent. annotations : lists of names, and annotation_authors: lists of annotation, user and time (see
    `annotation_authors_of`). `InvalidInput` for another group.
    """
    match group:
        case "size":
            found = await sizes_of(place, ids)
            exists, nodes = found["exists"].astype("|u1"), found["nodes"].astype("<i4")
            content: dict[str, Any] = {**found, "exists": exists, "nodes": nodes}
            # PostgreSQL has no text with U+0000. Many short texts take the page ten times as long to read.
            content["names"] = _SEPARATOR.join(content.pop("name"))
            if not any(content["editor"]):
                del content["editor"]
        case "synapses":
            content = {name: values.astype("<i4") for name, values in (await synapses_of(place, ids)).items()}
        case "review":
            content = {"review": await reviews_of(place, ids)}
        case "annotations":
            authors = await annotation_authors_of(place, ids)
            content = {
                "annotations": [list(dict.fromkeys(name for name, *_ in uses)) for uses in authors],
                "annotation_authors": authors,
            }
        case _:
            raise InvalidInput(f"The table has no group of columns {group!r}.")
    content["skeleton_id"] = np.asarray(ids, "<i4")
    return columns.encode({name: _on_wire(values) for name, values in content.items()})


def without_people(body: bytes) -> bytes:
    """A group of columns without the names of users."""
    content = msgpack.unpackb(body)
    return columns.encode({name: values for name, values in content.items() if name not in _PEOPLE})


def _on_wire(values: Any) -> Any:
    return columns.column(values) if isinstance(values, np.ndarray) else values
