"""The review table's kernel side, and what a page gets to walk through a review."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.project import ProjectHome
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.edits.reviews import ResetReviews
from catmaid_jupyter.widgets import ReviewTable
from catmaid_jupyter.widgets.review_table.review_rows import team_of_text, team_text
from catmaid_jupyter.widgets.rpc import methods_of
from catmaid_jupyter.widgets.tracing_layer.review_walk import ANYBODY, OWN, TEAM, review_walk
from tests.helpers.table_content import decoded
from tests.unit.test_selection import FakeHttp, FakeInstance, FakeProject
from tests.unit.test_selection_table import FakeViewer

DAY = "2026-02-03T12:00:00Z"
SEGMENTS = [
    {"id": 0, "sequence": [
        {"id": 7, "x": 1.0, "y": 2.0, "z": 3.0, "rids": [[1, "2026-02-03T12:00:00.000Z"]], "sup": [[0, 40], [1, 5]]},
        {"id": 5, "x": 4.0, "y": 5.0, "z": 60.0, "rids": [[2, "2026-02-01T00:00:00.000Z"]], "sup": []},
    ]},
    {"id": 1, "sequence": [
        {"id": 9, "x": 0.0, "y": 0.0, "z": 0.0, "rids": [[2, "2025-12-31T00:00:00.000Z"]], "sup": []},
        {"id": 5, "x": 4.0, "y": 5.0, "z": 60.0, "rids": [[2, "2026-02-01T00:00:00.000Z"]], "sup": []},
    ]},
]  # fmt: skip


class ReviewedHttp(FakeHttp):
    """Ana (1) has reviewed 17 in part, and trusts ben (2) from 2026 on; nothing of 18 is reviewed; 98 is gone."""

    has_token = True

    def __init__(self) -> None:
        super().__init__()
        self.permissions: dict[str, list[int]] = {"can_annotate": [3], "can_annotate_with_token": [3]}
        self.sent: list[tuple[str, Any]] = []

    async def read_json(self, method: str, path: str, *, form: Any = None, params: Any = None) -> Any:
        answers: dict[str, Callable[[], Any]] = {
            "user-list": lambda: [{"id": 1, "login": "ana"}, {"id": 2, "login": "ben"}],
            "accounts/login": lambda: {"userid": 1, "username": "ana"},
            "permissions": lambda: [self.permissions, []],
            "3/skeletons/review-status": lambda: self._status(form),
            "3/skeletons/review-summary": lambda: self._summary(form["skeleton_ids"]),
            "3/skeletons/review-changes": lambda: self._changes(form["skeleton_ids"]),
            "3/user/reviewer-whitelist": lambda: [{"reviewer_id": 2, "accept_after": "2026-01-01T00:00:00Z"}],
            "3/skeletons/17/review": lambda: SEGMENTS,
            "3/node/list": lambda: [[[5, None, 4.0, 5.0, 60.0, 5, -1.0, 17, 0.0, 1]], [], {}, False, {}],
        }
        if path in answers:
            return answers[path]()
        if path.endswith("/review"):
            raise NotFound("No such skeleton.")
        return await super().read_json(method, path, form=form, params=params)

    def _status(self, form: Any) -> Any:
        done = {"user_ids": 17, "whitelist": 34}.get(next(iter(form.keys() - {"skeleton_ids"}), ""), 85)
        return {str(one): [one * 10, done if one == 17 else 0] for one in form["skeleton_ids"]}

    def _summary(self, ids: Any) -> Any:
        self.asked.append(f"summary of {list(ids)}")
        shares = {17: [[1, 17, DAY], [2, 68, "2026-02-01T00:00:00Z"]]}
        return {str(one): {"segments": 4, "reviewers": shares.get(one, [])} for one in ids}

    def _changes(self, ids: Any) -> Any:
        one = {
            "skeleton_id": 17, "treenode_id": 5, "reviewer_id": 1, "review_time": DAY, "change": "moved",
            "user_id": 2, "time": "2026-02-04T00:00:00Z",
        }  # fmt: skip
        return {name: [value] if 17 in ids else [] for name, value in one.items()}

    async def request(self, method: str, path: str, **options: Any) -> Any:
        self.sent.append((path, options.get("form")))


class ReviewedProject(FakeProject):
    def __init__(self) -> None:
        instance = FakeInstance()
        instance.http = cast("Any", ReviewedHttp())
        instance.capabilities = frozenset({"history"})
        super().__init__(cast("ProjectHome", instance))

    @property
    def http(self) -> ReviewedHttp:
        return cast("ReviewedHttp", self.instance.http)


class ReviewLayer:
    def __init__(self) -> None:
        self.begun: list[int] = []

    def has_trait(self, _name: str) -> bool:
        return False

    def review(self, skeleton_id: int) -> None:
        self.begun.append(skeleton_id)


@pytest.fixture
def project() -> ReviewedProject:
    return ReviewedProject()


@pytest.fixture
def table(project: ReviewedProject) -> Iterator[ReviewTable]:
    made = project.review_table(Selection(project, [17, 18]))
    yield made
    made.close()


async def ask(table: ReviewTable, method: str, **params: Any) -> Any:
    return await methods_of(table)[method](params)


def test_a_row_says_who_has_reviewed_how_much(table: ReviewTable) -> None:
    first, second = table.table.to_dict("records")
    assert first == {
        "skeleton_id": 17, "name": "PN 17", "nodes": 170, "segments": 4, "own_percent": 10.0, "team_percent": 20.0,
        "union_percent": 50.0, "reviewers": "ben 40.0 %, ana 10.0 %", "last": pd.Timestamp(DAY), "changed": 1,
    }  # fmt: skip
    assert (second["union_percent"], second["reviewers"], second["changed"]) == (0.0, "", 0)
    assert pd.isna(second["last"])


async def test_only_what_changed_is_read_again(table: ReviewTable, project: ReviewedProject) -> None:
    content = decoded(await ask(table, "rows"))
    assert [column["title"] for column in content["shown"]][:2] == ["Neuron", "Skeleton"]
    table._changed({"skeleton_ids": [18, 99]})
    await ask(table, "rows")
    table._changed({"skeleton_ids": None})
    await ask(table, "rows")
    await ask(table, "rows")
    asked = [one for one in project.http.asked if one.startswith("summary")]
    assert asked == ["summary of [17, 18]", "summary of [18]", "summary of [17, 18]"]


async def test_what_changes_while_rows_are_read_is_read_again(table: ReviewTable, project: ReviewedProject) -> None:
    reading = asyncio.ensure_future(ask(table, "rows"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    table._changed({"skeleton_ids": [17]})
    await reading
    await ask(table, "rows")
    assert project.http.asked[-1] != "summary of [17, 18]"
    assert "summary of [17]" in project.http.asked


async def test_a_review_begins_in_the_viewer(table: ReviewTable, project: ReviewedProject) -> None:
    await ask(table, "rows")
    with pytest.raises(InvalidInput, match="There is no viewer to review in"):
        await ask(table, "jump", key=17, turn=0)
    viewer: Any = FakeViewer(project)
    table.viewer = viewer
    with pytest.raises(InvalidInput, match="has no tracing layer"):
        await ask(table, "jump", key=17, turn=0)
    layer = ReviewLayer()
    viewer.layers = [layer]
    assert (await ask(table, "jump", key=17, turn=0)).startswith("The review of “PN 17” goes on in the viewer")
    assert layer.begun == [17]
    with pytest.raises(NotFound, match="not there any more"):
        await ask(table, "jump", key=98, turn=0)


async def test_own_reviews_are_reset_after_a_question(
    table: ReviewTable, project: ReviewedProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    await ask(table, "rows")
    question = await ask(table, "ask", action="reset", keys=[17, 18])
    assert question["text"] == "Take back your reviews of 17 nodes of 2 neurons? One undo brings them back."
    assert question["value"] is None
    with pytest.raises(NotFound, match="You have reviewed nothing of these"):
        await ask(table, "ask", action="reset", keys=[18])
    applied: list[tuple[Any, Any]] = []

    async def apply(edit: Any, *, group: str) -> None:
        applied.append((edit, group))

    monkeypatch.setattr(project.edits, "apply", apply)
    assert (
        await ask(table, "do", action="reset", keys=[17, 18], value="") == "Your reviews of 2 neurons are taken back."
    )
    assert [edit for edit, _ in applied] == [ResetReviews(17), ResetReviews(18)]
    assert len({group for _, group in applied}) == 1


async def test_the_team_is_chosen(table: ReviewTable, project: ReviewedProject) -> None:
    question = await ask(table, "ask", action="team", keys=[])
    assert question["value"] == "ben since 2026-01-01"
    await ask(table, "do", action="team", keys=[], value="ana, ben since 2026-03-01")
    times = {"1": "1970-01-01T00:00:00Z", "2": "2026-03-01T00:00:00+00:00"}
    assert project.http.sent == [("3/user/reviewer-whitelist", times)]
    with pytest.raises(InvalidInput, match="ben is trusted from a day on"):
        await ask(table, "do", action="team", keys=[], value="ben since soon")
    with pytest.raises(NotFound, match="There is no user 'eve'"):
        await ask(table, "do", action="team", keys=[], value="eve")


def test_a_team_is_read_as_it_is_written() -> None:
    team = [("ana", pd.Timestamp("1970-01-01T00:00Z")), ("ben", pd.Timestamp("2026-01-01T00:00Z"))]
    assert team_text(team) == "ana, ben since 2026-01-01"
    assert team_of_text(team_text(team)) == {"ana": None, "ben": "2026-01-01"}
    assert team_of_text(" , ") == {}


async def test_a_page_gets_the_segments_and_who_has_reviewed_what(project: ReviewedProject) -> None:
    walk = await review_walk(project.place, 17)
    assert walk.result == {
        "skeleton_id": 17, "treenode_id": None, "name": "PN 17", "may_mark": True, "own_in_team": False, "last": 7,
        "suppressed": [(7, 40.0)],
    }  # fmt: skip
    lengths, ids, places, flags = (
        np.frombuffer(part, dtype) for part, dtype in zip(walk.buffers, ("<i4", "<i4", "<f8", "|u1"), strict=True)
    )
    assert lengths.tolist() == [2, 2]
    assert ids.tolist() == [7, 5, 9, 5]
    assert places.reshape(-1, 3)[1].tolist() == [4.0, 5.0, 60.0]
    assert flags.tolist() == [OWN | ANYBODY, TEAM | ANYBODY, ANYBODY, TEAM | ANYBODY]


async def test_the_review_follows_a_node_into_another_skeleton(project: ReviewedProject) -> None:
    walk = await review_walk(project.place, 98, root=5, near=[99, 5])
    assert (walk.result["skeleton_id"], walk.result["treenode_id"]) == (17, 5)
    assert (await review_walk(project.place, 98, root=99, near=[5])).result["treenode_id"] is None
    gone = await review_walk(project.place, 98)
    assert gone.buffers == [b"", b"", b"", b""]


async def test_who_may_only_look_is_known_before(project: ReviewedProject) -> None:
    for permissions, may_mark in (
        ({"can_annotate": [3]}, False),
        ({"can_annotate": [4], "can_annotate_with_token": [3]}, False),
        ({"can_administer": [3]}, True),
        ({}, False),
    ):
        project.http.permissions = permissions
        assert (await review_walk(project.place, 17)).result["may_mark"] is may_mark
