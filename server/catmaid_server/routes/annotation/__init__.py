"""Routes of annotations and neurons.

- annotations, annotation_renewal, annotation_renaming: list, add, remove, replace and rename annotations
- annotation_query, search: find neurons and other things by annotation, name or number
- neuron_info, neuron_edits, neuron_giving: names and skeletons of neurons; who may edit them, deletion; other owners
- groups: groups of neurons
"""
