"""Viewports made of cells: what lies in boxes of a grid, kept in memory for as long as nothing in it changes.

`grid` says which cells a box needs, `cell` is what one holds, `row_texts` its rows as JSON, `cut` takes a viewport out
of cells, by their `bounds` and the distances of `nearness`. `project_cells` takes a project's cells, and reads those
that are missing; `merged` puts cells of a view together; `kept` has the cells of all projects, up to so many bytes, and
puts what the room `news` tells into them with `patched`. `warming` has cells read before they are asked for.
`viewport_samples` reads crowded boxes from the database. `viewport_cells` is what routes ask.
"""

from __future__ import annotations

CELL_BYTES = 256 * 1024**2
"""Memory of one process for cells, if nothing else is said."""
