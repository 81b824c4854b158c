"""The search for neurons finds what a look at every neuron finds, in the service and through the client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import numpy as np
import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api import loop
from catmaid_jupyter.api.http import Http, Origin, parse_url
from catmaid_jupyter.client.project import Project
from catmaid_jupyter.model.queries import annotated, nodes, tagged
from catmaid_jupyter.widgets import AnnotationBrowser, NeuronSearch
from catmaid_server.domain.accounts import users
from catmaid_server.domain.search import searched_project
from catmaid_server.domain.search.inside import inside
from catmaid_server.domain.search.neuron_search import find_skeletons
from catmaid_server.domain.space import meshes
from catmaid_wire.natural_order import natural_key
from catmaid_wire.query_text import parse_query
from tests.helpers.search_scene import Scene, combinations, conditions, expected, search_scene
from tests.helpers.service import Service


@pytest.fixture(scope="module")
async def scene(module_service: Service) -> Scene:
    return await search_scene(module_service)


@pytest.fixture(scope="module")
async def projects(scene: Scene) -> AsyncIterator[tuple[Project, Project]]:
    """The project through a connection that knows what the service can do, and through one that does not."""
    http = Http(Origin(parse_url(scene.service.url), scene.service.tracer.token))
    plain = cj.Instance(http, version="2021.12.21", capabilities=frozenset(), username="tracer")
    full = await asyncio.to_thread(cj.connect, scene.service.url, scene.service.tracer.token)
    yield await asyncio.to_thread(full.project, "Test"), await asyncio.to_thread(plain.project, "Test")
    for instance in (full, plain):
        await asyncio.to_thread(instance.close)


async def test_each_condition_and_random_queries_find_what_fits(scene: Scene) -> None:
    leaves = conditions(scene)
    telling = set()
    for text in [*leaves, *combinations(leaves, 60)]:
        fitting = expected(scene, text)
        answer = await scene.search(text)
        assert answer == {"total": len(fitting), "skeleton_ids": fitting, "rows": None, "cut": None}, text
        if 0 < len(fitting) < len(scene.seen):
            telling.add(text)
    assert len(telling & set(leaves)) > 25, "most conditions must tell some neurons from others"


async def test_many_neurons_are_found_as_few_are(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether what is left is looked up one by one or all at once, it is the same."""
    leaves = conditions(scene)
    of_neurons = [text for text in leaves if text.startswith(("annotation:", "name:"))]
    texts = [*leaves, *combinations(leaves, 40), *combinations(of_neurons, 60)]
    async with scene.service.store.reading() as connection:
        for few in (0, 3):
            monkeypatch.setattr(searched_project, "FEW", few)
            for text in texts:
                found = await find_skeletons(
                    connection, scene.service.project_id, parse_query(text), sort_by="id", descending=False
                )
                assert found.tolist() == expected(scene, text), text


async def test_catmaids_servers_are_asked_for_each_condition(scene: Scene, projects: tuple[Project, Project]) -> None:
    full, plain = projects
    leaves = [text for text in conditions(scene) if not text.startswith(("editor:", "volume:"))]

    def story() -> None:
        for text in [*leaves, *combinations(leaves, 10)]:
            fitting = expected(scene, text)
            assert plain.search(text).skeleton_ids == fitting, text
        for text in leaves[:3]:
            assert full.search(text).skeleton_ids == expected(scene, text)
        by_name = [[one.name for one in project.search(sort_by="name", descending=True)] for project in projects]
        assert by_name[0] == by_name[1]
        with pytest.raises(cj.InvalidInput, match="does not tell who edited neurons"):
            plain.search(edited_by="ana")
        with pytest.raises(cj.InvalidInput, match="does not tell which neurons are inside a volume"):
            plain.search(volume="LHN")
        for project in projects:
            with pytest.raises(cj.NotFound, match=r"There is no annotation 'lfet'\. Did you mean 'left'"):
                project.search(annotation="lfet")
            with pytest.raises(cj.NotFound, match="There is no user 'nobody'"):
                project.search(by="nobody")

    await asyncio.to_thread(story)


async def test_keywords_expressions_and_selections(scene: Scene, projects: tuple[Project, Project]) -> None:
    project, _ = projects

    def story() -> None:
        some = project.search(annotation="left", nodes=(2, None), edited_since=date(2020, 1, 1))
        assert some.skeleton_ids == expected(scene, "annotation:left nodes:2..")
        assert project.search(annotated("left") & ~tagged("soma") | nodes(1, 1)).skeleton_ids == expected(
            scene, "(annotation:left -tag:soma) or nodes:1"
        )
        first = project.selection(sorted(scene.seen)[:5])
        ids = ",".join(map(str, first.skeleton_ids))
        assert project.search(partners_of=first, relation="in").skeleton_ids == expected(
            scene, f"partners:{ids}[relation:in]"
        )
        assert project.search(skeletons=first, sort_by="id").skeleton_ids == first.skeleton_ids

    def refusals() -> None:
        with pytest.raises(cj.InvalidInput, match="Did you mean annotation"):
            project.search(anotation="left")  # type: ignore[call-arg]
        with pytest.raises(cj.InvalidInput, match="Say what 'PN' is: annotation:PN"):
            project.search("PN")
        with pytest.raises(cj.InvalidInput, match="not by 'size'"):
            project.search(sort_by="size")

    await asyncio.to_thread(story)
    await asyncio.to_thread(refusals)


async def test_searches_are_kept_by_name(scene: Scene, projects: tuple[Project, Project]) -> None:
    project, plain = projects

    def story() -> None:
        assert project.saved_searches == {}
        project.save_search("left ones", "annotation:left nodes:2..")
        project.save_search("<b>שלום", annotated("left") | tagged("soma"))
        project.save_search("left ones", "annotation:left")
        assert plain.saved_searches == {"<b>שלום": "annotation:left or tag:soma", "left ones": "annotation:left"}
        with pytest.raises(cj.NotAllowed, match="administrators"):
            project.save_search("all", "*", shared=True)
        with pytest.raises(cj.InvalidInput, match="There is no condition"):
            project.save_search("wrong", "anotation:left")
        with pytest.raises(cj.InvalidInput, match="needs a name"):
            project.save_search(" ", "*")
        project.forget_search("left ones")
        assert list(project.saved_searches) == ["<b>שלום"]
        with pytest.raises(cj.NotFound, match="no saved search 'left ones' of yours"):
            project.forget_search("left ones")

    await asyncio.to_thread(story)


async def test_pages_are_cut_in_an_order(scene: Scene) -> None:
    whole = await scene.search("", sort_by="nodes", descending=True)
    sizes = [len(scene.seen[one].nodes) for one in whole["skeleton_ids"]]
    assert sizes == sorted(sizes, reverse=True)
    page = await scene.search("", sort_by="nodes", descending=True, start=2, length=3, with_rows=True)
    assert page["skeleton_ids"] == whole["skeleton_ids"][2:5] == [row["skeleton_id"] for row in page["rows"]]
    total = len(scene.seen)
    assert page["cut"] == f"3 of {total} neurons are listed here; {total - 5} come after these."
    names = await scene.search("", sort_by="name", with_rows=True)
    assert [natural_key(row["name"]) for row in names["rows"]] == sorted(
        natural_key(one.name) for one in scene.seen.values()
    )
    numbered = [row["name"] for row in names["rows"] if row["name"] in ("PN 2", "PN 12", "pn 13")]
    assert list(dict.fromkeys(numbered)) == ["PN 2", "PN 12", "pn 13"]
    for row in names["rows"]:
        one = scene.seen[row["skeleton_id"]]
        assert (row["name"], row["nodes"]) == (one.name, len(one.nodes))
        assert row["cable_length"] == pytest.approx(one.cable)
        known = {annotation_id: name for name, annotation_id in scene.annotation_ids.items()}
        assert row["annotations"] == sorted(known[annotation] for annotation, *_ in one.annotations)
    assert (await scene.search("nodes:..0"))["skeleton_ids"] == []
    for sort_by in ("cable_length", "creator", "creation_time", "edition_time", "id"):
        assert len((await scene.search("", sort_by=sort_by))["skeleton_ids"]) == total


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("annotation:lfet", 404, "There is no annotation 'lfet'. Did you mean 'left'?"),
        ("-annotation:nothing", 404, "There is no annotation 'nothing'."),
        ("tag:some", 404, "There is no tag 'some'. Did you mean 'soma'?"),
        ("volume:LGN", 404, "There is no volume 'LGN'. Did you mean 'LHN'?"),
        ("by:trcer", 404, "There is no user 'trcer'. Did you mean 'tracer'?"),
        ("annotation:left[by:nobody]", 404, "There is no user 'nobody'."),
        ("id:2147483647", 404, "There is no skeleton 2147483647 in this project."),
        ("partners:2147483646,2147483647", 404, "There is no skeleton 2147483646 and 1 more in this project."),
        ("name:/(/", 400, "/(/ is not a valid regular expression: parentheses () not balanced."),
        ("PN", 400, "Say what 'PN' is: annotation:PN, name:PN or tag:PN."),
    ],
)
async def test_what_is_wrong_is_said(scene: Scene, query: str, status: int, message: str) -> None:
    refused, body = await scene.refusal(query)
    assert (refused, body["error"]) == (status, message)


async def test_a_wrong_place_is_named(scene: Scene) -> None:
    _, body = await scene.refusal("tag:soma nodes:x")
    assert body["detail"] == {"start": 15, "end": 16}


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"sort_by": "size"}, "Neurons can be sorted by id, name,"),
        ({"length": -1}, "length is a number of neurons from 0 to 1,000,000"),
        ({"length": 10_001, "with_rows": True}, "length is a number of neurons from 0 to 10,000"),
        ({"start": -1}, "start is not negative"),
    ],
)
async def test_bad_pages_are_refused(scene: Scene, form: dict[str, object], message: str) -> None:
    assert message in (await scene.refusal("", **form))[1]["error"]


async def test_a_regular_expression_takes_bounded_time(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catmaid_server.domain.search.neuron_search.PATIENCE_S", 0.2)
    _, body = await scene.refusal("name:/^(x+)\\1(x+)\\2(x+)\\3x$/")
    assert body["error"].endswith("takes too long: use no back references.")


async def test_a_volume_that_is_open_has_no_inside(scene: Scene) -> None:
    mesh = "[[[0,0,0],[9,0,0],[0,9,0]],[[0,1,2]]]"
    await scene.service.tracer.post(f"/{scene.service.project_id}/volumes/add", type="trimesh", title="open", mesh=mesh)
    assert (await scene.refusal("volume:open"))[1]["error"] == (
        "The volume 'open' is not closed, so that nothing is inside it."
    )


async def test_another_project_is_empty(scene: Scene) -> None:
    other: Any = await scene.service.admin.post("/projects/", title="Elsewhere")
    answer = await scene.service.admin.get(f"/{other['id']}/neurons/search", query="-name:a", with_rows=True)
    assert answer == {"total": 0, "skeleton_ids": [], "rows": [], "cut": None}


def test_inside_a_ball() -> None:
    steps = 40
    phi, theta = np.meshgrid(np.linspace(0, np.pi, steps), np.linspace(0, 2 * np.pi, 2 * steps))
    grid = np.stack([np.sin(phi) * np.cos(theta), np.sin(phi) * np.sin(theta), np.cos(phi)], axis=-1) * 50
    a, b, c, d = grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]
    ball = np.concatenate(
        [np.stack([a, b, c], axis=2).reshape(-1, 3, 3), np.stack([a, c, d], axis=2).reshape(-1, 3, 3)]
    )
    points = np.random.default_rng(1).uniform(-60, 60, (20_000, 3))
    distance = np.linalg.norm(points, axis=1)
    found = inside(ball, points)
    assert found[distance < 49.5].all()
    assert not found[distance > 50].any()
    cube = meshes.box((0, 0, 0), (10, 10, 10))
    assert inside(cube, np.array([[5.0, 5, 5], [5, 5, 11], [2, 2, 2], [-1, 5, 5]])).tolist() == [
        True,
        False,
        True,
        False,
    ]
    assert inside(cube, np.empty((0, 3))).size == 0


async def test_the_widget_answers_its_page(
    scene: Scene, projects: tuple[Project, Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, plain = projects
    monkeypatch.setattr("catmaid_jupyter.widgets.neuron_search.neuron_search.PAGE", 4)

    def story() -> None:
        for one in (project, plain):
            search = NeuronSearch(one, "nodes:2..")
            wanted = {"query": "nodes:2..", "sort_by": "nodes", "descending": True}
            fitting = expected(scene, "nodes:2..")
            rows: list[Any] = []
            start: int | None = 0
            while start is not None:
                page = loop.run(search._page({**wanted, "start": start}))
                rows += page["rows"]
                start = page["next"]
            assert sorted(row["skeleton_id"] for row in rows) == fitting
            assert page["total"] == len(fitting)
            sizes = [row["nodes"] for row in rows]
            assert sizes == sorted(sizes, reverse=True)
            done = loop.run(search._select({"way": "new", "query": "nodes:2.."}))
            assert done == f"selection 1 has {len(fitting):,} neurons now."
            assert loop.run(search._select({"way": "remove", "name": "selection 1", "ids": fitting[:1]})) == (
                f"1 neuron out of selection 1, which has {len(fitting) - 1:,} now."
            )
            with pytest.raises(cj.NotFound, match="There is no selection 'x' here"):
                loop.run(search._select({"way": "add", "name": "x", "ids": fitting}))
            assert loop.run(search._suggestions({"condition": "annotation"})) == sorted(
                scene.annotation_ids, key=str.lower
            )
            search.close()
        with pytest.raises(cj.InvalidInput, match="There is no condition"):
            NeuronSearch(project, "anotation:a")
        with pytest.raises(TypeError, match="Did you mean 'height'"):
            NeuronSearch(project, heigth=3)

    await asyncio.to_thread(story)


async def test_bad_days_are_told(scene: Scene, projects: tuple[Project, Project]) -> None:
    """An empty project, the past, no permission any more, and no service."""
    project, _ = projects
    other: Any = await scene.service.admin.post("/projects/", title="Nothing here")
    store = scene.service.store
    async with store.writing(user_id=1, project_id=other["id"], label="set up") as tx:
        await users.grant(tx, other["id"], "can_browse", to="tracer")

    def empty() -> NeuronSearch:
        search = NeuronSearch(project.instance.project(other["id"]))
        assert loop.run(search._page({"query": "*"})) == {"rows": [], "next": None, "total": 0}
        assert loop.run(AnnotationBrowser(search.project)._tree({})) == []
        past = project.at(project.version)
        assert past.search("annotation:left").skeleton_ids == expected(scene, "annotation:left")
        with pytest.raises(cj.InvalidInput, match="cannot be changed"):
            loop.run(AnnotationBrowser(past)._nest({"name": "left", "parent": "unused"}))
        return search

    def refused(search: NeuronSearch) -> None:
        with pytest.raises(cj.NotAllowed):
            loop.run(search._page({"query": "*"}))
        gone = cj.Instance(
            Http(Origin(parse_url("http://127.0.0.1:9/"), "x")), version="", capabilities=frozenset(), username="x"
        )
        lost = NeuronSearch(gone.known_project(1, "Lost"))
        with pytest.raises(cj.Unreachable):
            loop.run(lost._page({"query": "*"}))
        gone.close()

    search = await asyncio.to_thread(empty)
    async with store.writing(user_id=1, project_id=other["id"], label="set up") as tx:
        await users.take_back(tx, other["id"], "can_browse", of="tracer")
    await asyncio.to_thread(refused, search)


async def test_annotations_are_renamed_and_renamed_back(scene: Scene, projects: tuple[Project, Project]) -> None:
    project, plain = projects

    def story() -> None:
        project.annotate(min(scene.seen), "own")
        annotation_id = int(project.annotations.set_index("name")["id"]["own"])
        browser = AnnotationBrowser(project)
        renamed = loop.run(browser._rename({"id": annotation_id, "name": " <i>mine</i> "}))
        assert renamed == "'own' is called '<i>mine</i>' now."
        assert project.search(annotation="<i>mine</i>").skeleton_ids == [min(scene.seen)]
        assert loop.run(browser._undo({})) == "Undone: rename an annotation."
        assert project.search(annotation="own").skeleton_ids == [min(scene.seen)]
        for name, sentence in (
            ("", "needs a name"),
            ("left", "There is an annotation 'left' already"),
            ("locked", "locks neurons"),
        ):
            with pytest.raises(cj.InvalidInput, match=sentence):
                project.edit.name_annotation(annotation_id, name)
        with pytest.raises(cj.NotAllowed, match="belongs to somebody else"):
            project.edit.name_annotation(scene.annotation_ids["side"], "mine")
        with pytest.raises(cj.NotFound):
            project.edit.name_annotation(2**31 - 1, "mine")
        with pytest.raises(cj.InvalidInput, match="does not rename annotations"):
            plain.edit.name_annotation(annotation_id, "mine")
        assert loop.run(browser._remove({"id": annotation_id, "name": "own"})) == "'own' is taken off 1."

    await asyncio.to_thread(story)


async def test_annotations_do_not_go_in_circles(scene: Scene, projects: tuple[Project, Project]) -> None:
    project, _ = projects

    def story() -> None:
        browser = AnnotationBrowser(project)
        with pytest.raises(cj.InvalidInput, match="cannot be below itself"):
            loop.run(browser._nest({"name": "left", "parent": "left"}))
        with pytest.raises(cj.InvalidInput, match="'left' is below 'side' already"):
            loop.run(browser._nest({"name": "side", "parent": "left"}))
        done = loop.run(browser._select({"annotation": "side", "sub": True, "way": "new"}))
        assert done.startswith("selection 1 has")
        assert browser.selections["selection 1"].skeleton_ids == expected(scene, "annotation:side[sub]")

    await asyncio.to_thread(story)
