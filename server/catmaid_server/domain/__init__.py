"""Edits and reads as functions of a connection and values; they know nothing of HTTP."""
