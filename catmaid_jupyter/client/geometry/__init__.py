"""Many skeletons as a 3D viewer needs them: positions and parents, treenodes by row, links and special treenodes."""
