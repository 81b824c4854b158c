"""Edits: each a value that knows its request, the state it depends on, and its inverse."""
