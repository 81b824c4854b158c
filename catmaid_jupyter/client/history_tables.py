"""The history of a project as tables: differences between two versions, the log, joins and splits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.logins import logins
from catmaid_jupyter.api.place import HISTORY, Place
from catmaid_jupyter.client.accounts import user_id
from catmaid_jupyter.client.frames import COUNT, ID, NM, OBJECT, TEXT, TIME, FrameSchema, frame
from catmaid_jupyter.client.history import VersionKey, as_text
from catmaid_wire.forms import FormValue

_PAGE: Final = 1000
_ABSENT: Final = -1
_DAYS: Final = re.compile(r"(?<=[\d\s])d\b")
"""Days as people write them; pandas wants a capital."""

NEURON_DIFF: Final[FrameSchema] = {
    "neuron_id": ID,
    "name_before": TEXT,
    "name_after": TEXT,
    "nodes_before": COUNT,
    "nodes_after": COUNT,
    "nodes_added": COUNT,
    "nodes_moved": COUNT,
    "nodes_edited": COUNT,
    "nodes_removed": COUNT,
    "cable_before": NM,
    "cable_after": NM,
    "presynapses_added": COUNT,
    "presynapses_removed": COUNT,
    "postsynapses_added": COUNT,
    "postsynapses_removed": COUNT,
    "other_links_added": COUNT,
    "other_links_removed": COUNT,
    "annotations_added": OBJECT,
    "annotations_removed": OBJECT,
    "reviews_added": COUNT,
    "reviews_removed": COUNT,
}
TABLE_DIFF: Final[FrameSchema] = {"table": TEXT, "added": COUNT, "changed": COUNT, "removed": COUNT}
LOG: Final[FrameSchema] = {
    "version": ID,
    "time": TIME,
    "user": TEXT,
    "label": TEXT,
    "note": TEXT,
    "reverts": OBJECT,
}
LINEAGE: Final[FrameSchema] = {
    "version": ID,
    "time": TIME,
    "user": TEXT,
    "label": TEXT,
    "kind": TEXT,
    "from_skeleton_id": ID,
    "to_skeleton_id": ID,
    "nodes": COUNT,
}
SUCCESSORS: Final[FrameSchema] = {"skeleton_id": ID, "neuron_id": ID, "name": TEXT, "nodes": COUNT}


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which versions of a project are wanted; what is None does not restrict."""

    user: str | int | None = None
    label: str | None = None
    since: VersionKey | None = None
    until: VersionKey | None = None
    neuron_ids: Sequence[int] | None = None
    skeleton_ids: Sequence[int] | None = None
    box: Sequence[float] | None = None
    """Lowest x, y, z, highest x, y, z; nm."""
    limit: int = _PAGE


async def diff(place: Place, old: VersionKey, new: VersionKey, limit: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Differences between two versions, by neuron and by table (see `Project.diff`)."""
    place.require_history("comparing versions")
    params: dict[str, FormValue] = {"from": as_text(old), "to": as_text(new), "limit": limit}
    answer = await place.read_json("GET", "versions/diff", params=params)
    neurons = _rows(answer["neurons"], NEURON_DIFF)
    neurons.attrs |= {name: answer[name] for name in ("from_version", "to_version", "total_neurons", "cut")}
    return neurons, _rows(answer["tables"], TABLE_DIFF)


async def log(place: Place, query: LogQuery) -> pd.DataFrame:
    """Versions of a project, newest first (see `Project.log`)."""
    if query.limit < 1:
        raise InvalidInput(f"limit is a number of versions from 1, not {query.limit}.")
    if HISTORY not in place.capabilities:
        return await _log_of_catmaid(place, query)
    form: dict[str, FormValue] = {
        "label": query.label,
        "username" if isinstance(query.user, str) else "user_id": query.user,
        "since": None if query.since is None else as_text(query.since),
        "until": None if query.until is None else as_text(query.until),
        "neuron_ids": _listed(query.neuron_ids),
        "skeleton_ids": _listed(query.skeleton_ids),
        "box": _listed(query.box),
    }
    entries: list[dict[str, Any]] = []
    following: int | None = None
    while True:
        wanted = min(query.limit - len(entries), 10 * _PAGE)
        page = await place.read_json("POST", "versions/log", form={**form, "up_to": following, "limit": wanted})
        entries += page["entries"]
        following = page["next"]
        if following is None or len(entries) >= query.limit:
            break
    found = _rows([{**entry, "user": entry["username"]} for entry in entries], LOG)
    found.attrs["limit_reached"] = following is not None
    return found


async def lineage(
    place: Place, *, skeleton_ids: Sequence[int] = (), neuron_ids: Sequence[int] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Joins and splits of skeletons, and where their nodes are now (see `Project.lineage` and `Project.successors`)."""
    place.require_history("the joins and splits of skeletons")
    form: dict[str, FormValue] = {"skeleton_ids": _listed(skeleton_ids), "neuron_ids": _listed(neuron_ids)}
    answer = await place.read_json("POST", "skeletons/lineage", form=form)
    passages = _rows([{**one, "user": one["username"]} for one in answer["passages"]], LINEAGE)
    passages.attrs["cut"] = answer["cut"]
    return passages, _rows(answer["became"], SUCCESSORS)


def since_last(last: str | pd.Timedelta | None, since: VersionKey | None) -> VersionKey | None:
    """The time so many days or hours ago, as in `7d`; `InvalidInput` for another text, or if `since` is given, too."""
    if last is None:
        return since
    if since is not None:
        raise InvalidInput("Give last or since, not both.")
    span = duration(last, "last", "7d")
    return datetime.now(UTC) - span.to_pytimedelta()


def duration(text: str | pd.Timedelta, name: str, example: str) -> pd.Timedelta:
    """A time above 0, of text as `7d`, `12h`, `5min`; `InvalidInput`, which calls it `name`, if it is none."""
    try:
        span = pd.Timedelta(_DAYS.sub("D", text) if isinstance(text, str) else text)
    except ValueError:
        span = pd.Timedelta(0)
    if pd.isna(span) or span <= pd.Timedelta(0):
        raise InvalidInput(f"{name} is a time such as {example!r}, not {text!r}.")
    return span


async def _log_of_catmaid(place: Place, query: LogQuery) -> pd.DataFrame:
    """The same from CATMAID's own route, which knows users and exact labels; times are compared here."""
    if not (query.neuron_ids is query.skeleton_ids is query.box is None):
        raise InvalidInput(
            f"{place.http.url} lists transactions by user, label and time only: it is not served by catmaid_jupyter, "
            "so neuron, skeleton and box are not possible."
        )
    author = await user_id(place.http, query.user) if isinstance(query.user, str) else query.user
    since, until = _time(query.since), _time(query.until)
    found: list[tuple[Any, ...]] = []
    start, more = 0, True
    while more and len(found) <= query.limit:
        form: dict[str, FormValue] = {"range_start": start, "range_length": _PAGE}
        form |= {"user_id": author, "type": query.label}
        listed = (await place.read_json("POST", "transactions/", form=form))["transactions"]
        rows = [
            (row["transaction_id"], pd.Timestamp(row["execution_time"]), row["user_id"], row["label"]) for row in listed
        ]
        found += [row for row in rows if (since is None or row[1] > since) and (until is None or row[1] <= until)]
        start += _PAGE
        more = len(listed) == _PAGE and (since is None or rows[-1][1] > since)
    names = await logins(place.http, {row[2] for row in found if row[2] is not None})
    shown = found[: query.limit]
    columns = {
        "version": [row[0] for row in shown],
        "time": [row[1] for row in shown],
        "user": [names.get(row[2], "") for row in shown],
        "label": [row[3] for row in shown],
        "note": [""] * len(shown),
        "reverts": [[] for _ in shown],
    }
    log_frame = frame(columns, LOG)
    log_frame.attrs["limit_reached"] = len(found) > len(shown)
    return log_frame


def _time(key: VersionKey | None) -> pd.Timestamp | None:
    """A time that limits the log of a CATMAID server, which has no named versions."""
    if key is None or key == "now":
        return None
    try:
        moment = datetime.fromisoformat(as_text(key))
    except ValueError:
        raise InvalidInput(f"since and until are times at this server, as '2022-06-30', not {key!r}.") from None
    return pd.Timestamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _listed(values: Sequence[Any] | None) -> str | None:
    """A list as JSON, which can be empty, too."""
    return None if values is None else f"[{','.join(str(value) for value in values)}]"


def _rows(rows: Sequence[dict[str, Any]], schema: FrameSchema) -> pd.DataFrame:
    """A DataFrame of JSON objects: null becomes -1 as an id, and empty as a text."""
    return frame({name: list(_column(rows, name, dtype)) for name, dtype in schema.items()}, schema)


def _column(rows: Sequence[dict[str, Any]], name: str, dtype: Any) -> Iterator[Any]:
    absent = {ID: _ABSENT, TEXT: ""}.get(dtype)
    return (absent if row[name] is None else row[name] for row in rows)
