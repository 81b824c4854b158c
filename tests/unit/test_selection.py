"""Selections as users hold them: set algebra, indexing, colours, subscriptions, following, and what pages do."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound, Unreachable
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.client.project import Project, ProjectHome
from catmaid_jupyter.client.selection import Selection, SelectionChange
from catmaid_jupyter.client.selection.colors import MISSING, colors_by, text_of
from catmaid_jupyter.model.selection import PALETTE, SkeletonFlag
from catmaid_jupyter.widgets.rpc import methods_of
from catmaid_jupyter.widgets.selection_model.delta_messages import delta_of, message_of

NAMES = {17: "PN 17", 18: "PN 18", 19: "KC <b>19</b>"}


class FakeHttp:
    """A CATMAID server with the skeletons 17, 18 and 19."""

    url = "http://catmaid.example/"
    server = url
    database, username, honours_keys = "f00d", "ana", True

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_away = False

    def same_access(self, other: object) -> bool:
        return self is other

    async def read_json(self, method: str, path: str, *, form: Any = None, params: Any = None) -> Any:
        self.asked.append(path)
        if self.is_away:
            raise Unreachable("No answer.")
        ids = [key for values in (form or {}).values() if isinstance(values, list) for key in values if key < 90]
        answers: dict[str, Callable[[], Any]] = {
            "3/skeleton/neuronnames": lambda: {str(key): NAMES.get(key, f"neuron {key}") for key in ids},
            "3/neurons/from-models": lambda: {str(key): key + 100 for key in ids},
            "3/skeletons/summary": lambda: {str(k): {"num_nodes": k * 10, "cable_length": k * 1000.0} for k in ids},
            "3/skeletons/review-status": lambda: {str(key): [key * 10, key] for key in ids},
            "3/skeletons/connectivity-counts": lambda: {
                "relations": {"7": "presynaptic_to", "8": "postsynaptic_to", "9": "abutting"},
                "connectivity": {"17": {"7": 3, "8": 1, "9": 5}},
            },
            "user-list": lambda: [{"id": 1, "login": "ana"}],
            "3/skeleton/annotationlist": lambda: {
                "skeletons": {"17": {"annotations": [{"id": 2, "uid": 1}, {"id": 1, "uid": 1}]}},
                "annotations": {"1": "PN", "2": "DA1"},
            },
        }
        return answers[path]()


class FakeInstance:
    url = FakeHttp.url
    capabilities: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.http = cast("Http", FakeHttp())

    def submit(self, coro: Any) -> Future[Any]:
        return loop.submit(coro)


class FakeProject(Project):
    """Notes what its selections ask it to do."""

    def __init__(self, instance: ProjectHome, project_id: int = 3) -> None:
        super().__init__(instance, project_id, "VNC")
        self.done: list[Any] = []

    def on_change(self, changed: Any, on_service: Any = None) -> Callable[[], None]:
        return lambda: None

    def rename_neurons(self, names: Mapping[int, str]) -> None:
        self.done.append(names)


@pytest.fixture
def project() -> FakeProject:
    return FakeProject(cast("ProjectHome", FakeInstance()))


@pytest.fixture
def found(project: FakeProject) -> Selection:
    return Selection(project, [17, 18, 19], colors={17: "red", 18: "#00ff0080"})


def test_sets(found: Selection, project: FakeProject) -> None:
    other = Selection(project, [19, 20], colors="blue")
    assert (found | other).skeleton_ids == [17, 18, 19, 20]
    assert (found & other).skeleton_ids == [19]
    assert (found - other).skeleton_ids == [17, 18]
    assert (found ^ other).skeleton_ids == [17, 18, 20]
    assert (found | other).colors[17] == "#ff0000"
    assert (found | other).colors[20] == "#0000ff"
    assert found.skeleton_ids == [17, 18, 19]
    elsewhere = Selection(FakeProject(project.instance, 4))
    with pytest.raises(InvalidInput, match="different projects"):
        found | elsewhere
    with pytest.raises(InvalidInput, match="Expected a Selection, not list"):
        found & cast("Any", [17])


def test_parts_by_position_name_slice_and_mask(found: Selection) -> None:
    assert found[0].id == found[-3].id == found["PN 17"].id == 17
    assert (found[0].name, found[0].neuron.id) == ("PN 17", 117)
    assert found[1:].skeleton_ids == [18, 19]
    assert found[1:].colors[18] == "#00ff0080"
    assert found[[2, 0]].skeleton_ids == [19, 17]
    assert found[np.array([False, True, False])].skeleton_ids == [18]
    assert found[[]].skeleton_ids == []
    assert [one.name for one in found] == list(NAMES.values())
    assert 17 in found
    assert found[0] in found
    assert 5 not in found
    with pytest.raises(IndexError, match="There is no position 3: the selection has 3 skeletons"):
        found[3]
    with pytest.raises(NotFound, match="No neuron in the selection is called 'PN'"):
        found["PN"]
    with pytest.raises(InvalidInput, match="2 conditions for 3 skeletons"):
        found[[True, False]]
    with pytest.raises(InvalidInput, match=r"not by 1\.5"):
        found[1.5]


def test_the_table_and_conditions_on_it(project: FakeProject) -> None:
    found = Selection(project, [17, 18, 19, 99], colors={17: "red"})
    table = found.table
    assert list(table) == ["id", "name", "nodes", "cable_length", "pre", "post", "review", "annotations", "colour"]
    assert table.iloc[0].tolist() == [17, "PN 17", 170, 17000.0, 3, 1, 10.0, ["DA1", "PN"], "#ff0000"]
    assert table.iloc[3].tolist()[:8] == [99, "", 0, 0.0, 0, 0, 0.0, []]
    assert table.attrs["gone"] == [99]
    assert str(table.dtypes["review"]) == "float64"
    assert found.where(table.nodes > 170).skeleton_ids == [18, 19]
    assert found.where("nodes > 170 and name == 'PN 18'").skeleton_ids == [18]
    assert found.where(lambda rows: rows.pre > 0).skeleton_ids == [17]
    with pytest.raises(InvalidInput, match="is no condition on the table"):
        found.where("size > 3")
    with pytest.raises(NotFound, match="not in the project any more"):
        found[3]


def test_rename_with_a_look_before(found: Selection, project: FakeProject) -> None:
    preview = found.rename(lambda row: str(row["name"]).replace("PN", "DA1"), preview=True)
    assert preview.to_numpy().tolist() == [[17, "PN 17", "DA1 17"], [18, "PN 18", "DA1 18"]]
    assert project.done == []
    found.rename({18: "eighteen"})
    assert project.done == [{18: "eighteen"}]
    assert len(found.rename(lambda row: row["name"])) == 0
    with pytest.raises(InvalidInput, match="for skeleton 17 there is ' '"):
        found.rename({17: " "})
    with pytest.raises(InvalidInput, match="Skeleton 5 is not in the selection"):
        found.rename({5: "five"})
    with pytest.raises(InvalidInput, match=r"names by skeleton id, not str \('eighteen'\)"):
        found.rename("eighteen")  # type: ignore[arg-type]


def test_colours(found: Selection) -> None:
    found.set_colors("orange")
    assert set(found.colors.values()) == {"#ffa500"}
    found.set_colors(["red", "lime"])
    assert list(found.colors.values()) == ["#ff0000", "#00ff00", "#ff0000"]
    found.set_colors("viridis")
    assert list(found.colors.values()) == ["#440154", "#21918c", "#fde725"]
    found.set_colors("colorblind")
    assert [found.colors[one] for one in (17, 18, 19)] == [text_of(one) for one in PALETTE[:3]]
    found.set_colors(np.array(["red", "lime", "blue"]))
    assert found.colors[19] == "#0000ff"
    found.set_colors(pd.Series({18: "white"}))
    found.set_colors({17: (1, 0.5, 0), 99: "red"})
    assert list(found.colors.values()) == ["#ff8000", "#ffffff", "#0000ff"]
    found.set_colors((1, 0.5, 0, 0.5))
    assert set(found.colors.values()) == {"#ff800080"}
    found.color_by("nodes", palette="gray")
    assert [found.colors[17], found.colors[19]] == ["#000000", "#ffffff"]
    found.color_by(["a", "b", "a"])
    assert found.colors[17] == found.colors[19] != found.colors[18]
    refused: list[tuple[Callable[[], None], str]] = [
        (lambda: found.set_colors("no colour"), "is no colour, .* and no palette"),
        (lambda: found.set_colors(None), "None is no colour"),
        (lambda: found.set_colors(pd.Series(["red", "lime"])), "The index of the Series has 0, 1, none of which"),
        (lambda: found.set_colors({99: "red"}), "The colours are for 99, none of which .* by skeleton id"),
        (lambda: found.set_colors([]), "at least one colour"),
        (lambda: found.set_colors(["red", "rad"]), "'rad' is no colour"),
        (lambda: found.color_by("weight"), "no column 'weight'. There are: id, name"),
        (lambda: found.color_by([1]), "1 values for 3 skeletons"),
        (lambda: found.color_by("nodes", palette="rainbows"), "There is no palette 'rainbows'"),
    ]
    for wrong, sentence in refused:
        with pytest.raises(InvalidInput, match=sentence):
            wrong()


def test_colours_of_values_that_are_missing_or_the_same() -> None:
    numbers = colors_by(pd.Series([1.0, np.nan, 1.0]))
    assert numbers[1] == MISSING != numbers[0] == numbers[2]
    names = colors_by([["a", "b"], [], None])
    assert names[0] != MISSING == names[1] == names[2]
    assert text_of(0x01020304) == "#01020304"


def test_visible_and_selected(found: Selection) -> None:
    found.show(17, only=True)
    assert found.visible.skeleton_ids == [17]
    found.show()
    found.hide([18])
    assert found.visible.skeleton_ids == [17, 19]
    found.select([18, 17])
    assert found.selected.skeleton_ids == [17, 18]
    assert found.selected.selected.skeleton_ids == []
    found.switch("pre", False, [17])
    assert not found.everything().flags[0] & SkeletonFlag.PRE
    with pytest.raises(InvalidInput, match="'size' cannot be switched; pre, post"):
        found.switch(cast("Any", "size"), True)
    found.active = 18
    found.remove(18)
    assert found.active is None
    with pytest.raises(InvalidInput, match="Skeleton 18 is not in the selection"):
        found.active = 18
    found.clear()
    assert not found


def test_subscribers_are_told_in_order_and_of_what_they_asked_for(found: Selection) -> None:
    everything: list[SelectionChange] = []
    added: list[SelectionChange] = []

    def react(change: SelectionChange) -> None:
        everything.append(change)
        if change.what == "added":
            found.select(change.skeleton_ids)

    stop = found.on_change(react)
    found.on_change(added.append, what="added")
    found.on_change(cast("Any", lambda: None))  # fails, which keeps nothing from the others
    found.add([20])
    found.active = 20
    stop()
    found.add([21])
    assert [(one.what, one.skeleton_ids) for one in everything] == [
        ("added", [20]),
        ("selected", [20]),
        ("active", [20]),
    ]
    assert [one.skeleton_ids for one in added] == [[20], [21]]
    with pytest.raises(InvalidInput, match="no changes of kind 'moved'"):
        found.on_change(react, what=cast("Any", "moved"))


def test_one_selection_follows_another(found: Selection, project: FakeProject) -> None:
    twin = Selection(project, [1]).follow(found)
    chosen = Selection(project, [1]).follow(found, what="selected")
    grown = Selection(project, [1]).follow(found, what="added")
    found.add([20])
    found.remove(17)
    found.select([18, 20])
    found.set_colors("red")
    found.active = 20
    assert (twin.skeleton_ids, twin.colors, twin.active) == (found.skeleton_ids, found.colors, 20)
    assert (chosen.skeleton_ids, set(chosen.colors.values())) == ([18, 20], {"#ff0000"})
    assert grown.skeleton_ids == [1, 20]
    found.follow(twin)
    twin.remove(20)
    assert found.skeleton_ids == twin.skeleton_ids == [18, 19]
    twin.unfollow(found)
    found.unfollow()
    found.add([30])
    assert 30 not in twin
    with pytest.raises(InvalidInput, match="cannot follow itself"):
        found.follow(found)
    with pytest.raises(InvalidInput, match="cannot follow 'moved'"):
        twin.follow(found, what=cast("Any", "moved"))


def test_a_follower_that_nobody_has_is_forgotten(found: Selection, project: FakeProject) -> None:
    follower = weakref.ref(Selection(project).follow(found))
    gc.collect()
    assert follower() is None
    found.add([20])
    assert len(found._listeners) == 0


def test_html_tells_names_as_they_are_and_that_the_service_is_away(found: Selection, project: FakeProject) -> None:
    shown = found._repr_html_()
    assert "KC &lt;b&gt;19&lt;/b&gt;" in shown
    assert "Selection of 3 skeletons" in shown
    bundle = found._repr_mimebundle_()
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == found.widget.model_id
    assert bundle["text/plain"] == "<Selection of 3 skeletons in 'VNC'>"
    cast("FakeHttp", project.instance.http).is_away = True
    assert "No answer." in found._repr_html_()


async def test_a_page_changes_the_selection_and_is_told_of_every_change(
    found: Selection, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[Any, Any]] = []
    model = found.model
    monkeypatch.setattr(model, "send", lambda content, buffers=None: sent.append((content, buffers)))
    assert model.count == 3
    state = await methods_of(model)["state"]({})
    assert delta_of(state.result, state.buffers).skeleton_ids.tolist() == [17, 18, 19]

    ids, flags = np.array([18], "<i4").tobytes(), np.array([SkeletonFlag.SELECTED], "|u1").tobytes()
    content = {"col": "flags", "from": 0, "rev": 1, "mask": 2, "active": None}
    message = {"delta": content, "page": "p", "seq": 4}
    model._message_received(model, message, [ids, b"", flags])
    assert found.selected.skeleton_ids == [18]
    assert (sent[0][0]["page"], sent[0][0]["seq"], sent[0][0]["delta"]["rev"]) == ("p", 4, found.revision)
    model._message_received(model, message, [ids, b"", flags])
    assert sent[1][0] == {"unchanged": {"page": "p", "seq": 4}}
    model._message_received(model, {"delta": {"col": "active", "active": 5}, "page": "p", "seq": 5}, None)
    assert "Skeleton 5 is not in the selection" in sent[2][0]["refused"]["message"]
    for wrong in ({"col": "size"}, {"col": "added"}):
        model._message_received(model, {"delta": wrong, "page": "p", "seq": 6}, [b"abc"])
        assert "refused" in sent[-1][0]
    found.add([20])
    assert (sent[-1][0]["delta"]["col"], model.count) == ("added", 4)
    added = delta_of(sent[-1][0]["delta"], sent[-1][1])
    assert message_of(added) == (sent[-1][0]["delta"], sent[-1][1])
    model.close()
    found.add([21])
    assert found.model is not model
