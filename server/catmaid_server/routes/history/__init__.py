"""Routes of history: versions, pins, log, details, diff, lives of neurons, reverting, undo, redo, last change of a node."""
