"""What a page asks for to draw neurons in space: positions and parents, and which treenode a picked row is."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from catmaid_jupyter.client.geometry.geometry_reader import GeometryReader
from catmaid_jupyter.client.geometry.node_finder import FoundNode, NodeFinder
from catmaid_jupyter.widgets.rpc import Binary, method


class NeuronGeometry:
    """The methods of a widget that shows skeletons in space; the widget has `project`.

    Pages that hear of changes ask for `geometry` again with the versions that they know.
    """

    project: Any

    @cached_property
    def _geometry_reader(self) -> GeometryReader:
        return GeometryReader(self.project.place)

    @cached_property
    def _node_finder(self) -> NodeFinder:
        return NodeFinder(self._geometry_reader)

    @method
    async def _geometry(self, params: dict[str, Any]) -> Binary:
        """Geometry of skeletons (`catmaid_wire.geometry`): ``{skeleton_ids, known: [[skeleton_id, version], ...]}``."""
        known = {int(skeleton_id): int(version) for skeleton_id, version in params.get("known") or ()}
        return Binary(await self._geometry_reader.read([int(one) for one in params["skeleton_ids"]], known))

    @method
    async def _node(self, params: dict[str, Any]) -> FoundNode:
        """The treenode of a row: ``{skeleton_id, version, row, position}``; position: where drawn (nm), or None."""
        return await self.found_node(params)

    async def found_node(self, params: dict[str, Any]) -> FoundNode:
        """As the method `node`, for other methods that go to a picked treenode."""
        position = params.get("position")
        return await self._node_finder.find(
            int(params["skeleton_id"]),
            int(params["version"]),
            int(params["row"]),
            None if position is None else [float(value) for value in position],
        )
