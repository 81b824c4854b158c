"""Edits: each is a class that knows its fields, its request, the state it depends on, its result and its inverse.

- `nodes`, `connectors`, `labels`, `skeletons`, `neurons`, `reviews`: the edits of each kind of target
- `base`: what they share; `registry`: all of them by name
- `calls`, `project_edit`: the same edits as plain calls, `project.edit`
- `journal`: order, keys, attempts; `undo`: what takes edits back
- `site`: a project as one edit reads and writes it

To add an edit, declare its class in the module of its target, and the line `name = EditCall(Class)` in the class of
calls below, for type checkers. Nothing else names it: widgets, `project.edit` and undo find the class by its name.
"""
