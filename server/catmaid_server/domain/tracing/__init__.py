"""Tracing: treenodes, connectors, links, labels and skeletons, read and edited.

Edits: `treenodes`, `radii`, `moves`, `skeletons` (split, join, reroot), `connectors`, `links`, `labels`, `text_labels`,
`virtual_nodes`. `states` checks that nobody changed what a client edits; `lifecycle` makes and deletes neurons and
skeletons; `sampler_upkeep` lets samplers follow edits; `edit_answers` stores answers to edits by key.

Reads: `viewports` with `skeleton_choice` and `detail_levels` (node list), `node_info`, `label_info`, `connector_info`,
`connector_types`, `partner_connectors`.
"""
