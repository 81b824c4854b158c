"""What the notebooks of benchmarks/space.py show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pythreejs

import catmaid_jupyter as cj
from benchmarks.space_data import SKELETONS, Neurons

_WIDTH, _HEIGHT = 800, 600
_FIELD_OF_VIEW = 45


def selection() -> cj.Selection:
    """The neurons that the service has, in colours."""
    found = cj.connect().project(1).selection(list(range(1, SKELETONS + 1)))
    found.set_colors(["#e69f00", "#56b4e9", "#009e73", "#cc79a7"])
    return found


def merged_scene(neurons: Neurons) -> Any:
    """The same neurons in pythreejs, as one geometry with a colour for each node."""
    merged = neurons.merged
    positions = merged["positions"].reshape(-1, 3)
    geometry = pythreejs.BufferGeometry(
        attributes={
            "position": pythreejs.BufferAttribute(positions, normalized=False),
            "color": pythreejs.BufferAttribute(merged["colors"].reshape(-1, 3)),
        },
        index=pythreejs.BufferAttribute(merged["pairs"].ravel(), normalized=False),
    )
    geometry.exec_three_obj_method("computeBoundingSphere")
    lines = pythreejs.LineSegments(geometry, pythreejs.LineBasicMaterial(vertexColors="VertexColors"))
    low, high = positions.min(axis=0), positions.max(axis=0)
    x, y, z = ((low + high) / 2).tolist()
    radius = float(np.linalg.norm(high - low)) / 2
    camera = pythreejs.PerspectiveCamera(
        position=[x, y, z - 2.2 * radius],
        fov=_FIELD_OF_VIEW,
        aspect=_WIDTH / _HEIGHT,
        near=radius / 100,
        far=radius * 10,
    )
    scene = pythreejs.Scene(children=[lines, camera])
    controls = pythreejs.OrbitControls(controlling=camera, target=[x, y, z])
    return pythreejs.Renderer(camera=camera, scene=scene, controls=[controls], width=_WIDTH, height=_HEIGHT)
