"""Every parameter that CATMAID reads is read here, or refused by name, or said here to make no difference.

`catmaid_parameters.txt` has the names of the parameters that CATMAID (2022-06-30) reads, by route.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.http.catmaid import forms
from catmaid_server.http.openapi.parameters import template
from catmaid_server.http.routing import Route
from catmaid_server.routes import all_routes
from catmaid_server.routes.graph.graph_export import ExportGraph

_RISK = "only matters for the risk, which is refused"
_VIEW = "of the grid of blurred edges, which is not made here"
_NO_ORIGINS = "volumes have no origins here, so none is found"
_NO_IMAGES = "clouds have no images here: files are refused"
_NO_REQUESTS = "there are no requests for changes here"

WITHOUT_EFFECT: Final = {
    "/{project_id}/nodes/": {"view_width": _VIEW, "view_height": _VIEW, "orientation": _VIEW},
    "/{project_id}/node/list": {"view_width": _VIEW, "view_height": _VIEW, "orientation": _VIEW},
    "/{project_id}/links/": {"stack_group_scale_levels": "only matters for a stack group, which is refused"},
    "/{project_id}/skeleton/annotationlist": {"ignore_invalid": "CATMAID reads it and does nothing with it"},
    "/{project_id}/pointclouds/": {
        "image_descriptions": _NO_IMAGES,
        "image_names": _NO_IMAGES,
        "images": "CATMAID reads it and does nothing with it",
        "sample_ratio": "of lists, which have no points in CATMAID either",
        "with_points": "of lists, which have no points in CATMAID either",
    },
    "/{project_id}/pointsets/": {"with_points": "of lists, which have no points in CATMAID either"},
    "/{project_id}/notifications/list": dict.fromkeys(("iDisplayLength", "iDisplayStart", "sSearch_1"), _NO_REQUESTS),
    "/{project_id}/volumes/from-origin": dict.fromkeys(("source_ids", "source_project_id", "source_url"), _NO_ORIGINS),
    "/{project_id}/volumes/import": {"source_type": "only matters for an origin, which is refused"},
    "/{project_id}/volumes/{volume_id}/": {"type": "CATMAID changes title and comment alone"},
    "/{project_id}/graphexport/json": {"cable_spread": _RISK, "path_confluence": _RISK},
    "/{project_id}/skeletons/confidence-compartment-subgraph": {"cable_spread": _RISK, "path_confluence": _RISK},
}


def catmaid_parameters() -> dict[str, set[str]]:
    text = Path(__file__).with_suffix("").with_name("catmaid_parameters.txt").read_text()
    return {path: set(names.split()) for path, _, names in (line.partition(": ") for line in text.splitlines())}


def known(route: Route) -> set[str]:
    return {name.partition("[")[0] for name in forms.parameter_names(route.form)} | set(
        getattr(route.form, "UNREAD", ())
    )


def test_every_parameter_of_catmaid_is_known() -> None:
    here: dict[str, set[str]] = {}
    for route in all_routes():
        here.setdefault(template(route.path).rstrip("/"), set()).update(known(route))
    missing = {
        path: names - here[path.rstrip("/")] - WITHOUT_EFFECT.get(path, {}).keys()
        for path, names in catmaid_parameters().items()
    }
    assert {path: names for path, names in missing.items() if names} == {}


def test_what_makes_no_difference_is_a_parameter_of_catmaid() -> None:
    known_there = catmaid_parameters()
    assert all(names.keys() <= known_there[path] for path, names in WITHOUT_EFFECT.items())


@pytest.mark.parametrize("value", ["", "0", " 0 "])
def test_what_is_not_followed_may_be_sent_where_it_makes_no_difference(value: str) -> None:
    assert forms.decode([("bandwidth", value), ("skeleton_list[]", "1")], ExportGraph).skeleton_ids == [1]


def test_what_is_not_followed_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="bandwidth is not supported here"):
        forms.decode([("bandwidth", "9000"), ("skeleton_list[]", "1")], ExportGraph)
