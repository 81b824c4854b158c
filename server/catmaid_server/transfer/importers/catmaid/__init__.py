"""Import what CATMAID holds: its own export files, the rows of its tables, and projects of a running server."""
