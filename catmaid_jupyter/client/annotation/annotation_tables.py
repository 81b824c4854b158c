"""Annotations as DataFrames: all of a project, those of neurons, and the tree of annotations of annotations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from catmaid_jupyter.api.errors import NotFound
from catmaid_jupyter.api.logins import logins
from catmaid_jupyter.api.loop import gather
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.batches import in_parts
from catmaid_jupyter.client.frames import ANNOTATION_TREE, ANNOTATIONS_OF_SKELETONS, PROJECT_ANNOTATIONS, frame
from catmaid_jupyter.client.naming import did_you_mean, listed
from catmaid_wire.forms import FormValue

_ALL: Final = 10_000_000
"""More rows than any table has: servers give 2000 unless they are asked for more."""
_SKELETONS_AT_ONCE: Final = 5_000


async def annotation_table(place: Place) -> pd.DataFrame:
    """All annotations (see `Project.annotations`)."""
    bearing = await _annotated_annotations(place)
    answer, used = await gather(
        place.read_json("GET", "annotations/"),
        place.read_json("POST", "annotations/table-list", form={"start": 0, "length": _ALL, **_DATATABLES}),
    )
    annotations = sorted(answer["annotations"], key=lambda row: (row["name"], row["id"]))
    uses = {row[4]: (row[1], row[2]) for row in used["data"]}
    others = Counter(meta for metas in bearing.values() for meta in metas)
    names = {row["id"]: row["name"] for row in annotations}
    columns = {
        "id": [row["id"] for row in annotations],
        "name": [row["name"] for row in annotations],
        "neurons": [uses.get(row["id"], (None, 0))[1] - others[row["id"]] for row in annotations],
        "last_use": [_time(uses.get(row["id"], ("never", 0))[0]) for row in annotations],
        "creators": [sorted(user["name"] for user in row["users"]) for row in annotations],
        "meta": [sorted(names[meta] for meta in bearing.get(row["id"], ()) if meta in names) for row in annotations],
    }
    return frame(columns, PROJECT_ANNOTATIONS)


_DATATABLES: Final[Mapping[str, FormValue]] = {"iDisplayStart": 0, "iDisplayLength": _ALL}
"""Page of a table as older servers take it."""


def annotations_of(place: Place, skeleton_ids: Sequence[int]) -> pd.DataFrame:
    """Annotations of the neurons of skeletons (see `Project.annotations_of`)."""

    async def read(part: Sequence[int]) -> dict[str, Any]:
        form: dict[str, FormValue] = {"skeleton_ids": part, "annotations": 1, "with_times": True}
        answer: dict[str, Any] = await place.read_json("POST", "skeleton/annotationlist", form=form)
        users = {use["uid"] for borne in answer["skeletons"].values() for use in borne["annotations"]}
        return {**answer, "logins": await logins(place.http, users)}

    answers = in_parts(skeleton_ids, _SKELETONS_AT_ONCE, read, what="skeletons")
    rows = [
        (int(skeleton_id), use["id"], answer["annotations"][str(use["id"])], answer["logins"].get(use["uid"], ""), use)
        for answer in answers
        for skeleton_id, borne in answer["skeletons"].items()
        for use in borne["annotations"]
    ]
    places = {skeleton_id: place_ for place_, skeleton_id in enumerate(skeleton_ids)}
    rows.sort(key=lambda row: (places[row[0]], row[2], row[1]))
    columns = {
        "skeleton_id": [row[0] for row in rows],
        "annotation_id": [row[1] for row in rows],
        "annotation": [row[2] for row in rows],
        "creator": [row[3] for row in rows],
        "time": [row[4].get("time") for row in rows],
    }
    return frame(columns, ANNOTATIONS_OF_SKELETONS)


async def annotation_tree(place: Place) -> pd.DataFrame:
    """Annotations below their meta-annotations (see `Project.annotation_tree`)."""
    table, bearing = await annotation_table(place), await _annotated_annotations(place)
    names = dict(zip(table["id"], table["name"], strict=True))
    children: dict[int, list[int]] = {}
    for annotation_id, metas in bearing.items():
        for meta in metas:
            children.setdefault(meta, []).append(annotation_id)
    tops = [annotation_id for annotation_id in names if not bearing.get(annotation_id)]
    branches = list(_walk(tops, children, names))
    reached = {branch.path[-1] for branch in branches}
    for annotation_id in names:
        if annotation_id not in reached:
            found = list(_walk([_on_circle(annotation_id, bearing)], children, names))
            branches += found
            reached |= {branch.path[-1] for branch in found}
    neurons = dict(zip(table["id"], table["neurons"], strict=True))
    columns = {
        "depth": [len(branch.path) - 1 for branch in branches],
        "id": [branch.path[-1] for branch in branches],
        "parent_id": [branch.path[-2] if len(branch.path) > 1 else -1 for branch in branches],
        "name": [names[branch.path[-1]] for branch in branches],
        "path": [[names[one] for one in branch.path] for branch in branches],
        "neurons": [neurons[branch.path[-1]] for branch in branches],
    }
    return frame(columns, ANNOTATION_TREE)


async def annotation_ids(place: Place, names: Sequence[str]) -> list[int]:
    """Ids of annotations by name; `NotFound` says which are unknown and what names are like them."""
    answer = await place.read_json("GET", "annotations/", params={"simple": True})
    known = {str(row["name"]): int(row["id"]) for row in answer["annotations"]}
    unknown = [name for name in names if name not in known]
    if unknown:
        shown = listed(f"{name!r:.200}" for name in unknown)
        raise NotFound(f"There is no annotation {shown} in this project.{did_you_mean(unknown[0], known)}")
    return [known[name] for name in names]


@dataclass(frozen=True, slots=True)
class _Branch:
    """An annotation in the tree, at the end of the path that leads to it."""

    path: tuple[int, ...]


def _walk(tops: Sequence[int], children: Mapping[int, Sequence[int]], names: Mapping[int, str]) -> Iterator[_Branch]:
    """Branches from the top, each before those below it, by name; a circle ends where it meets its own path."""
    ordered = sorted(tops, key=lambda one: names[one], reverse=True)
    waiting: list[tuple[int, ...]] = [(annotation_id,) for annotation_id in ordered]
    while waiting:
        path = waiting.pop()
        yield _Branch(path)
        below = [one for one in children.get(path[-1], ()) if one in names and one not in path]
        waiting += [(*path, one) for one in sorted(below, key=lambda one: names[one], reverse=True)]


def _on_circle(annotation_id: int, bearing: Mapping[int, Sequence[int]]) -> int:
    """An annotation above this one that is above itself; there is one, as nothing above is at the top."""
    seen: set[int] = set()
    while annotation_id not in seen:
        seen.add(annotation_id)
        annotation_id = bearing[annotation_id][0]
    return annotation_id


async def _annotated_annotations(place: Place) -> dict[int, list[int]]:
    """By annotation, the annotations that it bears."""
    form: dict[str, FormValue] = {"types": ["annotation"], "with_annotations": True}
    answer = await place.read_json("POST", "annotations/query-targets", form=form)
    return {
        int(entity["id"]): [int(meta["id"]) for meta in entity.get("annotations") or ()]
        for entity in answer["entities"]
    }


def _time(text: str | None) -> str | None:
    return None if text in (None, "never") else text
