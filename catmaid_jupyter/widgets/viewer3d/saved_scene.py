"""What a page without a kernel needs to show neurons in space."""

from __future__ import annotations

import asyncio
from typing import Any, Final, Protocol

import numpy as np

from catmaid_jupyter.client.selection.table import names_of, sizes_of
from catmaid_jupyter.widgets.rpc import Buffers
from catmaid_jupyter.widgets.saved_widget import PageScope, SavedAnswer, SavedWidget, counted

_ORIGIN: Final = [0.0, 0.0, 0.0]
_PARTNERS: Final = 4
"""The buffer of links that has the skeletons at the other side."""
_PEOPLE: Final = ("creator", "reviewer")


class SceneWidget(Protocol):
    """What a 3D viewer shows, and its methods that pages call."""

    project: Any
    selection: Any
    stack_viewer: Any
    objects: Any
    volumes: Any
    point_clouds: Any
    shading_rule: Any
    version_shown: Any
    soma_radius: Any
    _geometry: Any
    _synapses: Any
    _special: Any
    _radii: Any
    _volume: Any
    _points: Any
    _shading: Any


async def saved_scene(viewer: SceneWidget, scope: PageScope) -> SavedWidget:
    """Geometry, links, marks, radii, names, colours, volumes and points of all that a viewer shows."""
    ids = viewer.selection.skeleton_ids
    of_neurons, of_volumes, of_points = await asyncio.gather(
        _of_neurons(viewer, ids), _of_volumes(viewer), _of_points(viewer)
    )
    shading, left_out = await _shading(viewer, ids, scope)
    state: dict[str, Any] = {
        "version_shown": viewer.version_shown or scope.date,
        "asked_view": {},
        "snapshot": {},
        "user_keys": {},
        "keys_place": "",
    }
    if not shading:
        state["shading_rule"] = {}
    linked = viewer.stack_viewer
    if linked is not None and linked.model_id not in scope.model_ids:
        state |= {"stack_viewer": None, "follow": False}
        left_out.append("The section of the linked stack viewer, which is not on the page.")
    if viewer.objects:
        state["objects"] = []
        left_out.append("Objects of pythreejs.")
    left_out.append("New volumes, and views kept on the server, for which a service is needed.")
    links = next(answer for answer in of_neurons if answer.method == "synapses")
    parts = [
        counted(len(ids), "neuron"),
        counted(len(links.buffers[0]) // 4, "link"),
        counted(len(of_volumes), "volume"),
    ]
    return SavedWidget([*of_neurons, *of_volumes, *of_points, *shading], state, ", ".join(parts), left_out)


async def _of_neurons(viewer: SceneWidget, ids: list[int]) -> list[SavedAnswer]:
    asked = {"skeleton_ids": ids}
    # First, since the others read it, too.
    geometry = await viewer._geometry(asked)
    links, marks, radii, sizes = await asyncio.gather(
        viewer._synapses({**asked, "origin": _ORIGIN}),
        viewer._special({**asked, "soma_radius": viewer.soma_radius}),
        viewer._radii(asked),
        sizes_of(viewer.project.place, ids),
    )
    partners = np.unique(np.frombuffer(links.buffers[_PARTNERS], "<i4"))
    others = await names_of(viewer.project.place, [one for one in partners.tolist() if one >= 0])
    names: dict[str, Any] = {str(one): [name, None] for one, name in others.items()}
    for one, name, nodes in zip(ids, sizes["name"], sizes["nodes"].tolist(), strict=True):
        names[str(one)] = [name, nodes]
    return [
        SavedAnswer.of("geometry", geometry),
        SavedAnswer.of("synapses", Buffers({**links.result, "origin": _ORIGIN}, links.buffers)),
        SavedAnswer.of("special", marks),
        SavedAnswer.of("radii", radii),
        SavedAnswer.of("neuron_facts", names),
        SavedAnswer.of("names", names),
        SavedAnswer.of("user_keys", {}),
    ]


async def _of_volumes(viewer: SceneWidget) -> list[SavedAnswer]:
    ids = [shown["id"] for shown in viewer.volumes]
    surfaces = await asyncio.gather(*(viewer._volume({"volume_id": one}) for one in ids))
    return [SavedAnswer.of("volume", surface, volume_id=one) for one, surface in zip(ids, surfaces, strict=True)]


async def _of_points(viewer: SceneWidget) -> list[SavedAnswer]:
    ids = [cloud["id"] for cloud in viewer.point_clouds]
    return [SavedAnswer.of("points", await viewer._points({"id": one}), id=one) for one in ids]


async def _shading(viewer: SceneWidget, ids: list[int], scope: PageScope) -> tuple[list[SavedAnswer], list[str]]:
    """Colours of nodes, and what is left out of them."""
    title = viewer.shading_rule.get("title", "")
    if not title:
        return [], []
    if title in _PEOPLE and not scope.with_people:
        return [], [f"Colours of nodes by {title}, whose legend names users."]
    return [SavedAnswer.of("shading", await viewer._shading({"skeleton_ids": ids}))], []
