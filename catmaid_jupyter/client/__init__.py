"""The objects that users work with: they return DataFrames and make edits.

`connect` gives an `instance.Instance`, which gives a `project.Project`; that gives neurons and skeletons (`neurons`)
and stacks (`stack`). `tables`, `morphology` and `neuron_lookup` read, `frames` says which columns of which dtype a
table has, `public` which attributes a user sees.
"""
