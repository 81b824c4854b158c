"""Routes of history: the newest version, pins, what versions changed, reverting, undo and redo."""
