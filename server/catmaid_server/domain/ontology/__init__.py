"""Ontologies (classes and relations of a project) and classifications (trees of things of these classes).

- `ontology`: read classes, relations and their links; `ontology_edits`: change them; `tracing_setup`: the classes and
  relations that clients expect in a project.
- `class_tree`: what an ontology allows, without a database.
- `classification`: which classifications projects use; `classification_graph`: the things of one and their changes;
  `classification_features`: search classifications.
"""
