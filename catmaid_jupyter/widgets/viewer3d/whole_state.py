"""What a 3D viewer is made of besides traits and selection: volumes, clouds of points, and a rule of colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from catmaid_jupyter.api.errors import CatmaidError, NotFound
from catmaid_jupyter.widgets.view_state import StateReader, StateWriter

MOST_POINTS: Final = 5_000
"""Larger clouds are not kept: they are data, not a view."""


def parts_besides(viewer: Any, writer: StateWriter) -> dict[str, Any]:
    """Parts of a viewer as JSON; tells the writer what cannot be kept."""
    for volume in viewer.volumes:
        if volume["id"] < 0:
            writer.leave_out(f"The volume {volume['name']!r:.60} is left out: save it with project.add_volume.")
    if viewer.objects:
        writer.leave_out(f"{len(viewer.objects)} objects of pythreejs are left out: add them again by Python.")
    clouds = []
    for cloud in viewer.point_clouds:
        places = viewer.places_of_cloud(cloud["id"])
        if len(places) > MOST_POINTS:
            writer.leave_out(
                f"The points {cloud['name']!r:.60} are left out, as they are more than {MOST_POINTS:,}: "
                "show them again by Python."
            )
        else:
            look = {name: cloud[name] for name in ("name", "color", "radius", "opacity")}
            clouds.append({**look, "points": places.round(3).tolist()})
    if viewer.shading_rule and viewer.named_shading is None:
        writer.leave_out("The colours of nodes are left out, as they came from Python: shade them again.")
    return {
        "volumes": [volume for volume in viewer.volumes if volume["id"] >= 0],
        "clouds": clouds,
        "shading": viewer.named_shading,
    }


def restore_parts(viewer: Any, reader: StateReader, parts: Mapping[str, Any]) -> None:
    """Give a viewer what `parts_besides` told; tells the reader what is gone."""
    shown: list[Any] = []
    for volume in parts["volumes"]:
        look = {name: value for name, value in volume.items() if name != "name"}
        try:
            viewer.volumes = [*shown, look]
            shown = list(viewer.volumes)
        except NotFound:
            reader.note(f"The volume {volume['id']} {volume['name']!r:.60} is gone.")
    for cloud in parts["clouds"]:
        look = {name: cloud[name] for name in ("color", "radius", "opacity")}
        viewer.show_points(cloud["points"] or np.empty((0, 3)), str(cloud["name"]), **look)
    shading = parts["shading"]
    if shading is not None:
        try:
            viewer.shade(**shading)
        except (CatmaidError, TypeError) as error:
            reader.note(f"Nodes are not coloured by {shading.get('rule')!r:.60}: {error}")
