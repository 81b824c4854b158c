"""News of changes, sent to those who watch a project."""
