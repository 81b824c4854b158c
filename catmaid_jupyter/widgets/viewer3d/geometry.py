"""What a page asks for to draw neurons in space: positions and parents, and which treenode a picked row is."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from catmaid_jupyter.client.geometry.geometry_reader import GeometryReader
from catmaid_jupyter.client.geometry.links import read_links
from catmaid_jupyter.client.geometry.node_finder import FoundNode, NodeFinder
from catmaid_jupyter.client.geometry.radii import read_radii
from catmaid_jupyter.client.geometry.row_ids import RowIdsReader
from catmaid_jupyter.client.geometry.special_nodes import read_special_nodes
from catmaid_jupyter.widgets.rpc import Binary, Buffers, method
from catmaid_wire.relations import OF_LINKS
from catmaid_wire.special_nodes import KINDS


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

    @cached_property
    def _row_ids(self) -> RowIdsReader:
        return RowIdsReader(self._geometry_reader)

    @method
    async def _geometry(self, params: dict[str, Any]) -> Binary:
        """Geometry of skeletons (`catmaid_wire.geometry`): ``{skeleton_ids, known: [[skeleton_id, version], ...]}``.

        With ``overview`` only overviews of them, if the server has such: those that are missing come without it.
        """
        known = {int(skeleton_id): int(version) for skeleton_id, version in params.get("known") or ()}
        ids = [int(one) for one in params["skeleton_ids"]]
        return Binary(await self._geometry_reader.read(ids, known, overview=bool(params.get("overview"))))

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

    @method
    async def _synapses(self, params: dict[str, Any]) -> Buffers:
        """Links of skeletons to connectors: ``{skeleton_ids, origin: [x, y, z]}``; origin of the positions, nm.

        Result: `skeleton_ids` of the skeletons that have links, their `versions`, and the names of `relations`.
        Buffers, with an item for each link: index of the skeleton and row of the treenode in its geometry, int32;
        relation, uint8 (255: another one); connector, int32; the one skeleton at the other side, int32 (-1: none, or
        several); x, y, z of the connector, float32.
        """
        found = await read_links(self._row_ids, [int(one) for one in params["skeleton_ids"]])
        origin = np.array([float(value) for value in params["origin"]])
        columns = (
            found.skeleton.astype("<i4"),
            found.row.astype("<i4"),
            found.relation,
            found.connector_id.astype("<i4"),
            found.partner_id.astype("<i4"),
            (found.positions - origin).astype("<f4"),
        )
        result = {"skeleton_ids": found.skeleton_ids, "versions": found.versions, "relations": OF_LINKS}
        return Buffers(result, [column.tobytes() for column in columns])

    @method
    async def _radii(self, params: dict[str, Any]) -> Buffers:
        """How thick skeletons are: ``{skeleton_ids}``.

        Result: `skeleton_ids` of those that have any radius, the `versions` of their geometry, and the numbers of its
        `rows`. Buffer: radii of one skeleton after the other, float32, nm (-1: unset).
        """
        found = await read_radii(self._geometry_reader, [int(one) for one in params["skeleton_ids"]])
        result = {"skeleton_ids": found.skeleton_ids, "versions": found.versions, "rows": found.rows}
        return Buffers(result, [found.radius.astype("<f4").tobytes()])

    @method
    async def _special(self, params: dict[str, Any]) -> Buffers:
        """Treenodes to be marked: ``{skeleton_ids, soma_radius}``; soma_radius: nm, or None, see `read_special_nodes`.

        Result: `skeleton_ids`, their `versions`, the numbers of `kinds` by name, and `labels`. Buffers, with an item
        for each treenode: index of the skeleton and row in its geometry, int32; the sum of its kinds, uint8;
        confidence, uint8; radius, float32, nm (-1: unset); treenode id, int32. And with an item for each label that a
        treenode has: index of the treenode, and of the label, int32.
        """
        radius = params.get("soma_radius")
        found = await read_special_nodes(
            self._geometry_reader,
            [int(one) for one in params["skeleton_ids"]],
            soma_radius=None if radius is None else float(radius),
        )
        columns = (
            found.skeleton.astype("<i4"),
            found.row.astype("<i4"),
            found.kinds,
            found.confidence,
            found.radius.astype("<f4"),
            found.treenode_id.astype("<i4"),
            found.tag_node.astype("<i4"),
            found.tag_label.astype("<i4"),
        )
        result = {
            "skeleton_ids": found.skeleton_ids,
            "versions": found.versions,
            "kinds": KINDS,
            "labels": found.labels,
        }
        return Buffers(result, [column.tobytes() for column in columns])
