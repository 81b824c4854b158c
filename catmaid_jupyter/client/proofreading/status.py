"""How far neurons are proofread, which is kept as an annotation, and what changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import HISTORY, Place
from catmaid_jupyter.client.annotation.annotation_tables import annotations_of
from catmaid_jupyter.client.arbors.arbor_tables import read_few_arbors
from catmaid_jupyter.client.batches import in_parts, parts
from catmaid_jupyter.client.frames import PROOFREADING_STATUS, STRUCTURAL_CHANGES, as_time, frame, ordered
from catmaid_jupyter.client.neuron_choice import neurons_of_skeletons
from catmaid_jupyter.client.reviews.review_status import user_names
from catmaid_jupyter.edits.annotations import AddAnnotations, RemoveAnnotations
from catmaid_jupyter.edits.base import new_key
from catmaid_jupyter.edits.journal import EditJournal
from catmaid_jupyter.edits.words import edit_in_words
from catmaid_wire.forms import Form

PREFIX: Final = "proofreading: "
"""Annotations that begin like this say how far a neuron is proofread; the newest one counts."""

_LONGEST: Final = 100
_SKELETONS_AT_ONCE: Final = 200
_NODES_AT_ONCE: Final = 5_000
_COUNTS: Final = ("nodes_made", "nodes_gone", "edges_made", "links_made", "links_gone")


def status_table(place: Place, skeleton_ids: Sequence[int]) -> pd.DataFrame:
    """As `ProjectProofreading.status`."""
    newest = _newest(place, skeleton_ids)
    dated = {one: row["time"] for one, row in newest.items() if pd.notna(row["time"])}
    changes = change_table(place, dated)
    by_skeleton = {int(str(one)): rows for one, rows in changes.groupby("skeleton_id")}
    columns: dict[str, list[Any]] = {name: [] for name in PROOFREADING_STATUS}
    nothing = {"status": "", "creator": "", "time": pd.NaT}
    for one in skeleton_ids:
        status, since = newest.get(one, nothing), by_skeleton.get(one)
        columns["skeleton_id"].append(one)
        columns["status"].append(status["status"])
        columns["user"].append(status["creator"])
        columns["time"].append(None if pd.isna(status["time"]) else status["time"].isoformat())
        columns["is_stale"].append(since is not None)
        columns["changes"].append(0 if since is None else len(since))
        columns["last_change"].append("" if since is None else change_sentence(since.iloc[-1].to_dict()))
    return frame(columns, PROOFREADING_STATUS)


def changes_since_status(place: Place, skeleton_ids: Sequence[int]) -> pd.DataFrame:
    """As `ProjectProofreading.changes`."""
    newest = _newest(place, skeleton_ids)
    return change_table(place, {one: row["time"] for one, row in newest.items() if pd.notna(row["time"])})


def change_table(place: Place, since: Mapping[int, pd.Timestamp]) -> pd.DataFrame:
    """What changed the structure of skeletons, of each since a time."""

    async def read(part: Sequence[int]) -> dict[str, Any]:
        if HISTORY not in place.capabilities:
            return await _edited_since(place, {one: since[one] for one in part})
        form: Form = {"skeleton_ids": part, "times": [since[one].isoformat() for one in part]}
        answer: dict[str, Any] = await place.read_json("POST", "skeletons/structural-changes", form=form)
        return answer

    answers = in_parts(list(since), _SKELETONS_AT_ONCE, read, what="skeletons")
    names = loop.run(user_names(place.http)) if answers else {}
    wanted = ("skeleton_id", "version", "label", "user_id", "time", *_COUNTS)
    found: dict[str, list[Any]] = {name: [value for one in answers for value in one[name]] for name in wanted}
    columns = {
        **found,
        "change": [edit_in_words(label) for label in found["label"]],
        "user": [names.get(user_id, "" if user_id is None else str(user_id)) for user_id in found["user_id"]],
    }
    return ordered(frame(columns, STRUCTURAL_CHANGES), "skeleton_id", "time", "version")


async def _edited_since(place: Place, since: Mapping[int, pd.Timestamp]) -> dict[str, list[Any]]:
    """Treenodes that were edited later than a time, by CATMAID's own routes; a row for each editor."""
    nodes = (await read_few_arbors(place, list(since), connectors=False, tags=False)).nodes
    info: dict[int, dict[str, Any]] = {}
    for part in parts(nodes["id"].tolist(), _NODES_AT_ONCE):
        answer = await place.read_json("POST", "node/user-info", form={"node_ids": part})
        info |= {int(node): told for node, told in answer.items()}
    table = pd.DataFrame(
        [
            (skeleton_id, info[node]["editor"], info[node]["edition_time"], info[node]["creation_time"])
            for node, skeleton_id in zip(nodes["id"].tolist(), nodes["skeleton_id"].tolist(), strict=True)
            if node in info
        ],
        columns=["skeleton_id", "user_id", "time", "made"],
    )
    table["time"], table["made"] = as_time(table["time"].tolist()), as_time(table["made"].tolist())
    start = as_time([since[one].isoformat() for one in table["skeleton_id"]])
    table["is_new"] = table["made"] > start
    later = table[table["time"] > start].groupby(["skeleton_id", "user_id"])
    rows = later.agg(time=("time", "max"), nodes_made=("is_new", "sum")).reset_index()
    found = {name: rows[name].tolist() for name in ("skeleton_id", "user_id", "nodes_made")}
    nothing = {name: [0] * len(rows) for name in _COUNTS if name != "nodes_made"}
    times = [time.isoformat() for time in rows["time"]]
    return {**found, **nothing, "time": times, "version": [-1] * len(rows), "label": ["edit treenodes"] * len(rows)}


def set_status(place: Place, edits: EditJournal, skeleton_ids: Sequence[int], status: str | None) -> None:
    """As `ProjectProofreading.set_status`."""
    place.require_present()
    text = None if status is None else status.strip()
    if text is not None and not 0 < len(text) <= _LONGEST:
        raise InvalidInput(f"A status is a text of at most {_LONGEST} characters, as “complete”; None for none.")
    borne = annotations_of(place, skeleton_ids)
    there = borne[borne["annotation"].str.startswith(PREFIX)]
    models = loop.run(neurons_of_skeletons(place, skeleton_ids))
    group = new_key()
    if len(there):
        ids = there["annotation_id"].unique().tolist()
        bearers = dict.fromkeys(models[one] for one in there["skeleton_id"].tolist())
        loop.run(edits.apply(RemoveAnnotations(ids, list(bearers)), group=group))
    if text is not None:
        loop.run(edits.apply(AddAnnotations([PREFIX + text], skeleton_ids), group=group))


def change_sentence(change: Mapping[Any, Any]) -> str:
    """A structural change as people read it: "join by ana on 2026-11-29 12:00 (version 12): 5 nodes more"."""
    counts = {name: int(change[name]) for name in _COUNTS}
    said = [
        f"{counts[name]:,} {thing if counts[name] == 1 else thing + 's'} {how}"
        for name, thing, how in (
            ("nodes_made", "node", "more"),
            ("nodes_gone", "node", "less"),
            ("edges_made", "node", "with another parent"),
            ("links_made", "link", "more"),
            ("links_gone", "link", "less"),
        )
        if counts[name]
    ]
    version = "" if change["version"] < 0 else f" (version {change['version']})"
    when = "" if pd.isna(change["time"]) else f" on {pd.Timestamp(change['time']):%Y-%m-%d %H:%M}"
    return f"{change['change']} by {change['user'] or 'somebody'}{when}{version}{': ' if said else ''}{', '.join(said)}"


def _newest(place: Place, skeleton_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The newest status of each skeleton that has one: status, creator, time (NaT where the server does not tell)."""
    borne = annotations_of(place, skeleton_ids)
    rows = borne[borne["annotation"].str.startswith(PREFIX)].copy()
    if rows["time"].isna().any():
        rows["time"] = as_time(loop.run(_times_of_use(place, rows)))
    rows = rows.sort_values("time", kind="stable", na_position="first")
    found: dict[int, dict[str, Any]] = {}
    for row in rows.to_dict("records"):
        status = str(row["annotation"]).removeprefix(PREFIX)
        found[int(row["skeleton_id"])] = {"status": status, "creator": row["creator"], "time": row["time"]}
    return found


async def _times_of_use(place: Place, rows: pd.DataFrame) -> list[str | None]:
    """When annotations of neurons were used last, by CATMAID's table of annotations, neuron by neuron."""
    models = await neurons_of_skeletons(place, rows["skeleton_id"].unique().tolist())
    used: dict[tuple[int, int], str] = {}
    for neuron_id in dict.fromkeys(models.values()):
        form = {"neuron_id": neuron_id, "start": 0, "length": 1000, "iDisplayStart": 0, "iDisplayLength": 1000}
        answer = await place.read_json("POST", "annotations/table-list", form=form)
        used |= {(neuron_id, int(row[4])): str(row[1]) for row in answer["data"] if row[1] != "never"}
    return [
        used.get((models[int(skeleton_id)], int(annotation_id)))
        for skeleton_id, annotation_id in zip(rows["skeleton_id"], rows["annotation_id"], strict=True)
    ]
