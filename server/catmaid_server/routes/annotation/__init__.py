"""Annotations and neurons: names, queries, search, deletion."""
