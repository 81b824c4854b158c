"""Answers of the service, taken apart."""

from __future__ import annotations

from typing import Any

import msgpack
import numpy as np

from tests.helpers.service import Actor

COLUMNS = "application/x-catmaid-columns+msgpack"
ANYWHERE = {"left": -1e6, "top": -1e6, "z1": -1e6, "right": 1e6, "bottom": 1e6, "z2": 1e6}


def is_error(body: Any, kind: str | None = None) -> bool:
    """Whether this is an error in CATMAID's shape, of this type if one is given, that tells nothing of our inside."""
    return (
        isinstance(body, dict)
        and set(body) == {"error", "type", "detail", "meta"}
        and body["error"] != ""
        and isinstance(body["error"], str)
        and (body["detail"] is None or set(body["detail"]) == {"start", "end"})
        and kind in (None, body["type"])
    )


async def columnar(actor: Actor, path: str, query: dict[str, Any]) -> dict[str, Any]:
    """The columnar form of an answer, with its tables as arrays."""
    status, body = await actor.request(
        "GET", path, params={k: str(v) for k, v in query.items()}, headers={"Accept": COLUMNS}
    )
    assert status == 200
    assert isinstance(body, bytes)
    content: dict[str, Any] = msgpack.unpackb(body, strict_map_key=False)
    return content | {
        name: {column: array(packed) for column, packed in content[name].items()}
        for name in ("nodes", "connectors", "links")
        if name in content
    }


def array(packed: dict[str, Any]) -> np.ndarray[Any, Any]:
    return np.frombuffer(packed["data"], packed["dtype"]).reshape(packed["shape"])
