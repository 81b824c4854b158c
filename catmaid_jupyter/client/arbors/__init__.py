"""Many skeletons at once: their nodes, connectors and tags as long tables, and as one tree each."""
