"""Who is connected with whom: partners, adjacency matrices, and single synapses."""
