"""The requests of a tracing layer's pages about points to proofread."""

from __future__ import annotations

from typing import Any

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.proofreading.point_walk import PointStop, PointWalk
from catmaid_jupyter.client.proofreading.points import read_points
from catmaid_jupyter.client.selection.table import names_of
from catmaid_jupyter.model.proofreading import ProofreadingRules
from catmaid_jupyter.widgets.rpc import method


class ProofreadingMethods:
    """What a layer knows of the walk along points; the layer has `project`."""

    project: Any
    _walk: PointWalk | None = None

    def proofread(self, walk: PointWalk | None) -> None:
        """Have the keys J and Shift+J of the viewers lead along these points; None for those of the active neuron."""
        self._walk = walk

    @method
    async def _next_point(self, params: dict[str, Any]) -> PointStop:
        """Go to the next point, or the one before: ``{is_back, skeleton_id}``.

        A walk that knows nothing of the active skeleton gives way to one of its own points.
        """
        walk, skeleton_id = self._walk, params.get("skeleton_id")
        if skeleton_id is not None and (walk is None or int(skeleton_id) not in walk.skeleton_ids):
            place, one = self.project.place, int(skeleton_id)
            points = await read_points(place, await names_of(place, [one]), ProofreadingRules())
            # A neuron without points does not end a walk along those of others.
            if walk is None or len(points):
                self._walk = walk = PointWalk(place, points)
        if walk is None:
            raise InvalidInput("Make a neuron active first, to look at its points, or open project.proofread(found).")
        return await (walk.back() if params["is_back"] else walk.on())
