"""Which seed and which student are meant."""

from __future__ import annotations

from typing import Any

import numpy as np

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.courses.course_tables import CourseState, neuron_name
from catmaid_jupyter.client.naming import did_you_mean, listed


def chosen_seed(state: CourseState, key: int | str) -> dict[str, Any]:
    """A seed by its id, or by the name of its neurons, also with initials.

    `NotFound` for an unknown one, `InvalidInput` for a name that several seeds have.
    """
    if isinstance(key, int | np.integer):
        found = [seed for seed in state.seeds if seed["id"] == key]
    else:
        found = [
            seed
            for seed in state.seeds
            if key == seed["name"] or any(key == neuron_name(seed, student) for student in state.students)
        ]
    if not found:
        hint = did_you_mean(str(key), [str(seed["name"]) for seed in state.seeds])
        raise NotFound(f"The course {state.course['name']!r} has no seed {key!r}.{hint}")
    if len(found) > 1:
        ids = listed(f"{seed['id']} (level {seed['level']})" for seed in found)
        raise InvalidInput(f"Several seeds are called {key!r}; choose by id: {ids}.")
    return found[0]


def chosen_student(state: CourseState, key: str) -> dict[str, Any]:
    """A student by user name or initials; `NotFound` for an unknown one."""
    for column in ("username", "initials"):
        for student in state.students:
            if student[column] == key:
                return student
    hint = did_you_mean(str(key), [str(student["username"]) for student in state.students])
    raise NotFound(f"The course {state.course['name']!r} has no student {key!r}.{hint}")
