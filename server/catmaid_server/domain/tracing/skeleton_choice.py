"""Which skeletons of a viewport to show: large ones, ones edited lately, those that others edited."""

from __future__ import annotations

import dataclasses
from dataclasses import asdict, dataclass

import numpy as np

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.tracing.viewports import Viewport
from catmaid_server.domain.values import Box
from catmaid_wire.distinct import distinct

sql = load("tracing/skeleton_choice")


@dataclass(frozen=True, slots=True)
class Choice:
    """What skeletons must have more of, cable in nm; who must not have edited them last; how many at most.

    With both `largest` and `newest`, skeletons that are either are shown.
    """

    min_length: float = 0.0
    min_nodes: int = 0
    hidden_editor_id: int | None = None
    largest: int = 0
    newest: int = 0


async def chosen(connection: Connection, viewport: Viewport, choice: Choice) -> Viewport:
    """The viewport with nodes of these skeletons only; connectors and links stay."""
    if choice == Choice():
        return viewport
    of_nodes = viewport.nodes["skeleton_id"]
    shown = await fetch_all(connection, sql.shown, skeleton_ids=distinct(of_nodes).tolist(), **asdict(choice))
    kept = np.isin(of_nodes, [skeleton_id for (skeleton_id,) in shown])
    return dataclasses.replace(viewport, nodes={name: column[kept] for name, column in viewport.nodes.items()})


async def ordered_by_cable(connection: Connection, viewport: Viewport, *, descending: bool) -> Viewport:
    """The viewport with its nodes in the order of the cable lengths of their skeletons."""
    of_nodes = viewport.nodes["skeleton_id"]
    skeleton_ids, index = np.unique(of_nodes, return_inverse=True)
    lengths = dict(await fetch_all(connection, sql.cable_lengths, skeleton_ids=skeleton_ids.tolist()))
    keys = np.array([lengths.get(skeleton_id, 0.0) for skeleton_id in skeleton_ids.tolist()], dtype=float)[index]
    order = np.argsort(-keys if descending else keys, kind="stable")
    return dataclasses.replace(viewport, nodes={name: column[order] for name, column in viewport.nodes.items()})


async def origins(connection: Connection, viewport: Viewport, box: Box) -> list[tuple[int, int, int]]:
    """Of which skeletons with treenodes in the box it is known where they were imported from.

    Rows: skeleton, its id there, data source.
    """
    places = np.column_stack([viewport.nodes[axis] for axis in "xyz"])
    inside = ((places >= box.low) & (places < box.high)).all(axis=1)
    skeleton_ids = distinct(viewport.nodes["skeleton_id"][inside]).tolist()
    rows = await fetch_all(connection, sql.origins, skeleton_ids=skeleton_ids)
    return [(skeleton_id, source_id, data_source_id) for skeleton_id, source_id, data_source_id in rows]


async def all_relations(connection: Connection, project_id: int) -> dict[int, str]:
    """Names of a project's relations by id."""
    return dict(await fetch_all(connection, sql.relations, project_id=project_id))
