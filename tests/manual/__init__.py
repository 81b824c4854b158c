"""The manual's code, run on one service with the demo's projects, and the public names that have no example."""
