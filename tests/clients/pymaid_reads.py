"""Read all that pymaid reads of a project."""

from __future__ import annotations

import pymaid
from given import answer, given, table
from pymaid_instance import instance

skeleton_ids = [int(skeleton_id) for skeleton_id in pymaid.fetch.skeletons.get_skeleton_ids()]
neurons = pymaid.get_neuron(skeleton_ids)
history = pymaid.get_history()
matrix = pymaid.adjacency_matrix(skeleton_ids)
partners = pymaid.get_partners(given.skeleton_id)
connectors = pymaid.get_connectors(None)
some_connectors = connectors.connector_id.tolist()[:5]
some_nodes = neurons[0].nodes.node_id.tolist()[:5]

answer(
    {
        "version": instance.catmaid_version,
        "projects": table(instance.available_projects, "id", "title"),
        "stacks": [stack.title for stack in pymaid.get_stacks()],
        "stack": table(instance.image_stacks, "title", "dimension", "resolution"),
        "skeletons": skeleton_ids,
        "names": {neuron.id: neuron.neuron_name for neuron in neurons},
        "neuron_ids": pymaid.get_neuron_id(skeleton_ids),
        "nodes": [
            row
            for neuron in neurons
            for row in table(neuron.nodes, "node_id", "parent_id", "creator_id", "x", "y", "z", "radius", "confidence")
        ],
        "links": [
            [int(neuron.id), *row]
            for neuron in neurons
            for row in table(neuron.connectors, "node_id", "connector_id", "type", "x", "y", "z")
        ],
        "tags": [
            [int(neuron.id), tag, node] for neuron in neurons for tag, nodes in neuron.tags.items() for node in nodes
        ],
        "past": len(pymaid.get_neuron(given.skeleton_id, with_history=True, with_merge_history=True).nodes),
        "arbor": table(pymaid.get_arbor(given.skeleton_id)["nodes"].iloc[0], "node_id"),
        "node_table": table(pymaid.get_node_table(given.skeleton_id), "node_id", "parent_node_id", "radius"),
        "of_nodes": list(pymaid.get_skid_from_node(some_nodes).items()),
        "node_users": table(pymaid.get_node_details(some_nodes), "node_id", "creator"),
        "places": table(pymaid.get_node_location(some_nodes), "node_id", "x", "y", "z"),
        "labels": table(pymaid.get_label_list(), "tag", "node_id"),
        "tagged": table(pymaid.find_nodes(tags=[given.tag]), "node_id"),
        "connectors": table(connectors, "connector_id", "x", "y", "z", "creator"),
        "connector_links": table(
            pymaid.get_connector_links(skeleton_ids), "skeleton_id", "connector_id", "node_id", "relation"
        ),
        "presynaptic": table(pymaid.get_connector_details(some_connectors), "connector_id", "presynaptic_to"),
        "between": table(
            pymaid.get_connectors_between(skeleton_ids, skeleton_ids),
            "connector_id",
            "source_neuron",
            "target_neuron",
            "node1_id",
            "node2_id",
        ),
        "in_box": table(pymaid.get_connectors_in_bbox([[-1e6, 1e6]] * 3), "connector_id"),
        "matrix": [
            [int(source), int(target), int(matrix.loc[source, target])]
            for source in matrix.index
            for target in matrix.columns
            if matrix.loc[source, target]
        ],
        "edges": table(pymaid.get_edges(skeleton_ids), "source", "target", "weight"),
        "partners": table(partners, "skeleton_id", "neuron_name", "num_nodes", "relation", "total"),
        "paths": [list(map(int, path)) for path in pymaid.get_paths(given.path[0], given.path[1], n_hops=1)],
        "circles": sorted(map(int, pymaid.get_nth_partners(given.skeleton_id, min_pre=1, min_post=1).skeleton_id)),
        "cables": dict(pymaid.get_cable_lengths(skeleton_ids)),
        "neurons_in_box": sorted(map(int, pymaid.get_neurons_in_bbox([[-1e6, 1e6]] * 3))),
        "by_user": sorted(map(int, pymaid.find_neurons(users=[given.user], from_date=(2020, 1, 1)).skeleton_id)),
        "users": table(pymaid.get_user_list(), "id", "login"),
        "contributors": pymaid.get_contributor_statistics(skeleton_ids).node_contributors,
        "contributions": table(
            pymaid.get_user_contributions(skeleton_ids), "user", "nodes", "presynapses", "postsynapses"
        ),
        "traced_today": int(history.nodes.loc[given.user].sum()),
        "actions": len(pymaid.get_user_actions(users=[given.user], neurons=skeleton_ids)),
        "invested": table(pymaid.get_time_invested(skeleton_ids, minimum_actions=1), "total"),
        "change": pymaid.get_skeleton_change(given.skeleton_id),
        "transactions": table(pymaid.get_transactions(range_length=3), "label"),
        "logged": len(pymaid.get_logs(entries=1000)),
    }
)
