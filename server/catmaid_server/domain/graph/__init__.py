"""What is wired to what.

- connectivity: partners of skeletons and numbers of links
- kept_partners: partners kept in memory
- skeleton_graph: neighbourhoods, paths and counts of links
- compartments: graphs of skeletons, or of their parts
- wiring: wiring diagrams, and synapses among some skeletons
"""
