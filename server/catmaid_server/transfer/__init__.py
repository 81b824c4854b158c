"""What brings data in and writes it out.

- `importers`: SWC files, synapse tables, tables of whole projects, uploads, and what CATMAID holds
- `exporters`: SWC files, tables of whole projects, CATMAID's export files, NeuroML, plots
- `progress`, `steps`: how long imports and exports report how far they are, and time their steps
- `target`: the project that an import writes to, and the user who owns what it makes
- `copying`, `indexes`: binary COPY from numpy arrays, and large imports that make indexes again
- `errors`: `BadFile`, which names file, line and remedy
"""
