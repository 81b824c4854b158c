"""Reviews, contributors and statistics as DataFrames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from catmaid_jupyter.api.logins import logins
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.frames import CONTRIBUTORS, REVIEWS, STATISTICS, frame, ordered
from catmaid_wire.forms import FormValue

_COUNTS: Final = {
    "nodes": "new_treenodes",
    "cable_length": "new_cable_length",
    "connectors": "new_connectors",
    "reviewed": "new_reviewed_nodes",
}


async def review_table(place: Place, skeleton_ids: Sequence[int], user_id: int | None) -> pd.DataFrame:
    """How much of skeletons is reviewed (see `Project.reviews`)."""
    found: dict[str, list[int]] = {}
    if skeleton_ids:
        form: dict[str, FormValue] = {"skeleton_ids": skeleton_ids}
        if user_id is not None:
            form["user_ids"] = [user_id]
        found = await place.read_json("POST", "skeletons/review-status", form=form)
    nodes = np.array([found[str(one)][0] for one in skeleton_ids], dtype=np.int64)
    reviewed = np.array([found[str(one)][1] for one in skeleton_ids], dtype=np.int64)
    columns = {
        "skeleton_id": skeleton_ids,
        "nodes": nodes,
        "reviewed": reviewed,
        "percent": 100.0 * reviewed / np.maximum(nodes, 1),
    }
    return frame(columns, REVIEWS)


async def contributor_table(place: Place, skeleton_ids: Sequence[int]) -> pd.DataFrame:
    """Who made and reviewed skeletons (see `Project.contributors`)."""
    counts: dict[str, dict[str, int]] = {}
    if skeleton_ids:
        form: dict[str, FormValue] = {"skids": skeleton_ids}
        answer = await place.read_json("POST", "skeleton/contributor_statistics_multiple", form=form)
        counts = {
            "nodes": answer["node_contributors"],
            "presynapses": answer["pre_contributors"],
            "postsynapses": answer["post_contributors"],
            "reviews": answer["review_contributors"],
        }
    users = sorted({int(user) for by_user in counts.values() for user in by_user})
    names = await logins(place.http, set(users))
    columns: dict[str, Any] = {"user": [names.get(user, str(user)) for user in users]}
    for name in ("nodes", "presynapses", "postsynapses", "reviews"):
        columns[name] = [counts.get(name, {}).get(str(user), 0) for user in users]
    table = frame(columns, CONTRIBUTORS)
    return table.sort_values(["nodes", "user"], ascending=[False, True], ignore_index=True)


async def statistics_table(place: Place, since: pd.Timestamp, until: pd.Timestamp) -> pd.DataFrame:
    """What users did on each day (see `Project.statistics`)."""
    params: dict[str, FormValue] = {
        "start_date": f"{since:%Y-%m-%d}",
        "end_date": f"{until:%Y-%m-%d}",
        "time_zone": "UTC",
    }
    answer = await place.read_json("GET", "stats/user-history", params=params)
    rows = [
        (int(user), day, counts)
        for user, days in answer["stats_table"].items()
        for day, counts in days.items()
        if counts
    ]
    names = await logins(place.http, {user for user, _, _ in rows})
    columns: dict[str, Any] = {
        "day": [f"{day[:4]}-{day[4:6]}-{day[6:]}" for _, day, _ in rows],
        "user": [names.get(user, str(user)) for user, _, _ in rows],
        **{name: [counts.get(key, 0) for _, _, counts in rows] for name, key in _COUNTS.items()},
    }
    return ordered(frame(columns, STATISTICS), "day", "user")
