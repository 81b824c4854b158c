"""A 3D viewer's neurons and volumes as a scene of pythreejs (three r97)."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pythreejs as p3
import traitlets
from numpy.typing import NDArray

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.arbors.arbor_tables import read_arbors
from catmaid_jupyter.model import arbor
from catmaid_jupyter.widgets.viewer3d.volumes import shown_volume

FIELD_OF_VIEW: Final = 30.0
"""Of the viewer's camera, degrees."""
_WIDTH: Final = 800
_MARGIN: Final = 1.1
PROJECT_SPACE: Final = "project space, nm"
"""Name of the Group of a scene in which places are those of the project."""

Box = tuple[NDArray[np.float64], NDArray[np.float64]]


def renderer_of(viewer: Any) -> p3.Renderer:
    """Neurons, volumes and added objects of a viewer, with its camera."""
    neurons, boxes = _neurons(viewer)
    volumes = []
    for shown in viewer.volumes:
        volume, box = _volume(viewer, shown)
        volumes.append(volume)
        boxes.append(box)
    parts = [*neurons, *volumes, *viewer.objects]
    if not parts:
        raise InvalidInput("There is nothing to show: no visible neuron, no volume, and no added object.")
    low = np.min([box[0] for box in boxes], axis=0) if boxes else np.zeros(3)
    high = np.max([box[1] for box in boxes], axis=0) if boxes else np.full(3, 1000.0)
    camera, target = _camera(viewer, (low, high))
    # OrbitControls of pythreejs look at the scene's origin until somebody turns the picture, whatever their target is.
    project_space = p3.Group(children=parts, position=(-target).tolist(), name=PROJECT_SPACE)
    lamp = p3.DirectionalLight(position=[-0.3, -1.0, -1.0], intensity=0.6)
    scene = p3.Scene(children=[project_space, camera, p3.AmbientLight(intensity=0.5), lamp])
    # Pages know more colours than pythreejs does.
    with contextlib.suppress(traitlets.TraitError):
        scene.background = viewer.background or "#ffffff"
    return p3.Renderer(
        scene=scene,
        camera=camera,
        controls=[p3.OrbitControls(controlling=camera)],
        width=_WIDTH,
        height=viewer.height,
        antialias=True,
    )


def _neurons(viewer: Any) -> tuple[list[Any], list[Box]]:
    selection = viewer.selection
    skeleton_ids = selection.visible.skeleton_ids
    if not skeleton_ids:
        return [], []
    nodes = read_arbors(viewer.project.place, skeleton_ids, connectors=False, tags=False).nodes
    if not len(nodes):
        return [], []
    ids = nodes["id"].to_numpy(np.int64)
    places = nodes[["x", "y", "z"]].to_numpy(np.float64)
    parents = arbor.parent_indices(ids, nodes["parent_id"].to_numpy())
    children = np.flatnonzero(parents >= 0)
    low, high = places.min(axis=0), places.max(axis=0)
    middle = (low + high) / 2
    colors = _colors(selection.colors, nodes["skeleton_id"].to_numpy(np.int64))
    # A pair of vertices for each edge would be twice as much: an index names them.
    geometry = p3.BufferGeometry(
        attributes={
            "position": p3.BufferAttribute((places - middle).astype(np.float32)),
            "color": p3.BufferAttribute(colors),
        },
        index=p3.BufferAttribute(np.column_stack([parents[children], children]).astype(np.uint32).ravel()),
    )
    lines = p3.LineSegments(geometry, p3.LineBasicMaterial(vertexColors="VertexColors"), name="neurons")
    return [p3.Group(children=[lines], position=middle.tolist())], [(low, high)]


def _colors(colors: Mapping[int, str], owners: NDArray[np.int64]) -> NDArray[np.float32]:
    """(n, 3) red, green and blue, 0 to 1, of each node."""
    known, rows = np.unique(owners, return_inverse=True)
    rgb = np.array([[int(colors[one][at : at + 2], 16) for at in (1, 3, 5)] for one in known.tolist()])
    return (rgb[rows] / 255).astype(np.float32)


def _volume(viewer: Any, shown: Mapping[str, Any]) -> tuple[Any, Box]:
    volume = loop.run(shown_volume(viewer.project.place, shown["id"], viewer._unsaved))
    low, high = volume.box
    corners = volume.vertices[volume.faces].reshape(-1, 3)
    first, second, third = np.moveaxis(volume.vertices[volume.faces], 1, 0)
    normals = np.cross(second - first, third - first)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    geometry = p3.BufferGeometry(
        attributes={
            "position": p3.BufferAttribute((corners - low).astype(np.float32)),
            "normal": p3.BufferAttribute(np.repeat(normals, 3, axis=0).astype(np.float32)),
        }
    )
    material = p3.MeshLambertMaterial(
        color=shown["color"],
        opacity=shown["opacity"],
        transparent=True,
        depthWrite=False,
        side="DoubleSide",
        wireframe=shown["wireframe"],
    )
    return p3.Mesh(geometry, material, position=low.tolist(), name=shown["name"]), (low, high)


def _camera(viewer: Any, box: Box) -> tuple[Any, NDArray[np.float64]]:
    """A camera as the viewer has it, or one that sees a whole box from the front; and the place that it looks at.

    The camera's own place is relative to that one.
    """
    low, high = box
    middle = (low + high) / 2
    radius = max(float(np.linalg.norm(high - low)) / 2, 1.0)
    away = _MARGIN * radius / math.tan(math.radians(FIELD_OF_VIEW / 2))
    state = viewer.camera or {
        "position": [middle[0], middle[1], middle[2] - away],
        "target": middle.tolist(),
        "up": [0, -1, 0],
        "kind": "perspective",
        "zoom": 1.0,
    }
    position, target = np.array(state["position"], float), np.array(state["target"], float)
    distance = float(np.linalg.norm(target - position))
    far = distance + float(np.linalg.norm(target - middle)) + 2 * radius
    same = {"position": (position - target).tolist(), "up": list(state["up"]), "zoom": state["zoom"], "far": far}
    aspect = _WIDTH / viewer.height
    if state["kind"] == "perspective":
        camera = p3.PerspectiveCamera(fov=FIELD_OF_VIEW, aspect=aspect, near=far / 1e4, **same)
    else:
        half = distance * math.tan(math.radians(FIELD_OF_VIEW / 2))
        sides = {"left": -half * aspect, "right": half * aspect, "top": half, "bottom": -half}
        camera = p3.OrthographicCamera(near=-far, **sides, **same)
    return camera, target
