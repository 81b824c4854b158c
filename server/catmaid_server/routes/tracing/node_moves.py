"""Move treenodes and connectors."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.positions import NodePosition
from catmaid_server.domain.tracing import moves
from catmaid_server.domain.tracing.moves import OldPlace
from catmaid_server.domain.tracing.states import State
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.times import Instant, milliseconds
from catmaid_server.http.routing import Permission, Routes

routes = Routes()


class MoveNodes(msgspec.Struct, kw_only=True):
    """Treenodes `t` and connectors `c` with their new places: id, x, y, z; nm."""

    t: list[NodePosition] = []
    c: list[NodePosition] = []
    state: str | None = None


class Moved(TypedDict):
    """How many nodes were moved, and from where: (id, time of edition, x, y, z), nm."""

    updated: int
    old_treenodes: list[tuple[int, Instant, float, float, float]] | None
    old_connectors: list[tuple[int, Instant, float, float, float]] | None


@routes.post("/{project_id}/node/update", needs=Permission.ANNOTATE, label="nodes.update_location")
async def move_nodes(call: Call, form: MoveNodes) -> Moved:
    """Move nodes, if nobody changed them since the client looked."""
    if not form.t and not form.c:
        return {"updated": 0, "old_treenodes": None, "old_connectors": None}
    treenodes, connectors = await moves.move(call.tx, call.user, call.project_id, State(form.state), form.t, form.c)
    return {
        "updated": len(treenodes) + len(connectors),
        "old_treenodes": _old(treenodes),
        "old_connectors": _old(connectors),
    }


def _old(places: list[OldPlace]) -> list[tuple[int, str, float, float, float]] | None:
    return [(node_id, milliseconds(time), x, y, z) for node_id, time, x, y, z in places] or None
