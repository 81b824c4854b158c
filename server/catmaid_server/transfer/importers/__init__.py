"""Importers: from files to the tables of a project.

- `swc`: `import_swc` for files and folders
- `skeletons`: `import_skeletons`, a transaction for each file; `skeleton_files` finds them and their formats
- `source_trees`: what a file holds, whatever its format; `arbors` stores it
- `swc_file`, `eswc`: SWC, and the authors in it; `nml_file`, `traces_file` (with `xml_elements`), `skeleton_json`:
  other formats, whose nodes are `node_rows`
- `uploads`: `import_upload`, one skeleton that a client sends as SWC or eSWC
- `connectors`: `import_connectors` for two tables of synapses, whose treenodes `references` finds
- `bulk`: `import_bulk` for tables of a whole project, read by `bulk_tables` and inserted by `bulk_rows`;
  `bulk_ids` gives new ids for those that cannot be kept
- `tables`: CSV tables with checked columns, opened by `csv_files`
- `catmaid`: CATMAID's export files, and projects of a running CATMAID server
"""
