"""Surfaces in files: those that trimesh knows, and Neuroglancer's precomputed meshes (legacy, one resolution)."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.naming import listed
from catmaid_jupyter.client.space.surfaces import surface_of
from catmaid_jupyter.model.solids import Surface

_SUFFIXES: Final = (".obj", ".stl", ".ply", ".off", ".glb")
_PRECOMPUTED: Final = ".precomputed"
_LEGACY: Final = "neuroglancer_legacy_mesh"
_MANIFEST: Final = re.compile(r"(\d+):\d+")


def read_surface(path: str | os.PathLike[str]) -> Surface:
    """Vertices and faces of a file that trimesh reads, or of a folder of precomputed meshes, nm.

    In a folder with several meshes, `folder/17` is that of segment 17. `NotFound` if there is none, `InvalidInput` if
    it is no mesh.
    """
    where = Path(path)
    if where.is_dir():
        return _read_segment(where, None)
    if where.is_file():
        return _read_file(where)
    if where.name.isdigit() and (where.parent / "info").is_file():
        return _read_segment(where.parent, where.name)
    raise NotFound(f"There is no file {str(where)!r:.200}.")


def write_surface(path: str | os.PathLike[str], vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> Path:
    """Write a file of the kind that its name ends with, or a folder `….precomputed`. Returns its path."""
    import trimesh  # noqa: PLC0415  it takes long to import

    where = Path(path)
    if where.suffix.lower() == _PRECOMPUTED:
        return _write_segment(where, vertices, faces)
    if where.suffix.lower() not in _SUFFIXES:
        raise InvalidInput(
            f"A volume is written to a file that ends with {', '.join(_SUFFIXES)}, or to a folder {_PRECOMPUTED}, not "
            f"to {where.name!r:.100}."
        )
    trimesh.Trimesh(vertices, faces, process=False).export(where)
    return where


def _read_file(path: Path) -> Surface:
    import trimesh  # noqa: PLC0415  it takes long to import

    if _MANIFEST.fullmatch(path.name):
        return _read_segment(path.parent, path.name.split(":")[0])
    try:
        mesh = trimesh.load_mesh(path)
    except Exception as error:
        raise InvalidInput(f"{path} cannot be read as a mesh: {error}") from error
    return surface_of(mesh)


def _read_segment(folder: Path, segment: str | None) -> Surface:
    """The mesh of a segment, by default the only one, of a folder of precomputed meshes."""
    info = _json(folder / "info")
    if info.get("@type") != _LEGACY:
        raise InvalidInput(f"{folder} does not hold precomputed meshes of one resolution ({_LEGACY}).")
    matches = [match for one in folder.iterdir() if (match := _MANIFEST.fullmatch(one.name))]
    manifests = {str(match[1]): str(match[0]) for match in matches}
    if segment is None and len(manifests) != 1:
        raise InvalidInput(
            f"{folder} has meshes of {len(manifests)} segments: choose one, as in {folder}/17. "
            f"There are: {listed(sorted(map(int, manifests))) or 'none'}."
        )
    chosen = segment or next(iter(manifests))
    if chosen not in manifests:
        raise NotFound(f"{folder} has no mesh of segment {chosen}.")
    parts = [_fragment(folder / name) for name in _json(folder / manifests[chosen]).get("fragments", [])]
    if not parts:
        raise InvalidInput(f"The mesh of segment {chosen} in {folder} is empty.")
    starts = np.cumsum([0, *(len(vertices) for vertices, _ in parts)])
    vertices = np.concatenate([vertices for vertices, _ in parts])
    faces = np.concatenate([faces + start for (_, faces), start in zip(parts, starts, strict=False)])
    return surface_of((vertices, faces))


def _fragment(path: Path) -> Surface:
    if not path.is_file():
        raise NotFound(f"There is no file {str(path)!r:.200}, which belongs to the mesh.")
    content = path.read_bytes()
    count = int.from_bytes(content[:4], "little")
    end = 4 + 12 * count
    if len(content) < end or (len(content) - end) % 12:
        raise InvalidInput(f"{path} is no mesh, or not all of it: its length does not fit {count} vertices.")
    vertices = np.frombuffer(content[4:end], "<f4").reshape(-1, 3)
    faces = np.frombuffer(content[end:], "<u4").reshape(-1, 3)
    return vertices.astype(np.float64), faces.astype(np.int64)


def _write_segment(folder: Path, vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    content = len(vertices).to_bytes(4, "little") + vertices.astype("<f4").tobytes() + faces.astype("<u4").tobytes()
    (folder / "mesh").write_bytes(content)
    (folder / "1:0").write_text(json.dumps({"fragments": ["mesh"]}), encoding="utf-8")
    (folder / "info").write_text(json.dumps({"@type": _LEGACY}), encoding="utf-8")
    return folder


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InvalidInput(f"{path.parent} is no folder of precomputed meshes: it has no file {path.name}.") from None
    except (OSError, ValueError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}") from None
    if not isinstance(found, dict):
        raise InvalidInput(f"{path} does not describe a mesh.")
    return found
