"""Routes of history: versions, pins, log, diff, lives of neurons, reverting, undo, redo, last change of a node."""
