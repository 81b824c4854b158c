"""Volumes, landmarks and samplers of a project, in people's hands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.arbors.arbor_tables import read_arbors
from catmaid_jupyter.client.arbors.arbors import Arbors
from catmaid_jupyter.client.frames import IN_VOLUME, frame
from catmaid_jupyter.client.neuron_choice import Neurons, neuron_names, skeleton_ids_of
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.client.space import space_tables
from catmaid_jupyter.client.space.volume import Volume, surface_of, surface_of_file
from catmaid_jupyter.edits.journal import EditJournal
from catmaid_jupyter.edits.volumes import AddVolume, DeleteVolume


class ProjectSpace(Public):
    """What `Project` does with volumes, landmarks and samplers."""

    place: Place
    edits: EditJournal

    @property
    def volumes(self) -> pd.DataFrame:
        """All volumes, by id.

        id int64, name, comment str, area float64 nm², volume float64 nm³ (both NaN where the server has not measured
        it), is_closed bool, annotations (lists of names), creator str, creation_time, edition_time datetime64[us, UTC].
        """
        return loop.run(space_tables.volume_table(self.place))

    def volume(self, key: int | str) -> Volume:
        """A volume by id or name, with its surface. `NotFound` if there is none, `InvalidInput` if several fit."""
        return loop.run(space_tables.read_volume(self.place, key))

    def add_volume(self, volume: Any, name: str = "", *, comment: str = "") -> Volume:
        """Make a volume: one edit.

        volume : two corners (x, y, z) of a box; (vertices, faces); a mesh of trimesh or navis; or a file (STL, OBJ,
            PLY, …). In nm.
        name : by default that of the mesh or of the file.
        """
        if isinstance(volume, str | os.PathLike):
            path = Path(volume)
            if not path.is_file():
                raise NotFound(f"There is no file {str(path)!r:.200}.")
            vertices, faces = surface_of_file(path)
            name = name or path.stem
        else:
            vertices, faces = surface_of(volume)
            name = name or str(getattr(volume, "name", "") or "volume")
        places = [(float(x), float(y), float(z)) for x, y, z in vertices.tolist()]
        triangles = [(int(a), int(b), int(c)) for a, b, c in faces.tolist()]
        edit = AddVolume(name=name, vertices=places, faces=triangles, comment=comment)
        return self.volume(edit.result(loop.run(self.edits.apply(edit)).answer))

    def delete_volume(self, volume: int | str | Volume) -> None:
        """Delete a volume, given as itself, by id or by name: one edit."""
        found = volume if isinstance(volume, Volume) else self.volume(volume)
        loop.run(self.edits.apply(DeleteVolume(found.id)))

    def in_volume(
        self, neurons: Neurons | NDArray[np.float64], volume: int | str | Volume
    ) -> pd.DataFrame | NDArray[np.bool_]:
        """What is inside a volume (see `Volume.contains`).

        neurons : neurons, or points: an array (n, 3) or a DataFrame with x, y, z, nm.
        volume : itself, its id or its name.

        Of points: (n,) bool. Of neurons, a row for each skeleton: skeleton_id int64, name str, nodes, nodes_inside
        int64, cable_length, cable_inside float64 nm (edges of which both ends are inside).
        """
        where = volume if isinstance(volume, Volume) else self.volume(volume)
        points = _points(neurons)
        if points is not None:
            return where.contains(points)
        skeleton_ids = skeleton_ids_of(self.place, neurons)
        names = loop.run(neuron_names(self.place, skeleton_ids))
        arbors = Arbors(skeleton_ids, names, read_arbors(self.place, skeleton_ids, connectors=False, tags=False))
        return _inside(arbors, where)

    @property
    def landmarks(self) -> pd.DataFrame:
        """All landmarks, a row for each place: id int64, name str, location_id int64 (-1: none), x, y, z float64 nm."""
        return loop.run(space_tables.landmark_table(self.place))

    @property
    def landmark_groups(self) -> pd.DataFrame:
        """Groups of landmarks: id int64, name str, landmark_ids, location_ids (lists of int)."""
        return loop.run(space_tables.landmark_group_table(self.place))

    @property
    def samplers(self) -> pd.DataFrame:
        """Samplers, by id.

        id, skeleton_id int64, state str, interval_length, interval_error float64 nm, domains, intervals int64 (how
        many), creator str, creation_time datetime64[us, UTC].
        """
        return loop.run(space_tables.sampler_table(self.place))


def _points(given: Any) -> NDArray[np.float64] | None:
    """(n, 3) points, if these are some and no neurons."""
    if isinstance(given, pd.DataFrame) and {"x", "y", "z"} <= set(given.columns):
        return given[["x", "y", "z"]].to_numpy(np.float64)
    if isinstance(given, np.ndarray) and given.ndim == 2 and given.shape[1] == 3:
        return given.astype(np.float64)
    return None


def _inside(arbors: Arbors, volume: Volume) -> pd.DataFrame:
    inside = volume.contains(arbors.nodes[["x", "y", "z"]].to_numpy())
    rows = []
    start = 0
    for skeleton_id, one in arbors.items():
        here = inside[start : start + len(one.nodes)]
        start += len(one.nodes)
        both = here & here[one.parents] & (one.parents >= 0)
        cable = one.edge_lengths
        name = arbors.names.get(skeleton_id, "")
        rows.append((skeleton_id, name, len(here), int(here.sum()), float(cable.sum()), float(cable[both].sum())))
    columns = zip(*rows, strict=True) if rows else [()] * len(IN_VOLUME)
    return frame(dict(zip(IN_VOLUME, columns, strict=True)), IN_VOLUME)
