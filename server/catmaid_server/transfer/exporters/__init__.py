"""Exporters: from the tables of a project to files and texts.

- `swc`: `export_swc`, a file for each skeleton
- `bulk`: `export_csv`, tables that `importers.bulk` reads
- `catmaid`: `export_catmaid`, a file that CATMAID and `importers.catmaid` read
- `neuroml`: `network` and `stimulated`, cells with their synapses as NeuroML
- `activity_plot`: `activity_svg`, a picture of when a user was at work
"""
