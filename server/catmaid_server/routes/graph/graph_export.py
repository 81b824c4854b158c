"""The graph of some skeletons, for programs that read it with networkx."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from catmaid_server.domain.graph import wiring
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes

routes = Routes()


class ExportGraph(msgspec.Struct):
    """Some skeletons, which are not divided into parts."""

    UNREAD: ClassVar[dict[str, str]] = {"confidence_threshold": "0", "bandwidth": "0", "risk": "0", "order": "0"}
    skeleton_ids: list[int] = msgspec.field(name="skeleton_list", default_factory=list)


@routes.any("/{project_id}/graphexport/json", needs=Permission.BROWSE)
async def export_graph(call: Call, form: ExportGraph) -> dict[str, Any]:
    """Export the synapses between some skeletons as a graph.

    Returns
    -------
    The graph in the node-link form of networkx 1, which clients turn into theirs: `nodes` with `id` (text),
    `skeleton_id`, `label` and `node_count`; `links` with `source` and `target` (places in `nodes`), `id`, the number of
    synapses `weight`, `label` and `directed`.
    """
    ids = required(form.skeleton_ids, "skeleton ID")
    async with call.reading() as connection:
        found = await wiring.connections(connection, call.project_id, ids)
    place = {skeleton: number for number, skeleton in enumerate(found.neurons)}
    return {
        "directed": True,
        "multigraph": False,
        "graph": {},
        "nodes": [
            {"id": str(skeleton), "skeleton_id": str(skeleton), "label": name, "node_count": nodes}
            for skeleton, (name, nodes) in found.neurons.items()
        ],
        "links": [
            {
                "id": f"{pre}-{post}",
                "source": place[pre],
                "target": place[post],
                "weight": count,
                "label": str(count),
                "directed": True,
            }
            for pre, post, count, _ in found.edges
        ],
    }
