"""Routes of history: versions, pins, what versions changed, reverting, undo and redo, the last change of a node."""
