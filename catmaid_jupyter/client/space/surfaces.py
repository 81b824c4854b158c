"""Surfaces of triangles as users give them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.model.solids import box


def surface_of(source: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Vertices (n, 3) and faces (m, 3) of what can be a volume (see `Project.add_volume`)."""
    if isinstance(source, tuple | list) and len(source) == 2:
        first, second = np.asarray(source[0], dtype=np.float64), np.asarray(source[1], dtype=np.float64)
        if first.shape == second.shape == (3,):
            return box(np.minimum(first, second), np.maximum(first, second))
        return _checked(source[0], source[1])
    if hasattr(source, "vertices") and hasattr(source, "faces"):
        return _checked(source.vertices, source.faces)
    raise InvalidInput(
        "A volume is given as two corners (x, y, z), as (vertices, faces), as a mesh with vertices and faces "
        f"(of trimesh, navis, …), or as a file, not {type(source).__name__}."
    )


def _checked(vertices: Any, faces: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    corners = np.asarray(vertices, dtype=np.float64)
    triangles = np.asarray(faces)
    if corners.ndim != 2 or corners.shape[1] != 3 or not np.isfinite(corners).all():
        raise InvalidInput("Vertices of a volume are (n, 3) finite numbers, nm.")
    if triangles.ndim != 2 or triangles.shape[1] != 3 or not len(triangles) or triangles.dtype.kind not in "iu":
        raise InvalidInput("Faces of a volume are (m, 3) whole numbers, at least one row.")
    if triangles.min() < 0 or triangles.max() >= len(corners):
        raise InvalidInput(f"Faces of a volume are indices of its {len(corners)} vertices, 0 to {len(corners) - 1}.")
    return corners, triangles.astype(np.int64)
