"""What a trainer does with a course: students, seeds, accepting and giving back, scores."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.comparing.comparison import NeuronComparison
from catmaid_jupyter.client.courses.course_access import CourseAccess
from catmaid_jupyter.client.courses.course_tables import (
    CourseState,
    board_table,
    for_trainers,
    read_board,
    seed_table,
    student_table,
)
from catmaid_jupyter.client.courses.learning_in_course import post_to_seed
from catmaid_jupyter.client.courses.scoring import Scoring, grade_table
from catmaid_jupyter.client.courses.seed_choice import chosen_seed, chosen_student
from catmaid_jupyter.client.courses.seed_form import level_of, oversights, place_of, require_words
from catmaid_jupyter.client.courses.student_files import initials_by_user
from catmaid_jupyter.client.deadlines import end_of
from catmaid_jupyter.client.images.project_images import read_stacks
from catmaid_jupyter.client.naming import listed, one_name
from catmaid_jupyter.client.neurons import Neuron, Skeleton
from catmaid_wire.forms import Form


class Teaching(CourseAccess):
    """A course as those have it who administer the project; others get `NotAllowed`."""

    @property
    def students(self) -> pd.DataFrame:
        """Who learns: user_id int64, username, full_name, initials str, may_annotate bool."""
        return student_table(self._board())

    @property
    def groups(self) -> list[str]:
        """The groups whose members learn in the course, by name; `add_students` adds one."""
        return self._board().groups

    @property
    def seeds(self) -> pd.DataFrame:
        """Where neurons begin.

        id, level int64, name str, x, y, z float64 nm, task, stop str, due datetime64[us, UTC], gold_project_id,
        gold_skeleton_id int64 (-1: none).
        """
        return seed_table(self._board(), with_gold=True)

    @property
    def board(self) -> pd.DataFrame:
        """A row for each student and seed: username, initials, level, seed_id, neuron, due, and then as in `work`."""
        return board_table(self._board())

    def describe(self, *, instructions: str | None = None, confidence_guide: str | None = None) -> None:
        """Change what students are told; what is not given stays as it is."""
        self._send("", {"instructions": instructions, "confidence_guide": confidence_guide})

    def delete(self) -> None:
        """Delete the course, with its students, seeds, and what was noted and said of the work; the neurons stay."""
        self._delete("")

    def add_students(
        self,
        students: str | os.PathLike[str] | pd.DataFrame | dict[str, str] | Iterable[str] | None = None,
        *,
        group: str | None = None,
    ) -> pd.DataFrame:
        """Let users learn in the course; returns all of its `students`.

            course.add_students("students.csv")
            course.add_students({"ana": "AB", "ben": "BC"})
            course.add_students(group="EM 2027")  # a group of the service, such as one of its hub

        students : a CSV file or a DataFrame with a column `username` and, if you like, `initials`; initials by user
            name; or user names. Initials that are not given are made of the name.
        group : also its members, but for oneself. The course follows it: who comes into the group is among the students
            the next time that they, or you, read the course; who leaves it is not, though their work is kept, and is
            there again when they come back. Members of a hub's group are members here once they have run
            `cj.connect()`.

        Warns of those who may not annotate in the project, and of a group that is empty so far. Raises `InvalidInput`
        for unknown users.
        """
        wanted = {} if students is None else initials_by_user(students)
        if not wanted and group is None:
            raise InvalidInput("Name students, or a group of the service: add_students(group=…).")
        form: Form = {"usernames": list(wanted), "initials": list(wanted.values()), "group": group}
        self._send("students", form)
        found = self.students
        if found.empty:
            warnings.warn(
                f"The group {group!r} has no members but you yet: those of a hub's group become members when they run "
                "cj.connect() in a notebook, and are in the course then.",
                stacklevel=2,
            )
        idle = found.loc[~found["may_annotate"], "username"].tolist()
        if idle:
            warnings.warn(
                f"{listed(idle)} may not trace in {self.project.title!r} yet: grant can_annotate and "
                "can_annotate_with_token to them, or to their group, by project.grant.",
                stacklevel=2,
            )
        return found

    def remove_student(self, student: str) -> None:
        """Take a student out of the course, with what was noted of the work; the neurons stay.

        Who is in a group of the course comes in again only if you name them in `add_students`.
        """
        self._send("students/remove", {"user_id": chosen_student(self._board(), student)["user_id"]})

    def remove_group(self, group: str) -> None:
        """Follow a group no more; those who are in it stay in the course. `NotFound` if it follows no such group."""
        self._send("groups/remove", {"group": one_name(group, "group")})

    def add_seed(
        self,
        *,
        level: int,
        at: Sequence[float],
        name: str,
        task: str = "",
        stop: str = "",
        gold: int | Skeleton | Neuron | None = None,
        due: str | date | datetime | None = None,
    ) -> int:
        """Add a place from which each student traces a neuron; one of the same level and name is changed. Its id.

        at : where neurons begin, (x, y, z) nm.
        name : of the neurons; `{initials}`, `{user}` and `{level}` stand for those of the student and the seed.
        task, stop : what to trace, and where to stop.
        gold : what the work is compared with: a skeleton of this project by its id, or a `Skeleton` or `Neuron`, also
            of another project. Students never learn which one it is; in a project that they may not browse they cannot
            find it either.
        due : by when to hand in; a day ends at midnight UTC.

        Warns of a place outside of the images, of a due date that is past, and of a name that all students would share.
        """
        x, y, z = place_of(at)
        form: dict[str, Any] = {"level": level_of(level), "x": x, "y": y, "z": z, "task": task, "stop": stop}
        form["name_pattern"] = one_name(name, "name").strip()
        require_words(form["name_pattern"])
        form["due"] = end_of(due, "A due date")
        form |= self._gold_of(gold)
        made = int(self._send("seeds", form)["id"])
        for told in oversights(form["name_pattern"], (x, y, z), form["due"], loop.run(read_stacks(self._place))):
            warnings.warn(told, stacklevel=2)
        return made

    def remove_seed(self, seed: int | str) -> None:
        """Delete a seed, with what was noted of the work on it; the neurons stay."""
        self._delete(f"seeds/{chosen_seed(self._board(), seed)['id']}")

    def accept(self, student: str, seed: int | str, comment: str = "") -> None:
        """Accept a neuron that a student handed in. Raises `InvalidInput` if it was not."""
        self._review(student, seed, "accepted", comment)

    def give_back(self, student: str, seed: int | str, comment: str = "") -> None:
        """Give a neuron back to a student, to go on with it."""
        self._review(student, seed, "given back", comment)

    def say(self, student: str, seed: int | str, text: str, *, treenode: int | None = None) -> None:
        """Say something to a student about a neuron, or about a treenode of it."""
        state = self._board()
        user_id = chosen_student(state, student)["user_id"]
        form: Form = {"text": text, "user_id": user_id, "treenode_id": treenode}
        loop.run(post_to_seed(self._place, self.id, int(chosen_seed(state, seed)["id"]), "messages", form))

    def compare(self, student: str, seed: int | str, **options: Any) -> NeuronComparison:
        """A student's neuron beside the gold neuron; options as of `cj.compare`.

        `InvalidInput` if there is no gold neuron, or the neuron was not begun.
        """
        state = self._board()
        scoring = Scoring(state, self.project, options)
        return scoring.comparison(chosen_student(state, student), chosen_seed(state, seed))

    def scores(self, **options: Any) -> pd.DataFrame:
        """How the neurons of all students compare with gold neurons as they are now; options as of `cj.compare`.

        username, initials, level, seed_id, neuron, status; score (F1 of cable), recall, precision float64 0 to 1;
        missed, extra float64 nm; missed_branches, extra_branches int64; synapse_recall, synapse_precision; nodes,
        cable_length, minutes, handed_in, due, is_late bool, note str (why there is no score).
        """
        return Scoring(self._board(), self.project, options).table()

    def grades(self, **options: Any) -> pd.DataFrame:
        """Scores of what was handed in, with the columns of nbgrader: `course.grades().to_csv("grades.csv")`.

        assignment, student_id str (the user name), score, max_score float64 (of 100), timestamp datetime64[us, UTC].

        Warns of what was handed in and cannot be compared with a gold neuron: it has no score.
        """
        scores = self.scores(**options)
        lacking = scores[scores["handed_in"].notna() & scores["score"].isna()]
        if len(lacking):
            first = lacking.iloc[0]
            warnings.warn(
                f"{len(lacking)} handed-in {'neuron has' if len(lacking) == 1 else 'neurons have'} no score, such as "
                f"{first['neuron']!r} of {first['username']}: {first['note']}",
                stacklevel=2,
            )
        return grade_table(scores)

    def points(self, student: str, seed: int | str, *, of: float = 1.0, **options: Any) -> float:
        """The score of a neuron as points: 0 if it was not handed in; options as of `cj.compare`.

        As the last line of an autograded cell it gives partial credit in nbgrader.

        `InvalidInput` if there is no gold neuron for what was handed in.
        """
        state = self._board()
        learner, chosen = chosen_student(state, student), chosen_seed(state, seed)
        if state.progress(learner, chosen)["handed_in"] is None:
            return 0.0
        return round(of * float(Scoring(state, self.project, options).comparison(learner, chosen).score), 2)

    def _review(self, student: str, seed: int | str, status: str, comment: str) -> None:
        state = self._board()
        user_id = chosen_student(state, student)["user_id"]
        form: Form = {"user_id": user_id, "status": status, "comment": comment}
        loop.run(post_to_seed(self._place, self.id, int(chosen_seed(state, seed)["id"]), "review", form))

    def _board(self) -> CourseState:
        return loop.run(read_board(self._place, self.id))

    def _send(self, below: str, form: Form) -> Any:
        self._place.require_present()
        path = self._place.path(f"courses/{self.id}/{below}")
        with for_trainers():
            return loop.run(self._place.http.request("POST", path, form=form)).json()

    def _delete(self, below: str) -> None:
        self._place.require_present()
        with for_trainers():
            loop.run(self._place.http.request("DELETE", self._place.path(f"courses/{self.id}/{below}")))

    def _gold_of(self, gold: Any) -> dict[str, int]:
        """The fields that name a gold neuron."""
        if gold is None:
            return {}
        if isinstance(gold, Neuron):
            skeletons = gold.skeletons
            if len(skeletons) != 1:
                raise InvalidInput(f"{gold.name!r} has {len(skeletons)} skeletons: give one of them as gold.")
            gold = skeletons[0]
        if isinstance(gold, Skeleton):
            if gold.project.place.http.server != self._place.http.server:
                raise InvalidInput("A gold neuron is of the same server as the course.")
            return {"gold_project_id": gold.project.place.project_id, "gold_skeleton_id": gold.id}
        if isinstance(gold, str):
            raise InvalidInput(f"A gold neuron is given as one: gold=project.neuron({gold!r}), not by its name alone.")
        return {"gold_project_id": self._place.project_id, "gold_skeleton_id": self.project.skeleton(gold).id}
