"""The log of a project in pages, with what each version was about, as the history table shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypedDict

from catmaid_jupyter.api.place import HISTORY, Place
from catmaid_jupyter.client import history_tables
from catmaid_jupyter.client.history import as_text
from catmaid_jupyter.client.history_tables import LogQuery
from catmaid_jupyter.edits.words import edit_in_words
from catmaid_wire.forms import FormValue

PAGE: Final = 200
DETAILS_AT_ONCE: Final = 1000
_OF_CATMAID: Final = 1000
"""Most transactions listed of CATMAID's own servers."""


class RowDetails(TypedDict):
    """What a version was about: names of neurons, the version that took it back, whether its history was trimmed."""

    version: int
    neurons: list[str]
    taken_back_by: int | None
    is_trimmed: bool


class LogRow(RowDetails):
    """A version of the log. `time` is ISO text, `what` is in words."""

    time: str
    user: str
    label: str
    what: str
    note: str
    reverts: list[int]


class HistoryPage(TypedDict):
    """Versions, newest first. `next` is where the next page begins; `note` says what is left out."""

    rows: list[LogRow]
    next: int | None
    note: str


@dataclass(frozen=True, slots=True)
class HistoryFilter:
    """Which versions are wanted; what is empty or None does not restrict."""

    user: str = ""
    label: str = ""
    last: str = ""
    since: str = ""
    until: str = ""
    neuron_ids: Sequence[int] | None = None
    skeleton_ids: Sequence[int] | None = None
    box: Sequence[float] | None = None


async def log_page(place: Place, wanted: HistoryFilter, *, up_to: int | None = None) -> HistoryPage:
    """One page of the log, from a version down; `InvalidInput` for what is no version or time."""
    since = history_tables.since_last(wanted.last or None, wanted.since or None)
    if HISTORY not in place.capabilities:
        return await _page_of_catmaid(place, wanted, since)
    form: dict[str, FormValue] = {
        "username": wanted.user,
        "label": wanted.label,
        "since": "" if since is None else as_text(since),
        "until": wanted.until,
        "neuron_ids": _listed(wanted.neuron_ids),
        "skeleton_ids": _listed(wanted.skeleton_ids),
        "box": _listed(wanted.box),
        "up_to": up_to,
        "limit": PAGE,
    }
    page = await place.read_json("POST", "versions/log", form=form)
    told = await _told(place, [row["version"] for row in page["entries"]])
    details = {one["version"]: _details(one) for one in told}
    return {
        "rows": [_row(entry, details[entry["version"]]) for entry in page["entries"]],
        "next": page["next"],
        "note": next((_trimmed(one["trimmed_before"]) for one in told if one["trimmed_before"] is not None), ""),
    }


async def version_details(place: Place, versions: Sequence[int]) -> list[RowDetails]:
    """What versions were about; none where the server does not tell."""
    if HISTORY not in place.capabilities:
        return []
    return [_details(one) for one in await _told(place, versions)]


async def _told(place: Place, versions: Sequence[int]) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    for start in range(0, len(versions), DETAILS_AT_ONCE):
        form: dict[str, FormValue] = {"versions": _listed(versions[start : start + DETAILS_AT_ONCE])}
        told += await place.read_json("POST", "versions/details", form=form)
    return told


def _details(told: dict[str, Any]) -> RowDetails:
    return {
        "version": told["version"],
        "neurons": [neuron["name"] for neuron in told["neurons"]],
        "taken_back_by": told["taken_back_by"],
        "is_trimmed": told["trimmed_before"] is not None,
    }


def _trimmed(version: int) -> str:
    return (
        f"The history before version {version} was trimmed. Of that version and earlier ones, the table shows who made "
        "them, when and what for; they cannot be taken back."
    )


async def _page_of_catmaid(place: Place, wanted: HistoryFilter, since: Any) -> HistoryPage:
    query = LogQuery(
        user=wanted.user or None,
        label=wanted.label or None,
        since=since,
        until=wanted.until or None,
        neuron_ids=wanted.neuron_ids,
        skeleton_ids=wanted.skeleton_ids,
        box=wanted.box,
        limit=_OF_CATMAID,
    )
    found = await history_tables.log(place, query)
    rows: list[LogRow] = [
        {
            "version": int(row["version"]),
            "time": row["time"].isoformat(),
            "user": row["user"],
            "label": row["label"],
            "what": edit_in_words(row["label"]),
            "note": "",
            "reverts": [],
            "neurons": [],
            "taken_back_by": None,
            "is_trimmed": False,
        }
        for row in found.to_dict("records")
    ]
    more = found.attrs["limit_reached"]
    return {"rows": rows, "next": None, "note": f"The newest {len(rows)} are listed; there are more." if more else ""}


def _row(entry: dict[str, Any], details: RowDetails) -> LogRow:
    reverts = ", ".join(map(str, entry["reverts"]))
    what = edit_in_words(entry["label"])
    return {
        **details,
        "time": entry["time"],
        "user": entry["username"] or "",
        "label": entry["label"],
        "what": f"{what}: {reverts}" if reverts else what,
        "note": entry["note"] or "",
        "reverts": entry["reverts"],
    }


def _listed(values: Sequence[Any] | None) -> str | None:
    """A list as JSON."""
    return None if values is None else f"[{','.join(str(value) for value in values)}]"
