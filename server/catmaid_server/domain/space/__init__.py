"""What is in project space: image stacks, volumes, points and regions of interest; lengths in nm.

- `stacks`: image stacks with their mirrors and groups.
- `volumes`: named surfaces; `meshes`: surfaces of triangles and their file formats, without a database.
- `point_clouds`, `point_sets`: points with and without ids.
- `regions`: rectangles of a stack that show a neuron or a thing of an ontology.
"""
