"""Routes of skeletons as wholes.

- compact_detail, compact_arbors, skeleton_viewer: one skeleton or several in full
- geometry: positions and parents of many skeletons in few bytes, for drawing
- skeleton_info, skeleton_statistics, skeleton_ends: lists, names, figures and ends
- skeleton_neighbours, skeleton_history, origins: what is near, where treenodes were before, where imports came from
- skeleton_import, skeleton_export, neuroml: files in and out
- analytics, user_analytics: what may be wrong with skeletons, and when users worked
"""
