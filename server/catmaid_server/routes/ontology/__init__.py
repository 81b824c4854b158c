"""Routes of ontologies and classifications.

- `ontology`, `ontology_edits`: read and change classes, relations and their links; `tracing_setup`: check and complete
  what clients expect in a project.
- `classification`, `classification_edits`, `classification_search`: read, change and search classifications.
"""
