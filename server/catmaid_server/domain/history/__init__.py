"""History: versions that may be read, pins, what a version changed, and reverting it.

`versions` finds the version that a number, a pin or a time stands for; `pins` gives versions names; `reverting` takes
versions back; `undoing` does so with a user's own, one after the other. `node_changes` tells who changed a node last,
`node_states` what nodes ever were.
"""
