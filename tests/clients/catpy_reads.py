"""Read all that catpy reads of what was traced."""

from __future__ import annotations

from catpy.applications import ExportWidget, MorphologyFetcher, NameResolver, RelationIdentifier
from catpy.client import CatmaidClient
from given import answer, given, table

client = CatmaidClient(given.url, given.token, project_id=given.project_id)
export, names, morphology = ExportWidget(client), NameResolver(client), MorphologyFetcher(client)
relations = RelationIdentifier(client)

detail = morphology.compact_skeleton_detail(given.skeleton_id, connectors=True, tags=True)
(same,) = morphology.compact_skeletons_detail([given.skeleton_id], connectors=True)

answer(
    {
        "swc": export.get_swc(given.skeleton_id),
        "linear": export.get_swc(given.skeleton_id, linearize_ids=True),
        "graph": [list(map(int, edge)) for edge in export.get_networkx(*given.skeleton_ids).edges(data="weight")],
        "geometry": export.get_treenode_and_connector_geometry(given.skeleton_id)["skeletons"][given.skeleton_id],
        "names": names.get_neuron_names(given.skeleton_id),
        "name": names.get_neuron_name(given.skeleton_id),
        "user": names.get_user_id(given.user),
        "annotation": names.get_annotation_id(given.annotation),
        "annotation_name": names.get_annotation_name(names.get_annotation_id(given.annotation)),
        "volume": names.get_volume_id(given.volume),
        "relations": {relation.name: relations.to_id(relation) for relation in map(relations.from_id, given.relations)},
        "nodes": [
            [int(node), -1 if str(parent) == "<NA>" else int(parent), x, y, z, radius]
            for node, parent, x, y, z, radius in detail.treenodes[
                ["treenode_id", "parent_id", "x", "y", "z", "radius"]
            ].itertuples(index=False)
        ],
        "connectors": table(detail.connectors, "treenode", "connector", "relation"),
        "tags": detail.tags,
        "several": sorted(map(int, same.treenodes.treenode_id)),
    }
)
