"""A page about the work of a student in a course: scores, comparisons, neurons in space."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from catmaid_jupyter.api.errors import CatmaidError
from catmaid_jupyter.client.comparing.comparison import NeuronComparison
from catmaid_jupyter.client.courses.course_tables import NOT_BEGUN, CourseState, message_table, neuron_name
from catmaid_jupyter.client.courses.scoring import Scoring
from catmaid_jupyter.publishing.page import PageText, page, rows_of_views
from catmaid_jupyter.publishing.publishing import page_views, require_folder, saved_views, write_page
from catmaid_jupyter.publishing.saved_models import shown_widgets

if TYPE_CHECKING:
    from catmaid_jupyter.client.courses.course import Course

_GOLD: Final = "the gold neuron"
_SHARES: Final = {
    "score": "Score",
    "recall": "Recall",
    "precision": "Precision",
    "synapse_recall": "Synapse recall",
    "synapse_precision": "Synapse precision",
}
_COUNTS: Final = {"missed_branches": "Missed branches", "extra_branches": "Extra branches"}
_STATUSES: Final = {NOT_BEGUN: "not begun", "done": "handed in"}
"""Those that people call otherwise."""
_NONE: Final = "\N{EN DASH}"
_COLORS: Final = "Grey: both have it. Orange: missed. Blue, dashed: extra."
_BRANCHES: Final = {"length": "Length (nm)", "x": "x", "y": "y", "z": "z"}
_MOST_BRANCHES: Final = 20


def publish_report(
    course: Course,
    state: CourseState,
    student: dict[str, Any],
    path: str | PathLike[str],
    *,
    with_gold: bool,
    limit_mb: float,
    options: Mapping[str, Any],
) -> Path:
    """Write the report about a student; see `Course.report`."""
    file = Path(path)
    require_folder(file)
    own = replace(
        state,
        students=[student],
        assignments=[one for one in state.assignments if one["student_id"] == student["id"]],
        messages=[one for one in state.messages if one["student_id"] == student["id"]],
    )
    scoring = Scoring(own, course.project, options)
    skeletons = [one["skeleton_id"] for one in own.assignments if one["skeleton_id"] is not None]
    rows = shown_widgets([course.project.viewer3d(skeletons, height=480)] if skeletons else [])
    views = saved_views([widget for row in rows for widget in row])
    messages = message_table(own)
    parts = [
        _table(_overview(scoring.table())),
        rows_of_views(page_views(rows)),
        *(_about_neuron(scoring, student, seed, messages, with_gold=with_gold) for seed in state.seeds),
    ]
    words = PageText(f"{course.name}: {student['full_name'] or student['username']}", "", views.left_out, views.date)
    return write_page(file, page("\n".join(parts), words, views.pack), views, limit_mb)


def _about_neuron(
    scoring: Scoring, student: dict[str, Any], seed: dict[str, Any], messages: pd.DataFrame, *, with_gold: bool
) -> str:
    """What is told of one neuron: the comparison, or why there is none, and what was said."""
    said = messages[messages["seed_id"] == seed["id"]]
    parts = [f"<h2>{html.escape(neuron_name(seed, student))}</h2>", _paragraph(seed["task"])]
    try:
        parts += _compared(replace(scoring.comparison(student, seed), gold=_GOLD), with_gold=with_gold)
    except CatmaidError as error:
        parts.append(_paragraph(error.message))
    parts += [_paragraph(f"{row.author}: {row.text}") for row in said.itertuples()]
    return "".join(parts)


def _compared(found: NeuronComparison, *, with_gold: bool) -> list[str]:
    parts = [_paragraph(found.sentence)]
    if not with_gold:
        return parts
    parts += [found.picture(), _paragraph(_COLORS)]
    for title, branches in (("Missed", found.missed), ("Extra", found.extra)):
        if len(branches):
            shown = branches[list(_BRANCHES)].head(_MOST_BRANCHES).rename(columns=_BRANCHES)
            parts += [_paragraph(f"{title} branches, the longest first:"), _table(shown.round().astype("int64"))]
    return parts


def _overview(scores: pd.DataFrame) -> pd.DataFrame:
    """The scores as people read them; what was not compared has none."""
    is_compared = scores["note"] == ""
    late = scores["is_late"].map({True: " (late)", False: ""})
    shown: dict[str, Any] = {"Neuron": scores["neuron"], "Status": scores["status"].replace(_STATUSES)}
    shown["Handed in (UTC)"] = (scores["handed_in"].dt.strftime("%Y-%m-%d %H:%M") + late).fillna(_NONE)
    for column, title in _SHARES.items():
        shown[title] = scores[column].map(lambda share: _NONE if pd.isna(share) else f"{100 * share:.0f} %")
    for column, title in _COUNTS.items():
        shown[title] = scores[column].where(is_compared, _NONE)
    return pd.DataFrame({**shown, "Nodes": scores["nodes"], "Minutes": scores["minutes"].round().astype("int64")})


def _table(rows: pd.DataFrame) -> str:
    return f'<div class="cj-table" tabindex="0">{rows.to_html(index=False, border=0, justify="left")}</div>'


def _paragraph(text: str) -> str:
    return f"<p>{html.escape(text)}</p>" if text.strip() else ""
