"""Answers about skeletons that are kept are the same as those made anew, whatever was edited."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catmaid_server.db.store import Store
from catmaid_server.domain.news.project_news import News
from catmaid_server.http.kept_answers import KeptAnswers
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.edit_kinds import EDITS, HISTORY_EDITS, Editor, new_editor
from tests.helpers.service import Service
from tests.helpers.sizes import at_size, long_if_full

pytestmark = long_if_full

ALL_KEPT = {f"with_{part}": "true" for part in ("connectors", "tags", "reviews", "user_info", "edition_times")} | {
    "ordered": "true"
}


@pytest.fixture(scope="module")
async def editor(module_service: Service) -> Editor:
    made = await new_editor(module_service)
    await made.walk(120)
    return made


@pytest.fixture
def tracer(editor: Editor) -> Tracer:
    return Tracer(editor.actors[0], editor.store, editor.project_id)


async def detail(tracer: Tracer, skeleton_id: int) -> Any:
    """What is answered of a skeleton, the same as with annotations, which are read anew."""
    path = f"skeletons/{skeleton_id}/compact-detail"
    found = await tracer.get(path, **ALL_KEPT)
    anew = await tracer.get(path, **ALL_KEPT, with_annotations="true")
    assert found[:4] == anew[:4]
    return found


@settings(
    max_examples=at_size(ci=15, full=500),
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    edits=st.lists(
        st.tuples(st.sampled_from([*EDITS, *HISTORY_EDITS, *["link", "join", "split"] * 5]), st.integers(0, 2**16)),
        min_size=4,
        max_size=10,
    )
)
async def test_they_are_the_same_after_any_edit(editor: Editor, tracer: Tracer, edits: list[tuple[str, int]]) -> None:
    for kind, choice in edits:
        editor.random = random.Random(choice)
        await editor.edit(kind)
        rows = await tracer.rows("SELECT id FROM skeleton WHERE project_id = %s", editor.project_id)
        for (skeleton_id,) in editor.random.sample(rows, min(len(rows), 8)):
            await detail(tracer, skeleton_id)


async def test_what_they_tell_is_told_anew_when_it_changes(tracer: Tracer) -> None:
    node = await tracer.node()
    skeleton_id = await tracer.skeleton_of(node)
    made = await tracer.post("connector/create", x=1, y=2, z=3, confidence=5)
    connector = made["connector_id"]
    await tracer.post("link/create", from_id=node, to_id=connector, link_type="presynaptic_to", state=UNCHECKED)
    assert [row[3:6] for row in (await detail(tracer, skeleton_id))[1]] == [[1, 2, 3]]
    await tracer.post(
        "node/update",
        **{"c[0][0]": connector, "c[0][1]": 7, "c[0][2]": 8, "c[0][3]": 9, "state": UNCHECKED},
    )
    assert [row[3:6] for row in (await detail(tracer, skeleton_id))[1]] == [[7, 8, 9]]
    await tracer.label(node, "end")
    assert list((await detail(tracer, skeleton_id))[2]) == ["end"]
    await tracer.post(f"node/{node}/reviewed")
    assert [row[0] for row in (await detail(tracer, skeleton_id))[3]] == [node]
    await tracer.post("treenode/delete", treenode_id=node, state=UNCHECKED)
    status, _ = await tracer.refused(f"skeletons/{skeleton_id}/compact-detail")
    assert status == 404


class Asked:
    """Makes answers, and counts them."""

    def __init__(self, *, is_lasting: bool = True) -> None:
        self.times = 0
        self._is_lasting = is_lasting

    async def __call__(self) -> tuple[bytes, bool]:
        self.times += 1
        return b"answer", self._is_lasting


@pytest.fixture
async def skeleton_id(tracer: Tracer) -> int:
    return await tracer.skeleton_of(await tracer.node())


async def times_made(store: Store, project_id: int, skeleton_id: int, kept: KeptAnswers, made: Asked) -> int:
    assert await kept.find(store, project_id, skeleton_id, "all", made) == b"answer"
    return made.times


async def test_only_what_changed_is_made_again(editor: Editor, tracer: Tracer, skeleton_id: int) -> None:
    kept, made, key = KeptAnswers(10_000, News()), Asked(), (editor.project_id, skeleton_id)
    assert [await times_made(editor.store, *key, kept, made) for _ in range(2)] == [1, 1]
    await tracer.node()
    assert await times_made(editor.store, *key, kept, made) == 1
    ((root,),) = await tracer.rows("SELECT id FROM treenode WHERE skeleton_id = %s", skeleton_id)
    await tracer.node(root)
    assert [await times_made(editor.store, *key, kept, made) for _ in range(2)] == [2, 2]


@pytest.mark.parametrize(
    ("capacity", "is_lasting"), [(0, True), (100, True), (10_000, False)], ids=["none", "too little", "not lasting"]
)
async def test_what_cannot_be_kept_is_made_each_time(
    editor: Editor, skeleton_id: int, capacity: int, is_lasting: bool
) -> None:
    kept, made = KeptAnswers(capacity, News()), Asked(is_lasting=is_lasting)
    times = [await times_made(editor.store, editor.project_id, skeleton_id, kept, made) for _ in range(3)]
    assert times == [1, 2, 3]


async def test_what_is_committed_meanwhile_is_not_missed(editor: Editor, tracer: Tracer, skeleton_id: int) -> None:
    kept = KeptAnswers(10_000, News())
    ((root,),) = await tracer.rows("SELECT id FROM treenode WHERE skeleton_id = %s", skeleton_id)

    async def disturbed() -> tuple[bytes, bool]:
        await tracer.node(root)
        await kept.find(editor.store, editor.project_id, skeleton_id + 1, "all", Asked())
        return b"old", True

    assert await kept.find(editor.store, editor.project_id, skeleton_id, "all", disturbed) == b"old"
    assert await kept.find(editor.store, editor.project_id, skeleton_id, "all", Asked()) == b"answer"


async def test_nothing_is_kept_of_a_store_that_was_put_back(editor: Editor, tracer: Tracer, skeleton_id: int) -> None:
    """Another version has the number of the newest one that was known."""
    kept, made, key = KeptAnswers(10_000, News()), Asked(), (editor.project_id, skeleton_id)
    await tracer.node()
    assert [await times_made(editor.store, *key, kept, made) for _ in range(2)] == [1, 1]
    async with editor.store.reading() as other:
        newest = "(SELECT max(id) FROM transaction_info)"
        await other.execute(f"UPDATE transaction_info SET time = time + interval '1 ms' WHERE id = {newest}")
    assert [await times_made(editor.store, *key, kept, made) for _ in range(3)] == [2, 3, 3]
