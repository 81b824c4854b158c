"""Routes of what is wired to what.

- connectivity: partners of skeletons
- skeleton_graph: neighbourhoods, paths, subgraphs and counts of links
- graph_export, wiring: graphs of some skeletons or of a project, in the forms that clients read
"""
