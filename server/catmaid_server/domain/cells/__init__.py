"""Viewports made of cells: what lies in boxes of a grid, kept in memory for as long as nothing in it changes.

`grid` says which cells a box needs, `cell` is what one holds, `cut` takes a viewport out of them, with the distances
of `nearness`. `project_cells` takes a project's cells, which the room `news` keeps true, and reads those that are
missing; `kept` has the cells of all projects, up to so many bytes;
`viewport_cells` is what routes ask.
"""

from __future__ import annotations

CELL_BYTES = 128 * 1024**2
"""Memory of one process for cells, if nothing else is said."""
