"""Annotations and neurons.

- annotating, annotation_renewal, annotation_sets: add, remove, replace and merge annotations
- annotation_renaming: other names of annotations
- annotation_lists, annotation_query: list annotations, and search by them
- neuron_info, neuron_giving, neuron_deletion: names and skeletons of neurons; other owners; deletion
- groups, search, favorites: groups of neurons; search by name or number; favorite projects of users
"""
