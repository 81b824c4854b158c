"""What a table of skeletons shows: names, sizes, synapses, reviews and annotations."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from catmaid_jupyter.api.answers import read_columns
from catmaid_jupyter.api.errors import NotFound
from catmaid_jupyter.api.logins import logins
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.frames import COUNT, ID, NM, OBJECT, TEXT, FrameSchema, as_time, frame
from catmaid_jupyter.client.selection.colors import text_of
from catmaid_jupyter.model.selection import Int64s, Rgba
from catmaid_wire.forms import FormValue

SELECTED_SKELETONS: Final[FrameSchema] = {
    "id": ID,
    "name": TEXT,
    "nodes": COUNT,
    "cable_length": NM,
    "pre": COUNT,
    "post": COUNT,
    "review": "float64",
    "annotations": OBJECT,
    "colour": TEXT,
}
_BATCH: Final = 2000
_MANY: Final = 5000
"""From so many on, the table of all neurons is read, where a server has it in columns."""


async def skeleton_rows(place: Place, skeleton_ids: Int64s, rgba: Rgba) -> pd.DataFrame:
    """One row for each id (see `Selection.table`); of ids that are gone the name is empty and the numbers are 0."""
    ids = skeleton_ids.tolist()
    sizes, synapses, reviews, annotations = await asyncio.gather(
        sizes_of(place, ids), synapses_of(place, ids), reviews_of(place, ids), annotations_of(place, ids)
    )
    columns: dict[str, Any] = {
        "id": ids,
        **sizes,
        **synapses,
        "review": reviews,
        "annotations": annotations,
        "colour": [text_of(color) for color in rgba.tolist()],
    }
    found = frame({name: columns[name] for name in SELECTED_SKELETONS}, SELECTED_SKELETONS)
    found.attrs["gone"] = [skeleton for skeleton, exists in zip(ids, sizes["exists"], strict=True) if not exists]
    return found


async def sizes_of(place: Place, ids: Sequence[int]) -> dict[str, Any]:
    """Columns of skeletons, in their order: name, nodes, cable_length (nm), exists, edition_time, editor.

    edition_time : seconds since 1970; NaN where it is not known. editor : user name; empty where it is not known, as
        where the table of all neurons is read.
    """
    if len(ids) >= _MANY and place.as_of is None and "neurons-table" in place.capabilities:
        return await _sizes_by_columns(place, ids)
    summaries, names = await asyncio.gather(
        _by_id(place, "skeletons/summary", "skeleton_ids", ids), _by_id(place, "skeleton/neuronnames", "skids", ids)
    )
    found = [summaries.get(skeleton) if skeleton in names else None for skeleton in ids]
    users = await logins(place.http, {row["last_editor_id"] for row in found if row and "last_editor_id" in row})
    times = as_time([row.get("last_edition_time") if row else None for row in found])
    return {
        "name": [names.get(skeleton, "") for skeleton in ids],
        "nodes": np.array([row["num_nodes"] if row else 0 for row in found], np.int64),
        "cable_length": np.array([row["cable_length"] if row else 0.0 for row in found], np.float64),
        "exists": np.array([skeleton in names for skeleton in ids], np.bool_),
        "edition_time": _seconds(times),
        "editor": [users.get(row.get("last_editor_id"), "") if row else "" for row in found],
    }


async def names_of(place: Place, ids: Sequence[int]) -> dict[int, str]:
    """Names of skeletons' neurons by skeleton id; those that are gone are missing."""
    found = await _by_id(place, "skeleton/neuronnames", "skids", ids)
    return {skeleton_id: str(found[skeleton_id]) for skeleton_id in ids if skeleton_id in found}


async def neurons_of(place: Place, ids: Sequence[int]) -> dict[int, int]:
    """Ids of skeletons' neurons by skeleton id; those that are gone are missing."""
    return {
        skeleton: int(neuron)
        for skeleton, neuron in (await _by_id(place, "neurons/from-models", "model_ids", ids)).items()
    }


async def synapses_of(place: Place, ids: Sequence[int]) -> dict[str, Any]:
    """Columns pre and post: how many presynaptic and postsynaptic links skeletons have, in their order."""
    answers = await asyncio.gather(
        *(
            place.read_json("POST", "skeletons/connectivity-counts", form={"skeleton_ids": batch})
            for batch in _batches(ids)
        )
    )
    counts: dict[str, dict[int, int]] = {"presynaptic_to": {}, "postsynaptic_to": {}}
    for answer in answers:
        relations = {key: name for key, name in answer["relations"].items() if name in counts}
        for skeleton, by_relation in answer["connectivity"].items():
            for key, count in by_relation.items():
                if key in relations:
                    counts[relations[key]][int(skeleton)] = int(count)
    return {
        "pre": np.array([counts["presynaptic_to"].get(skeleton, 0) for skeleton in ids], np.int64),
        "post": np.array([counts["postsynaptic_to"].get(skeleton, 0) for skeleton in ids], np.int64),
    }


async def reviews_of(place: Place, ids: Sequence[int]) -> np.ndarray[Any, Any]:
    """How much of skeletons was reviewed by anybody, percent of nodes, in their order; 0 of those that are gone."""
    found = await _by_id(place, "skeletons/review-status", "skeleton_ids", ids)
    shares = (found.get(skeleton, (0, 0)) for skeleton in ids)
    return np.array([100 * reviewed / nodes if nodes else 0.0 for nodes, reviewed in shares], np.float64)


async def annotations_of(place: Place, ids: Sequence[int]) -> list[list[str]]:
    """Names of the annotations of skeletons' neurons, sorted, in their order."""
    found = await annotation_uses_of(place, ids)
    return [sorted({name for name, *_ in found.get(skeleton, ())}) for skeleton in ids]


async def annotation_authors_of(place: Place, ids: Sequence[int]) -> list[list[tuple[str, str, str]]]:
    """Of skeletons, in their order: each annotation of the neuron, who gave it and when, sorted.

    The time is ISO 8601; user and time are empty where a server does not tell.
    """
    found = await annotation_uses_of(place, ids)
    users = await logins(place.http, {user for uses in found.values() for _, user, _ in uses if user is not None})
    return [
        sorted((name, users.get(user or 0, ""), time) for name, user, time in found.get(skeleton, ()))
        for skeleton in ids
    ]


async def annotation_uses_of(place: Place, ids: Sequence[int]) -> dict[int, list[tuple[str, int | None, str]]]:
    """By skeleton: its annotations, the ids of the users who gave them, and when (ISO 8601)."""
    answers = await asyncio.gather(*(_annotation_list(place, batch) for batch in _batches(ids)))
    return {
        int(skeleton): [
            (str(answer["annotations"][str(use["id"])]), use.get("uid"), str(use.get("time") or ""))
            for use in part["annotations"]
        ]
        for answer in answers
        for skeleton, part in answer["skeletons"].items()
    }


async def _annotation_list(place: Place, ids: Sequence[int]) -> Mapping[str, Any]:
    try:
        answer: Mapping[str, Any] = await place.read_json(
            "POST", "skeleton/annotationlist", form={"skeleton_ids": ids, "annotations": 1, "with_times": True}
        )
    except NotFound:  # none of them exists
        return {"skeletons": {}}
    return answer


async def _sizes_by_columns(place: Place, ids: Sequence[int]) -> dict[str, Any]:
    parts = read_columns((await place.columns_or_json("GET", "neurons/table")).body)
    table = parts["neurons"]
    order = np.argsort(table["skeleton_id"])
    known = table["skeleton_id"][order]
    wanted = np.asarray(ids, np.int64)
    at = np.minimum(np.searchsorted(known, wanted), max(len(known) - 1, 0))
    exists = known[at] == wanted if len(known) else np.zeros(len(wanted), np.bool_)
    rows = order[at] if len(known) else at
    names = parts["names"]
    return {
        "name": [names[row] if there else "" for row, there in zip(rows.tolist(), exists.tolist(), strict=True)],
        "nodes": np.where(exists, table["nodes"][rows], 0).astype(np.int64),
        "cable_length": np.where(exists, table["cable_length"][rows], 0.0),
        "exists": exists,
        "edition_time": np.where(exists, table["edition_time"][rows], np.nan),
        "editor": [""] * len(wanted),
    }


def _seconds(times: pd.Series) -> np.ndarray[Any, Any]:
    """Seconds since 1970 of times; NaN for none."""
    since = (times - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)
    return since.to_numpy(np.float64)


async def _by_id(place: Place, path: str, parameter: str, ids: Sequence[int]) -> dict[int, Any]:
    async def read(batch: Sequence[int]) -> Any:
        form: dict[str, FormValue] = {parameter: batch}
        return await place.read_json("POST", path, form=form)

    answers = await asyncio.gather(*(read(batch) for batch in _batches(ids)))
    return {int(key): value for answer in answers for key, value in answer.items()}


def _batches(ids: Sequence[int]) -> list[list[int]]:
    return [list(ids[start : start + _BATCH]) for start in range(0, len(ids), _BATCH)]
