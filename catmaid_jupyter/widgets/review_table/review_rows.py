"""Rows of the review table: percentages, reviewers, the last review, and what changed since."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.frames import COUNT, ID, TEXT, TIME, FrameSchema, as_time, frame
from catmaid_jupyter.client.reviews.review_status import read_summary, status_table, user_names
from catmaid_jupyter.client.reviews.review_tables import change_table

_NAMED: Final = 12
"""Reviewers of a skeleton that are named."""
_EVER: Final = 1970
"""Who is trusted from this year on is trusted in all reviews."""

REVIEW_ROWS: Final[FrameSchema] = {
    "skeleton_id": ID,
    "name": TEXT,
    "nodes": COUNT,
    "segments": COUNT,
    "own_percent": "float64",
    "team_percent": "float64",
    "union_percent": "float64",
    "reviewers": TEXT,
    "last": TIME,
    "changed": COUNT,
}


async def review_rows(place: Place, names: Mapping[int, str]) -> pd.DataFrame:
    """A row for each skeleton, in the order of the names; see `ReviewTable.table`."""
    ids = list(names)
    if not ids:
        return frame({name: [] for name in REVIEW_ROWS}, REVIEW_ROWS)
    status, summary, changes, users = await asyncio.gather(
        status_table(place, ids), read_summary(place, ids), change_table(place, ids), user_names(place.http)
    )
    shares = pd.DataFrame(summary.shares, columns=["skeleton_id", "reviewer_id", "nodes", "last"])
    shares["last"] = as_time(shares["last"].tolist())
    by_skeleton = {int(str(one)): rows for one, rows in shares.groupby("skeleton_id")}
    sizes = dict(zip(ids, status["nodes"].tolist(), strict=True))
    changed = changes.groupby("skeleton_id")["treenode_id"].nunique()
    columns = {
        **status,
        "name": [names[one] for one in ids],
        "segments": [summary.segments.get(one, 0) for one in ids],
        "reviewers": [_reviewers(by_skeleton.get(one), sizes[one], users) for one in ids],
        "last": [by_skeleton[one]["last"].max().isoformat() if one in by_skeleton else None for one in ids],
        "changed": [int(changed.get(one, 0)) for one in ids],
    }
    return frame(columns, REVIEW_ROWS)


def _reviewers(rows: pd.DataFrame | None, nodes: int, users: Mapping[int, str]) -> str:
    """As in "ana 40.0 %, ben 10.0 %": who has reviewed the most comes first."""
    if rows is None:
        return ""
    most = rows.sort_values("nodes", ascending=False, kind="stable")
    named = [
        f"{users.get(reviewer, str(reviewer))} {100 * count / max(nodes, 1):.1f} %"
        for reviewer, count in zip(most["reviewer_id"][:_NAMED], most["nodes"][:_NAMED], strict=True)
    ]
    more = len(most) - len(named)
    return ", ".join([*named, *([f"{more} more"] if more else [])])


def team_text(team: Sequence[tuple[str, pd.Timestamp]]) -> str:
    """A team as people write it, as in "ana, ben since 2026-01-01"."""
    return ", ".join(name if since.year <= _EVER else f"{name} since {since:%Y-%m-%d}" for name, since in team)


def team_of_text(text: str) -> dict[str, str | None]:
    """The days from which on reviews count, by name, of a team as people write it."""
    members = [member.split(" since ") for member in text.split(",") if member.strip()]
    return {name.strip(): since[0].strip() if since else None for name, *since in members}
