"""Tracing: treenodes, connectors, links, labels and skeletons, read and edited.

Edits: `treenode_edits`, `node_moves`, `skeleton_edits`, `connector_edits`, `label_edits`, `text_labels`,
`virtual_nodes`; `edition_times` adds what viewers need to answers. Reads: `node_list`, `node_info`, `label_info`,
`connector_info`, `connector_pairs`, `partner_connectors`.
"""
