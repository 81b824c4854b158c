"""Import what CATMAID holds: its export files, the rows of its tables, and projects of a running server.

- `importing`: `import_catmaid` for an export file, `import_rows` for any stream of rows
- `copying`: `copy_project` from a `server`; `parts` fetches, `spool` keeps, `assembly` makes rows
- `reading`: rows of an export file; `models` and its modules have the fields of each model (`base`: what all have)
- `staging`, `checks`, `users`, `writing`: rows into temporary tables, checked, their users found, and written by sets
"""
