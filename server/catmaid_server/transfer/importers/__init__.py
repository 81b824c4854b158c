"""Importers: from files to the tables of a project.

- `swc`: `import_swc` for files and folders (read by `swc_file`); `store_arbor` for one arbor
- `uploads`: `import_upload`, one skeleton that a client sends as SWC or eSWC
- `connectors`: `import_connectors` for two tables of synapses, whose treenodes `references` finds
- `bulk`: `import_bulk` for tables of a whole project, read by `bulk_tables` and inserted by `bulk_rows`
- `tables`: CSV tables with checked columns
- `catmaid`: CATMAID's export files, and projects of a running CATMAID server
"""
