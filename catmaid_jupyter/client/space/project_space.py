"""Volumes, landmarks and samplers of a project, in people's hands."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import CatmaidError, InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.arbors.arbor_tables import read_arbors
from catmaid_jupyter.client.arbors.arbors import Arbors
from catmaid_jupyter.client.frames import IN_VOLUME, frame
from catmaid_jupyter.client.naming import listed
from catmaid_jupyter.client.neuron_choice import Neurons, neuron_names, skeleton_ids_of
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.client.space import space_tables
from catmaid_jupyter.client.space.volume import NOT_SAVED, Volume
from catmaid_jupyter.client.space.volume_points import NodeFilters, PointKind, Shape, body_around, points_of
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

    def add_volume(self, volume: Any, name: str = "", *, comment: str = "", replace: bool = False) -> Volume:
        """Make a volume: one edit.

        volume : a `Volume`, as `volume_around` makes it; two corners (x, y, z) of a box; (vertices, faces); a mesh of
            trimesh or navis; a file (OBJ, STL, PLY, …), or a folder of Neuroglancer's precomputed meshes. In nm.
        name : by default that of the volume, of the mesh or of the file.
        replace : delete those that have this name, with their annotations: edits of their own. A cell that adds a
            volume can then be run again.

        `InvalidInput` if there is a volume of this name, and it is not to be replaced.
        """
        made = Volume.of(volume, name)
        same = loop.run(space_tables.volumes_called(self.place, made.name))
        if same and not replace:
            raise InvalidInput(
                f"There is a volume {made.name!r:.80} already ({listed(same)}). Give this one another name, or "
                "replace=True to delete that one."
            )
        before = [self.volume(volume_id) for volume_id in same]
        for one in before:
            self.delete_volume(one)
        try:
            return self._add_volume(made, comment)
        except CatmaidError:
            with contextlib.suppress(CatmaidError):
                for one in before:
                    self._add_volume(one, one.comment)
            raise

    def _add_volume(self, made: Volume, comment: str) -> Volume:
        places = [(float(x), float(y), float(z)) for x, y, z in made.vertices.tolist()]
        triangles = [(int(a), int(b), int(c)) for a, b, c in made.faces.tolist()]
        edit = AddVolume(name=made.name, vertices=places, faces=triangles, comment=comment)
        return self.volume(edit.result(loop.run(self.edits.apply(edit)).answer))

    def volume_around(
        self,
        neurons: Neurons | NDArray[np.float64],
        shape: Shape = "convex_hull",
        *,
        of: PointKind = "nodes",
        partners: Neurons | None = None,
        compartment: str | None = None,
        strahler: tuple[int | None, int | None] | None = None,
        distal_to: str | None = None,
        inside: int | str | Volume | None = None,
        alpha: float | None = None,
        margin: float = 0.0,
        name: str = "",
    ) -> Volume:
        """A volume around nodes or synapses of neurons, or around points; `add_volume` saves it.

        neurons : neurons, or points: an array (n, 3) or a DataFrame with x, y, z, nm.
        shape : `box`, `convex_hull` or `alpha_shape`.
        of : `nodes`, `branch_nodes`, `ends`, or the connectors of `pre`, `post` or (both) `synapses`.
        partners : only synapses with these neurons.
        compartment : only on the `axon`, `dendrite` or `linker` (see `Morphology.compartments`).
        strahler : only on nodes with a Strahler number from the first to the second; None: no limit.
        distal_to : only on nodes with this tag, and distal to them.
        inside : only on nodes inside a volume: itself, its id or its name.
        alpha : radius (nm) of the alpha shape: what is narrower is left out. By default the smallest with which it is
            one piece and has all points.
        margin : how much wider a box is on each side, nm.
        name : of the volume.

        `InvalidInput` if there are too few points for a body, or all are in a plane.
        """
        points = _points(neurons)
        if points is None:
            filters = NodeFilters(compartment, strahler, distal_to, self._volume(inside))
            others = None if partners is None else skeleton_ids_of(self.place, partners)
            points = points_of(self.place, skeleton_ids_of(self.place, neurons), of, filters, others)
        elif any(one is not None for one in (partners, compartment, strahler, distal_to, inside)) or of != "nodes":
            raise InvalidInput("Points have neither synapses nor compartments: give neurons, or choose the points.")
        vertices, faces = body_around(points, shape, alpha=alpha, margin=margin)
        return Volume(NOT_SAVED, name or shape, "", vertices, faces)

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

    def _volume(self, volume: int | str | Volume | None) -> Volume | None:
        return volume if isinstance(volume, Volume | None) else self.volume(volume)

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
