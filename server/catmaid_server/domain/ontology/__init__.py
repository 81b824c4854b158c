"""Ontologies and classifications: classes, relations and instances."""
