"""Pictures, films and models of what a 3D viewer shows, made by a page that shows it."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import traitlets

from catmaid_jupyter.api.errors import CatmaidError, InvalidInput
from catmaid_jupyter.client.arbors.arbor_tables import read_arbors
from catmaid_jupyter.client.geometry.past_edges import PastEdges, read_past_edges
from catmaid_jupyter.widgets.rpc import Buffers, method
from catmaid_jupyter.widgets.viewer3d.export_job import ExportJob, file_path, require_waitable

MOST_PIXELS: Final = 16_384
"""Longest side of a picture: browsers have no larger canvas."""
MOST_AREA: Final = 100_000_000
FILM_SUFFIXES: Final = (".webm", ".gif", ".zip")
MOST_FRAMES: Final = 3_000
MOST_FILM_PIXELS: Final = 4_096


class PictureExports(traitlets.HasTraits):
    """What a viewer has to be saved as a file; the widget has `project` and `emit`."""

    project: Any
    emit: Any
    comm: Any

    _jobs: dict[int, ExportJob] | None = None

    def screenshot(
        self,
        path: str | os.PathLike[str],
        *,
        width: int = 2000,
        height: int | None = None,
        transparent: bool = False,
        wait: bool = True,
    ) -> Path | ExportJob:
        """Save the picture as PNG, and return its path.

        path : a file that ends with .png.
        width, height : pixels, at most 16,384 each and 100 million together; by default as high as the viewer is for
            its width.
        transparent : without background.
        wait : whether to return when the file is written; else an `ExportJob` is returned at once. Pages are heard
            while a cell runs with ipykernel 7 and JupyterLab 4.4, or newer.

        `Unreachable` if no page shows the viewer, or it is closed before the picture is made.
        """
        where = file_path(path, (".png",))
        params = {**_size(width, height, MOST_PIXELS), "transparent": bool(transparent)}
        return self._export("png", where, params, wait)

    def svg(
        self,
        path: str | os.PathLike[str],
        *,
        width: int = 1000,
        height: int | None = None,
        volumes: Literal["outlines", "facets"] = "outlines",
        transparent: bool = True,
        wait: bool = True,
    ) -> Path | ExportJob:
        """Save a drawing as SVG: lines of neurons by depth, synapses as circles. Returns its path.

        path : a file that ends with .svg.
        width, height : as of `screenshot`; lines are as thick as on a picture of that size.
        volumes : `outlines` against the background, or all `facets`.
        wait : as of `screenshot`.
        """
        if volumes not in ("outlines", "facets"):
            raise InvalidInput(f"Volumes are drawn as 'outlines' or as 'facets', not as {volumes!r:.60}.")
        where = file_path(path, (".svg",))
        params = {**_size(width, height, MOST_PIXELS), "volumes": volumes, "transparent": bool(transparent)}
        return self._export("svg", where, params, wait)

    def gltf(self, path: str | os.PathLike[str], *, wait: bool = True) -> Path | ExportJob:
        """Save all that is shown as a model for Blender and others, as binary glTF. Returns its path.

        Lengths are µm from the middle of the scene, y is up and z to the front, as glTF has it; the scene's `extras`
        tell where that middle is (nm).

        path : a file that ends with .glb.
        wait : as of `screenshot`.
        """
        return self._export("glb", file_path(path, (".glb",)), {}, wait)

    def turntable(
        self,
        path: str | os.PathLike[str],
        *,
        seconds: float = 8,
        fps: float = 25,
        width: int = 800,
        height: int | None = None,
        transparent: bool = False,
        wait: bool = True,
    ) -> Path | ExportJob:
        """Save a film in which all turns once around the vertical of the picture. Returns its path.

        path : a film .webm, an animated picture .gif, or its frames as PNG in a .zip.
        seconds, fps : how long it takes, and how many frames a second has.
        width, height : pixels, at most 4096 each; by default as high as the viewer is for its width.
        transparent : without background; of frames in a .zip only.
        wait : as of `screenshot`.
        """
        return self._film("turntable", path, seconds, fps, _size(width, height, MOST_FILM_PIXELS), transparent, wait)

    def growth(
        self,
        path: str | os.PathLike[str],
        *,
        by: Literal["creation", "version"] = "creation",
        seconds: float = 8,
        fps: float = 25,
        width: int = 800,
        height: int | None = None,
        transparent: bool = False,
        wait: bool = True,
    ) -> Path | ExportJob:
        """Save a film in which the lines of neurons grow as they were traced. Returns its path.

        Somata, synapses, arrows, labels and special treenodes are left out of it; volumes and points are there all the
        time.

        by : `creation`: the treenodes that there are come one after the other in the order of their ids, in which the
            server made them; of imported neurons, in the order of the import. `version`: the neurons are as they were
            at each version that changed their edges, with what was moved, taken away or split off since; of more
            versions than frames some are left out.

        All other arguments are as of `turntable`. `InvalidInput` for `version` if the server keeps no history.
        """
        if by not in ("creation", "version"):
            raise InvalidInput(f"Neurons grow by 'creation' or by 'version', not by {by!r:.60}.")
        if by == "version":
            self.project.place.require_history("growth by version")
        size = _size(width, height, MOST_FILM_PIXELS)
        return self._film("growth", path, seconds, fps, size, transparent, wait, by=by)

    def _film(
        self,
        kind: str,
        path: str | os.PathLike[str],
        seconds: float,
        fps: float,
        size: dict[str, int | None],
        transparent: bool,
        wait: bool,
        **more: str,
    ) -> Path | ExportJob:
        where = file_path(path, FILM_SUFFIXES)
        for name, value in (("seconds", seconds), ("fps", fps)):
            if isinstance(value, bool) or not isinstance(value, int | float) or not (0 < value < math.inf):
                raise InvalidInput(f"{name} is a number above 0, not {value!r:.60}.")
        if fps > 60:
            raise InvalidInput(f"A film has at most 60 frames a second, not {fps:g}.")
        frames = max(round(seconds * fps), 1)
        if frames > MOST_FRAMES:
            raise InvalidInput(
                f"{seconds:g} s with {fps:g} frames each are {frames:,} frames; at most {MOST_FRAMES:,}."
            )
        if transparent and where.suffix.lower() != ".zip":
            raise InvalidInput("Only frames in a .zip can be without background; a film has one.")
        params = {**size, "frames": frames, "fps": float(fps), "format": where.suffix.lower()[1:]}
        return self._export(kind, where, {**params, **more, "transparent": bool(transparent)}, wait)

    def _export(self, kind: str, path: Path, params: dict[str, Any], wait: bool) -> Path | ExportJob:
        if self.comm is None:
            raise CatmaidError(f"The viewer was closed, so there is no picture for {path.name}. Make another viewer.")
        if wait:
            require_waitable()
        job = ExportJob(path, self._stopped)
        self._jobs = {**(self._jobs or {}), job.number: job}
        self.emit("export", job=job.number, kind=kind, params=params)
        return job.result() if wait else job

    def _stopped(self, job: ExportJob) -> None:
        """Forget a job that is written, or will never be."""
        self._jobs = {number: one for number, one in (self._jobs or {}).items() if one is not job}
        self.emit("export_stopped", job=job.number)

    def _end_exports(self) -> None:
        """Let jobs fail that are not done: the viewer is closed."""
        for job in list((self._jobs or {}).values()):
            job.fail(CatmaidError(f"The viewer was closed before {job.path.name} was made. Nothing was written."))

    def _job(self, params: dict[str, Any]) -> ExportJob | None:
        return (self._jobs or {}).get(int(params["job"]))

    def _piece_received(self, content: Any, buffers: Sequence[Any]) -> bool:
        """Take a piece of a file from a page; False if this is no such message."""
        if not isinstance(content, dict) or "export_piece" not in content:
            return False
        job = self._job({"job": content["export_piece"]})
        if job is not None:
            for buffer in buffers or ():
                job.take(bytes(buffer))
        return True

    @method
    async def _export_claim(self, params: dict[str, Any]) -> bool:
        """Whether the page that asks shall make a file: ``{job}``."""
        job = self._job(params)
        return job is not None and job.claim()

    @method
    async def _export_progress(self, params: dict[str, Any]) -> bool:
        """A page is at it: ``{job, progress}``; whether the file is still wanted."""
        job = self._job(params)
        return job is not None and job.heard(float(params["progress"]))

    @method
    async def _export_finish(self, params: dict[str, Any]) -> None:
        """All pieces of a file have come: ``{job, size}``; or it cannot be made: ``{job, error}``."""
        job = self._job(params)
        if job is None:
            return
        if params.get("error"):
            job.fail(InvalidInput(str(params["error"])[:2000]))
        else:
            await asyncio.to_thread(job.finish, int(params["size"]))

    @method
    async def _treenode_ids(self, params: dict[str, Any]) -> Buffers:
        """Treenode ids: ``{skeleton_ids}``. Buffers: float64 ids, skeleton after skeleton, ascending."""
        asked = [int(skeleton_id) for skeleton_id in params["skeleton_ids"]]

        def read() -> Buffers:
            nodes = read_arbors(self.project.place, asked, connectors=False, tags=False).nodes
            nodes = nodes.sort_values(["skeleton_id", "id"])
            ids, rows = np.unique(nodes["skeleton_id"].to_numpy(np.int64), return_counts=True)
            found = {"skeleton_ids": ids.tolist(), "rows": rows.tolist()}
            return Buffers(found, [nodes["id"].to_numpy(np.float64).tobytes()])

        return await asyncio.to_thread(read)

    @method
    async def _past_edges(self, params: dict[str, Any]) -> Buffers:
        """The edges that skeletons ever had: ``{skeleton_ids}``, by skeleton.

        The result is ``{corner, versions, skeleton_ids, edges}``: a place (nm), how many versions changed edges, and
        how many edges each skeleton has. Buffers: child and parent of each edge, relative to the corner, as float32;
        the versions, counted from 0, from which on and up to which each is there, as uint32.
        """
        found = await read_past_edges(self.project.place, [int(one) for one in params["skeleton_ids"]])
        return await asyncio.to_thread(_edge_buffers, found)


def _edge_buffers(found: PastEdges) -> Buffers:
    versions = found.versions
    corner = found.ends.reshape(-1, 3).min(axis=0) if len(found) else np.zeros(3)
    skeleton_ids, edges = np.unique(found.skeleton_ids, return_counts=True)
    last = np.where(found.last > 0, np.searchsorted(versions, found.last), len(versions))
    about = {
        "corner": corner.tolist(),
        "versions": len(versions),
        "skeleton_ids": skeleton_ids.tolist(),
        "edges": edges.tolist(),
    }
    parts = [
        (found.ends - corner).astype("<f4"),
        np.searchsorted(versions, found.first).astype("<u4"),
        last.astype("<u4"),
    ]
    return Buffers(about, [part.tobytes() for part in parts])


def _size(width: Any, height: Any, most: int) -> dict[str, int | None]:
    """Width and height of a picture; `InvalidInput` if they are none."""
    for name, value in (("width", width), ("height", height)):
        if value is None and name == "height":
            continue
        whole = not isinstance(value, bool) and isinstance(value, int | float | np.number) and float(value).is_integer()
        if not whole or not 1 <= value <= most:
            raise InvalidInput(
                f"The {name} of a picture is a whole number of pixels, 1 to {most:,}, not {value!r:.60}."
            )
    if height is not None and width * height > MOST_AREA:
        raise InvalidInput(
            f"A picture has at most {MOST_AREA // 1_000_000} million pixels; {width} by {height} are "
            f"{width * height / 1e6:.0f} million."
        )
    return {"width": int(width), "height": None if height is None else int(height)}
