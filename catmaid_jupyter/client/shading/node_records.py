"""Who reviewed treenodes and when they were edited last, of many skeletons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from catmaid_jupyter.api.answers import read_columns
from catmaid_jupyter.api.loop import gather
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.batches import in_parts
from catmaid_wire.forms import FormValue

_SKELETONS_AT_ONCE: Final = 200
_OVERVIEWS_AT_ONCE: Final = 10


def read_reviews(place: Place, skeleton_ids: Sequence[int]) -> pd.DataFrame:
    """Reviews of treenodes, one row for each: treenode_id, user_id int64."""
    names = {"treenode_id": "treenode_id", "reviewer_id": "user_id"}
    return _read(place, skeleton_ids, "reviews", names, 1)


def read_edition_times(place: Place, skeleton_ids: Sequence[int]) -> pd.DataFrame:
    """When treenodes were edited last: treenode_id int64, edition_time float64, seconds since 1970."""
    names = {"id": "treenode_id", "edition_time": "edition_time"}
    return _read(place, skeleton_ids, "nodes", names, 0)


def _read(
    place: Place, skeleton_ids: Sequence[int], table: str, names: dict[str, str], place_in_overview: int
) -> pd.DataFrame:
    """The columns of a table, the first and the last column of a part of `node-overview` elsewhere, with new names."""

    async def read(part: Sequence[int]) -> pd.DataFrame:
        form: dict[str, FormValue] = {"skeleton_ids": part, "with_nodes": table == "nodes"}
        form |= {"with_edition_times": table == "nodes", "with_reviews": table == "reviews"}
        answer = await place.columns_or_json("POST", "skeletons/compact-detail", form=form)
        found = read_columns(answer.body)[table]
        return pd.DataFrame({new: found[name] for name, new in names.items()})

    async def read_overviews(part: Sequence[int]) -> pd.DataFrame:
        answers = await gather(*(place.read_json("GET", f"skeletons/{one}/node-overview") for one in part))
        rows: list[Any] = [(row[0], row[-1]) for answer in answers for row in answer[place_in_overview]]
        return pd.DataFrame(rows, columns=[*names.values()])

    if place.http.knows_columns:
        found = in_parts(skeleton_ids, _SKELETONS_AT_ONCE, read, what="skeletons")
    else:
        found = in_parts(skeleton_ids, _OVERVIEWS_AT_ONCE, read_overviews, what="skeletons")
    every = pd.concat(found) if found else pd.DataFrame(columns=[*names.values()])
    first, second = names.values()
    return every.astype({first: np.int64, second: np.float64 if second == "edition_time" else np.int64})
