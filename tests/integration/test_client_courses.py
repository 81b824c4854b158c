"""Courses in Python: a trainer and a student with their own connections, and scores against gold neurons."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.client.comparing.comparison import BRANCHES
from catmaid_jupyter.client.comparing.synapses import SYNAPSES_COMPARED
from catmaid_jupyter.client.courses.course_tables import BOARD, MESSAGES, WORK
from catmaid_jupyter.client.courses.scoring import GRADES, SCORES
from catmaid_jupyter.client.courses.seed_form import oversights
from catmaid_jupyter.client.courses.student_files import initials_by_user
from tests.helpers.service import Service
from tests.integration.test_client import dtypes_are

NAME = "EM 2027"


def chain(
    project: cj.Project, places: list[tuple[float, float, float]], parent: int | None = None, **form: Any
) -> list[int]:
    nodes: list[int] = []
    for place in places:
        before = nodes[-1] if nodes else parent
        nodes.append(project.edit.create_treenode(*place, parent_id=before, **(form if before is None else {})))
    return nodes


def synapse(project: cj.Project, treenode: int, x: float, relation: str) -> None:
    connector = project.edit.create_connector(x, 0, 50)
    project.edit.create_link(treenode, connector, relation)


def gold_neuron(project: cj.Project) -> cj.Skeleton:
    """10 µm along x, a branch of 3 µm at 5 µm, two synapses."""
    trunk = chain(project, [(0, 0, 0), (5000, 0, 0), (10_000, 0, 0)], neuron_name="gold")
    chain(project, [(5000, 3000, 0)], trunk[1])
    synapse(project, trunk[1], 5000, "presynaptic_to")
    synapse(project, trunk[2], 10_000, "presynaptic_to")
    return project.skeleton(project.neuron("gold").skeleton_ids[0])


async def in_class(service: Service, story: Callable[[cj.Project, cj.Project, cj.Project], None]) -> None:
    """Run a story of a trainer, whose solution the student may not see, and a student."""

    def run() -> None:
        with (
            cj.connect(service.url, service.admin.token) as trainer,
            cj.connect(service.url, service.tracer.token) as student,
        ):
            solution = trainer.create_project("Solution")
            story(trainer.project("Test"), solution, student.project("Test"))

    await asyncio.to_thread(run)


async def test_a_neuron_is_traced_handed_in_scored_and_accepted(service: Service, tmp_path: Path) -> None:
    def story(test: cj.Project, solution: cj.Project, own: cj.Project) -> None:
        course = test.course(NAME)
        roster = tmp_path / "students.csv"
        roster.write_text("username,initials\ntracer,TR\n")
        assert course.add_students(roster)["initials"].tolist() == ["TR"]
        course.describe(instructions="Trace all branches.", confidence_guide="5: sure")
        gold = gold_neuron(solution)
        with pytest.warns(UserWarning, match="is past"):
            course.add_seed(
                level=1, at=(0, 0, 0), name="{initials} 1", task="To both ends", gold=gold, due="2020-03-01"
            )
        course.add_seed(level=2, at=(0, 0, 9000), name="{initials} 2", stop="tissue border")

        mine = own.course(NAME)
        assert (mine.teaches, mine.instructions, mine.confidence_guide) == (False, "Trace all branches.", "5: sure")
        assert dtypes_are(mine.work, WORK)
        assert mine.work["status"].tolist() == ["open", "open"]
        root = mine.begin("TR 1")
        assert own.locate(root) == (0, 0, 0)
        assert own.neuron("TR 1").skeleton_ids
        trunk = chain(own, [(5000, 50, 0), (10_000, 50, 0)], root)
        chain(own, [(5000, -2000, 0)], trunk[0])
        synapse(own, trunk[0], 5100, "presynaptic_to")
        mine.ask("TR 1", "Is this the end?", treenode=trunk[1])
        mine.hand_in("TR 1")
        assert mine.work["status"].tolist() == ["done", "open"]

        scores = course.scores()
        assert dtypes_are(scores, SCORES)
        first, second = (scores.iloc[row] for row in (0, 1))
        assert (first["neuron"], first["status"], first["missed_branches"], first["extra_branches"]) == (
            "TR 1",
            "done",
            1,
            1,
        )
        assert first["missed"] == pytest.approx(2750, abs=70)
        assert first["extra"] == pytest.approx(1750, abs=70)
        assert first["recall"] == pytest.approx((13_000 - first["missed"]) / 13_000)
        assert (first["synapse_recall"], first["synapse_precision"]) == (0.5, 1.0)
        assert first["is_late"]
        assert np.isnan(second["score"])
        assert second["note"] == "'{initials} 2' has no gold neuron: give one by course.add_seed(…, gold=…)."
        grades = course.grades()
        assert dtypes_are(grades, GRADES)
        assert grades["score"].isna().tolist() == [False, True]
        assert grades["score"].iloc[0] == pytest.approx(100 * first["score"], abs=0.1)

        assert course.points("TR", "TR 1", of=10) == pytest.approx(10 * first["score"], abs=0.01)
        assert course.points("TR", "{initials} 2", of=10) == 0

        page = course.report("tracer", tmp_path / "tracer.html", tolerance=100).read_text()
        assert "<h2>TR 1</h2>" in page
        assert "NaN" not in page.partition("<h2>")[0].rpartition("<table")[2]
        for cell in ("<td>handed in</td>", "<td>not begun</td>", " (late)</td>", "<td>100 %</td>"):
            assert cell in page
        assert 'class="cj-missed"' in page
        assert "tracer: Is this the end?" in page
        assert 'class="cj-missed"' not in course.report("TR", tmp_path / "tr.html", with_gold=False).read_text()
        with pytest.raises(cj.NotAllowed):
            mine.report("tracer", tmp_path / "mine.html")

        assert dtypes_are(course.messages, MESSAGES)
        assert course.messages[["author", "neuron", "treenode_id"]].to_numpy().tolist() == [
            ["tracer", "TR 1", trunk[1]]
        ]
        course.give_back("TR", "{initials} 1", "A branch is missing.")
        assert mine.messages["text"].tolist() == ["Is this the end?", "A branch is missing."]
        mine.set_status("TR 1", "working")
        mine.hand_in("TR 1")
        course.accept("tracer", "TR 1")
        board = course.board
        assert dtypes_are(board, BOARD)
        assert board["status"].tolist() == ["accepted", "open"]
        assert "TR 1" in course._repr_html_()

        solution.delete_neurons(gold)
        gone = "The gold neuron of '{initials} 1' is gone, or in a project that you may not browse: "
        assert course.scores()["note"].iloc[0].startswith(gone)
        with pytest.warns(
            UserWarning, match="1 handed-in neuron has no score, such as 'TR 1' of tracer: The gold neuron"
        ):
            assert course.grades()["score"].isna().all()
        assert html.escape(gone) in course.report("TR", tmp_path / "gone.html").read_text()

    await in_class(service, story)


async def test_students_and_strangers_are_told_what_they_may_not(service: Service) -> None:
    def story(test: cj.Project, solution: cj.Project, own: cj.Project) -> None:
        with pytest.raises(cj.NotFound, match="You learn in no course 'EM 2027'"):
            own.course(NAME)
        course = test.course(NAME)
        assert test.courses["teaches"].tolist() == [True]
        assert own.courses.empty
        course.add_students(["tracer"])
        course.add_seed(level=1, at=(0, 0, 0), name="{initials} 1", gold=gold_neuron(solution))
        mine = own.course(NAME)
        for forbidden in ("seeds", "board", "students"):
            with pytest.raises(cj.NotAllowed):
                getattr(mine, forbidden)
        for forbidden in ("scores", "grades"):
            with pytest.raises(cj.NotAllowed):
                getattr(mine, forbidden)()
        assert "gold_skeleton_id" not in mine.work
        with pytest.raises(cj.NotFound, match="has no seed 'TR 9'"):
            mine.begin("TR 9")
        with pytest.raises(cj.InvalidInput, match="A due date is written as 2027-03-01"):
            course.add_seed(level=1, at=(0, 0, 0), name="x", due="soon")
        with pytest.raises(cj.InvalidInput, match="There is no file 'nobody'"):
            course.add_students("nobody")
        course.remove_seed("{initials} 1")
        assert course.seeds.empty
        course.remove_student("tracer")
        assert own.courses.empty
        with pytest.warns(UserWarning, match=r"The course 'EM 2072' is new\. Did you mean 'EM 2027'\?.*course\.delete"):
            mistyped = test.course("EM 2072")
        mistyped.delete()
        assert test.courses["name"].tolist() == [NAME]
        with pytest.raises(cj.NotFound):
            mistyped.delete()

    await in_class(service, story)


async def test_a_hand_in_is_shown_beside_gold_to_those_who_may_see_both(service: Service) -> None:
    def story(test: cj.Project, solution: cj.Project, own: cj.Project) -> None:
        course = test.course(NAME)
        course.add_students({"tracer": "TR"})
        course.add_seed(level=1, at=(0, 0, 0), name="{initials} 1", gold=gold_neuron(solution))
        course.add_seed(level=1, at=(0, 0, 0), name="{initials} 2")
        with pytest.raises(cj.InvalidInput, match="'TR 1' was not begun"):
            course.review("TR", "TR 1")
        mine = own.course(NAME)
        root = mine.begin("TR 1")
        trunk = chain(own, [(5000, 0, 0), (10_000, 0, 0)], root)
        synapse(own, trunk[0], 5100, "presynaptic_to")
        mine.hand_in("TR 1")

        review = course.review("TR", "TR 1", tolerance=200)
        content = review.panel.content
        assert (content["neuron"], content["status"]) == ("TR 1", "done")
        told = [(one["kind"], one["what"], one["place"][0]) for one in content["differences"]]
        assert told == [("missed", "branch", 5000), ("missed", "presynaptic_to", 10_000)]
        assert [one["treenode_id"] for one in content["differences"]] == trunk
        gold_layer, own_layer = (one.layers[0] for one in (review.gold_viewer, review.viewer))
        assert (gold_layer.project, own_layer.project) == (solution, test)
        for layer in (gold_layer, own_layer):
            assert (layer.read_only, layer.presence, layer.shown_neurons) == (True, False, "selection")
        assert review.gold_viewer.link_group == review.viewer.link_group != ""
        own_layer.active_node = trunk[0]
        assert gold_layer.active_node is None  # ids of another project
        assert [one["name"] for one in review.viewer3d.volumes] == ["gold", "within 200 nm"]
        assert review.viewer3d.selection.skeleton_ids == [own_layer.selection.skeleton_ids[0]]

        for seed, refused in (("TR 1", cj.NotAllowed), ("TR 2", cj.NotAllowed)):
            with pytest.raises(refused):
                mine.review("TR", seed)
        mine.begin("TR 2")
        with pytest.raises(cj.InvalidInput, match="has no gold neuron"):
            course.review("TR", "TR 2")
        # A trainer who may not browse the project of the gold neuron sees nothing of it.
        test.grant("tracer", "can_administer")
        helper = own.course(NAME)
        for reading in (helper.review, helper.compare):
            with pytest.raises(cj.NotFound, match="in a project that you may not browse"):
                reading("TR", "TR 1")

    await in_class(service, story)


async def test_oversights_are_told_and_nonsense_is_refused(service: Service) -> None:
    def story(test: cj.Project, solution: cj.Project, own: cj.Project) -> None:
        course = test.course(NAME)
        course.add_students({"tracer": "TR"})
        seed: dict[str, Any] = {"level": 1, "at": (0, 0, 0), "name": "{initials} 1"}
        course.add_seed(**seed, gold=gold_neuron(solution))
        for wrong, why in (
            ({"name": "{initial} 1"}, "Nothing stands for '{initial}'"),
            ({"level": "one"}, "A level is a whole number"),
            ({"due": 5}, "A due date is written as"),
            ({"gold": "gold"}, "is given as one: gold=project.neuron"),
        ):
            with pytest.raises(cj.InvalidInput, match=why):
                course.add_seed(**seed | wrong)
        with pytest.warns(UserWarning, match="All students will call this neuron 'mine'"):
            course.add_seed(**seed | {"name": "mine", "level": 2})
        with pytest.warns(UserWarning, match="is past"):
            course.add_seed(**seed | {"due": "2020-01-01", "level": 3})
        for read in (course.scores, course.grades, lambda **options: course.compare("TR", "mine", **options)):
            with pytest.raises(cj.InvalidInput, match="has no option 'tol': there are tolerance"):
                read(tol=100)
            with pytest.raises(cj.InvalidInput, match="tolerance is a number"):
                read(tolerance="narrow")
        with pytest.raises(cj.NotFound, match="You teach 'EM 2027' and do not learn in it"):
            course.begin("mine")

        mine = own.course(NAME)
        for teaching in (mine.scores, mine.delete, lambda: mine.students, lambda: mine.accept("TR", "mine")):
            with pytest.raises(cj.NotAllowed, match="for the trainers of the course"):
                teaching()
        with pytest.raises(cj.InvalidInput, match="A neuron is 'working', 'on hold', 'done', not 'finished'"):
            mine.set_status("mine", "finished")
        mine.begin("mine")
        with pytest.warns(UserWarning, match="handed in with its first node alone"):
            mine.hand_in("mine")

    await in_class(service, story)


async def test_a_group_that_is_empty_so_far_is_followed(service: Service) -> None:
    def story(test: cj.Project, _solution: cj.Project, own: cj.Project) -> None:
        site: Any = test.instance
        site.create_group(NAME)
        test.grant(NAME, "can_annotate")
        course = test.course(NAME)
        with pytest.warns(UserWarning, match="has no members but you yet"):
            assert course.add_students(group=NAME).empty
        site.add_to_group(NAME, "tracer")
        assert own.courses["name"].tolist() == [NAME]
        assert course.students["username"].tolist() == ["tracer"]
        site.remove_from_group(NAME, "tracer")
        assert course.board.empty
        course.remove_group(NAME)
        assert course.groups == []
        with pytest.raises(cj.NotFound, match="does not follow a group"):
            course.remove_group(NAME)

    await in_class(service, story)


def test_a_seed_outside_of_the_images_is_told() -> None:
    images = cj.Stack.grid((10_000, 10_000, 2000), translation=(500, 0, 0))
    told = [oversights("{initials} 1", (x, 5000, 1000), None, [images]) for x in (600, 400, 10_400, 10_600)]
    assert [len(one) for one in told] == [0, 1, 0, 1]
    assert "places are in nm, not in pixels" in told[1][0]
    assert oversights("{initials} 1", (-1, 0, 0), "2999-01-01T00:00:00", []) == []


async def test_any_two_neurons_are_compared(service: Service) -> None:
    def story(test: cj.Project, solution: cj.Project, _own: cj.Project) -> None:
        gold = gold_neuron(solution)
        same = cj.compare(solution.neuron("gold"), gold)
        assert (same.recall, same.precision, same.score) == (1, 1, 1)
        assert same.missed.empty
        assert dtypes_are(same.missed, BRANCHES)
        chain(test, [(0, 0, 0), (10_000, 0, 0)], neuron_name="mine")
        found = cj.compare(test.neuron("mine"), gold)
        assert dtypes_are(found.synapses, SYNAPSES_COMPARED)
        assert found.synapses.to_numpy().tolist()[0][:4] == ["presynaptic_to", 0, 2, 0]
        (length,), (x,) = found.missed["length"], found.missed["x"]
        assert (length, x) == (pytest.approx(2750, abs=70), 5000)
        assert found.missed["nearest_treenode_id"].iloc[0] in set(test.neuron("mine").skeletons[0].nodes["id"])
        row = found.to_frame().iloc[0]
        assert row["matched"] == found.matched == pytest.approx(10_250, abs=70)
        shown = found._repr_html_()
        assert 'class="cj-missed"' in shown
        assert 'class="cj-extra"' not in shown
        assert "of the gold cable" in repr(found)
        with pytest.raises(cj.InvalidInput, match="give a tolerance of at least"):
            cj.compare(test.neuron("mine"), gold, tolerance=1e-6)
        assert cj.compare(gold.morphology, [gold]).score == 1
        refused: tuple[Any, ...] = (17, "gold", [])
        for bad in refused:
            with pytest.raises(cj.InvalidInput):
                cj.compare(bad, gold)
        for options in ({"tolerance": 0}, {"synapse_tolerance": -1}, {"angle": 91}, {"min_branch": -1}):
            with pytest.raises(cj.InvalidInput):
                cj.compare(gold, gold, **options)

    await in_class(service, story)


def test_lists_of_students_are_read_as_files_have_them(tmp_path: Path) -> None:
    def read(text: str) -> dict[str, str]:
        path = tmp_path / "list.csv"
        path.write_text(text, encoding="utf-8")
        return initials_by_user(path)

    assert read("ana\nben\n") == {"ana": "", "ben": ""}
    assert read("\ufeffUser;Initials\r\nana;AB\r\nben;\r\n\r\n") == {"ana": "AB", "ben": ""}
    assert read("mail,username\na@x,ana\n") == {"ana": ""}
    assert read("sep=;\nusername;initials\nana;AB\n") == {"ana": "AB"}
    assert read("username\nana\nana\n") == {"ana": ""}
    for text in ("", "mail,town\na@x,Ulm\n"):
        with pytest.raises(cj.InvalidInput, match="needs a column “username”"):
            read(text)
    for text, why in (
        ("username,initials\nana,AB\nana,AC\n", "'ana' twice, with the initials 'AB' and 'AC'"),
        ("username,initials\nana,AB\n,BC\n", "has no user name in row 2"),
    ):
        with pytest.raises(cj.InvalidInput, match=why):
            read(text)
    (tmp_path / "old.csv").write_bytes("username,town\nana,Köln\n".encode("latin-1"))
    with pytest.raises(cj.InvalidInput, match="no text in UTF-8"):
        initials_by_user(tmp_path / "old.csv")
    table = pd.DataFrame({"username": ["ana", "ben"], "initials": ["AB", None]})
    assert initials_by_user(table) == {"ana": "AB", "ben": ""}
    with pytest.raises(cj.InvalidInput, match="has no user name in row 2"):
        initials_by_user(pd.DataFrame({"username": ["ana", float("nan")]}))
