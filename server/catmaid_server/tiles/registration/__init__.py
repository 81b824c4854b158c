"""Stacks by their addresses: look what is there, and tell the store.

- `request` is what people say; `prepared` looks at each address; `value_range` finds black and white.
- `adding` registers the stack in a project.
"""
