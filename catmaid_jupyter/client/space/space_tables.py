"""Volumes, landmarks and samplers as DataFrames."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.logins import logins
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.frames import LANDMARK_GROUPS, LANDMARKS, SAMPLERS, VOLUMES, frame, ordered
from catmaid_jupyter.client.naming import did_you_mean, listed, one_id
from catmaid_jupyter.client.space.volume import Volume

_INDEX: Final = re.compile(r"index=['\"]([^'\"]*)['\"]")
_POINT: Final = re.compile(r"point=['\"]([^'\"]*)['\"]")


async def volume_table(place: Place) -> pd.DataFrame:
    """All volumes (see `Project.volumes`)."""
    answer = await place.read_json("GET", "volumes/")
    rows = [dict(zip(answer["columns"], row, strict=True)) for row in answer["data"]]
    names = await logins(place.http, {row["user_id"] for row in rows})
    columns = {
        "id": [row["id"] for row in rows],
        "name": [row["name"] for row in rows],
        "comment": [row["comment"] or "" for row in rows],
        "area": [_number(row.get("area")) for row in rows],
        "volume": [_number(row.get("volume")) for row in rows],
        "is_closed": [bool(row.get("watertight")) for row in rows],
        "annotations": [sorted(row.get("annotations") or ()) for row in rows],
        "creator": [names.get(row["user_id"], "") for row in rows],
        "creation_time": [row["creation_time"] for row in rows],
        "edition_time": [row["edition_time"] for row in rows],
    }
    return ordered(frame(columns, VOLUMES), "id")


async def volumes_called(place: Place, name: str) -> list[int]:
    """Ids of the volumes that have a name."""
    table = await volume_table(place)
    return [int(one) for one in table.loc[table["name"] == name, "id"]]


async def read_volume(place: Place, key: int | str) -> Volume:
    """A volume by id or name (see `Project.volume`)."""
    volume_id = await _volume_id(place, key) if isinstance(key, str) else one_id(key, "volume")
    described = await place.read_json("GET", f"volumes/{volume_id}/")
    vertices, faces = _surface(described["mesh"])
    return Volume(volume_id, str(described["name"]), str(described.get("comment") or ""), vertices, faces)


async def landmark_table(place: Place) -> pd.DataFrame:
    """All landmarks (see `Project.landmarks`)."""
    found = await place.read_json("GET", "landmarks/", params={"with_locations": True})
    nowhere = {"id": -1, "x": np.nan, "y": np.nan, "z": np.nan}
    rows = [(mark, where) for mark in found for where in mark.get("locations") or [nowhere]]
    columns = {
        "id": [mark["id"] for mark, _ in rows],
        "name": [mark["name"] for mark, _ in rows],
        "location_id": [where["id"] for _, where in rows],
        **{axis: [where[axis] for _, where in rows] for axis in "xyz"},
    }
    return ordered(frame(columns, LANDMARKS), "id", "location_id")


async def landmark_group_table(place: Place) -> pd.DataFrame:
    """All groups of landmarks (see `Project.landmark_groups`)."""
    params: dict[str, Any] = {"with_members": True, "with_locations": True}
    found = await place.read_json("GET", "landmarks/groups/", params=params)
    columns = {
        "id": [group["id"] for group in found],
        "name": [group["name"] for group in found],
        "landmark_ids": [sorted(group.get("members") or ()) for group in found],
        "location_ids": [sorted(one["id"] for one in group.get("locations") or ()) for group in found],
    }
    return ordered(frame(columns, LANDMARK_GROUPS), "id")


async def sampler_table(place: Place) -> pd.DataFrame:
    """All samplers (see `Project.samplers`)."""
    found = await place.read_json("GET", "samplers/", params={"with_domains": True, "with_intervals": True})
    listed_states = await place.http.read_json("GET", place.path("samplers/states/"))  # which have no past
    states = {row["id"]: row["name"] for row in listed_states}
    names = await logins(place.http, {row["user_id"] for row in found})
    domains = [row.get("domains") or [] for row in found]
    columns = {
        "id": [row["id"] for row in found],
        "skeleton_id": [row["skeleton_id"] for row in found],
        "state": [states.get(row["state_id"], "") for row in found],
        "interval_length": [row["interval_length"] for row in found],
        "interval_error": [row["interval_error"] for row in found],
        "domains": [len(some) for some in domains],
        "intervals": [sum(len(domain.get("intervals") or ()) for domain in some) for some in domains],
        "creator": [names.get(row["user_id"], "") for row in found],
        "creation_time": np.array([row["creation_time"] for row in found], dtype=np.float64),
    }
    return ordered(frame(columns, SAMPLERS), "id")


async def _volume_id(place: Place, name: str) -> int:
    table = await volume_table(place)
    found = table.loc[table["name"] == name, "id"].tolist()
    if not found:
        raise NotFound(f"There is no volume {name!r:.200} in this project.{did_you_mean(name, table['name'])}")
    if len(found) > 1:
        raise InvalidInput(f"Several volumes are called {name!r:.200}; choose one by its id: {listed(found)}.")
    return int(found[0])


def _surface(x3d: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Vertices and faces of a surface in X3D, as CATMAID gives it; corners at the same place are one."""
    index, points = _INDEX.search(x3d), _POINT.search(x3d)
    if index is None or points is None:
        raise InvalidInput("The server's answer has no surface of triangles.")
    places = np.array(points[1].split(), dtype=np.float64).reshape(-1, 3)
    distinct, rows = np.unique(places, axis=0, return_inverse=True)
    corners = np.array(index[1].split(), dtype=np.int64)
    return distinct, rows.reshape(-1)[corners[corners >= 0]].reshape(-1, 3).astype(np.int64)


def _number(value: Mapping[str, Any] | float | None) -> float:
    return float("nan") if value is None or isinstance(value, Mapping) else float(value)
