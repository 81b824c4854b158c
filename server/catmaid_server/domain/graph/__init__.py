"""What is wired to what: connectivity, adjacency, compartments."""
