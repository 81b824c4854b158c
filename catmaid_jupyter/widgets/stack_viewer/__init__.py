"""The stack viewer."""
