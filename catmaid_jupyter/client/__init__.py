"""Connect to a CATMAID server: DataFrames out, edits in."""
