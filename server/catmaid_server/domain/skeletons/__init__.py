"""Skeletons as wholes: details, measures, exports, origins and history.

- details, detail_history, compact_arbors, skeleton_viewer: one skeleton in full, in the forms that clients read
- geometry, special_nodes: positions and parents of many skeletons in few bytes, for drawing, and what to mark there
- packing, packed_skeletons: treenodes read and packed for that, and what the database keeps of it
- skeleton_info, skeleton_statistics, skeleton_measures, skeleton_ends: lists, names, figures, lengths and ends
- skeleton_neighbours, skeleton_history, origins: what is near, where treenodes were before, where imports came from
- skeleton_export, neuron_cells: SWC text, and cells for simulations
- analytics: what may be wrong with skeletons
- entity_ids: other ids for skeletons and neurons
"""
