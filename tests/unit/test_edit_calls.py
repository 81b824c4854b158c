"""`project.edit` is made from the classes of edits, in which each edit is written down once."""

from __future__ import annotations

import ast
import inspect
import pydoc
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, get_args

import msgspec
import numpy as np
import pytest

import catmaid_jupyter
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.edits.base import Applied, Edit, JsonObject, Restoration
from catmaid_jupyter.edits.calls import EditCall
from catmaid_jupyter.edits.nodes import CreateTreenode, MoveNodes, SetConfidence
from catmaid_jupyter.edits.project_edit import ProjectEdit
from catmaid_jupyter.edits.registry import EDITS, read_edit
from catmaid_jupyter.edits.site import Site
from catmaid_server.routes import all_routes

OFFERED = sorted(name for name, edit_class in EDITS.items() if edit_class.__module__.startswith("catmaid_jupyter."))


class FakeJournal:
    """Answers every edit with the same ids."""

    def __init__(self) -> None:
        self.applied: list[Edit[Any]] = []

    async def apply(self, edit: Edit[Any], /) -> Applied:
        self.applied.append(edit)
        return Applied(answer={"treenode_id": 7, "connector_id": 8, "new_skeleton_id": 9}, text="done")


@pytest.fixture
def journal() -> FakeJournal:
    return FakeJournal()


@pytest.fixture
def edit(journal: FakeJournal) -> ProjectEdit:
    return ProjectEdit(journal)


@pytest.mark.parametrize("name", OFFERED)
def test_each_edit_is_a_call_with_the_fields_and_text_of_its_class(edit: ProjectEdit, name: str) -> None:
    call, edit_class = getattr(edit, name), EDITS[name]
    assert call.__name__ == name
    assert call.__doc__ == edit_class.__doc__
    parameters = inspect.signature(call).parameters
    assert list(parameters) == [field.name for field in msgspec.structs.fields(edit_class)]
    declared = inspect.signature(edit_class).parameters
    assert [(p.kind, p.default) for p in parameters.values()] == [(p.kind, p.default) for p in declared.values()]
    assert name in dir(edit)
    shown = pydoc.plain(pydoc.render_doc(call))
    assert all(parameter in shown for parameter in parameters)
    assert str(edit_class.__doc__).splitlines()[0] in shown


def test_mypy_knows_each_edit_as_its_class_declares_it(tmp_path: Path) -> None:
    """The line `name = Call(Class)` beside each class is enough for that."""
    reveals = "\n".join(f"    reveal_type(edit.{name})" for name in OFFERED)
    program = tmp_path / "look.py"
    program.write_text(
        f"from {ProjectEdit.__module__} import ProjectEdit\ndef look(edit: ProjectEdit) -> None:\n{reveals}\n"
    )
    root = Path(catmaid_jupyter.__file__).parents[1]
    command = [sys.executable, "-m", "mypy", str(program)]  # with the options of `make lint`, so with its cache
    output = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False).stdout
    revealed = re.findall(r'Revealed type is "def \((.*)\) -> (.*)"', output)
    assert len(revealed) == len(OFFERED), output
    for name, (parameters, returned) in zip(OFFERED, revealed, strict=True):
        assert re.findall(r"(\w+): ", parameters) == list(inspect.signature(EDITS[name]).parameters), name
        assert returned.removeprefix("builtins.") == ("int" if EDITS[name].returns else "dict[str, Any]"), name


@pytest.mark.parametrize("name", OFFERED)
def test_the_returned_type_is_the_declared_one(edit: ProjectEdit, name: str) -> None:
    edit_class = EDITS[name]
    (declared,) = get_args(edit_class.__orig_bases__[0])  # type: ignore[attr-defined]
    assert declared == (int if edit_class.returns else JsonObject)
    assert inspect.signature(getattr(edit, name)).return_annotation == declared


@pytest.mark.parametrize("name", OFFERED)
def test_each_edit_goes_to_a_route_of_the_service(name: str) -> None:
    route = EDITS[name].route
    pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route)))
    served = (route.path for route in all_routes() if EDITS[name].method in route.methods)
    paths = (re.sub(r"^/\{project_id[^}]*\}/", "", path) for path in served)
    assert any(pattern.fullmatch(path) for path in paths)
    assert set(re.findall(r"\{(\w+)\}", route)) <= set(EDITS[name].__struct_fields__)


def test_each_edit_is_written_down_in_one_file_only() -> None:
    """Other modules name the class of an edit only to make one, and nothing but its module names its call."""
    package = Path(catmaid_jupyter.__file__).parent
    for path in (package / "edits").glob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
        here = {name for name in OFFERED if EDITS[name].__module__ == f"catmaid_jupyter.edits.{path.stem}"}
        assert names & set(OFFERED) == here, path.name


def test_restorations_cannot_be_asked_for(edit: ProjectEdit) -> None:
    restorations = Restoration.__subclasses__()
    assert {cls.edit_name() for cls in restorations} >= {"restore_treenode", "restore_connector", "part_skeletons"}
    assert not any(cls.edit_name() in EDITS or hasattr(edit, cls.edit_name()) for cls in restorations)


def test_calls_return_the_new_id_or_the_whole_answer(edit: ProjectEdit) -> None:
    assert edit.create_treenode(1, 2, 3) == 7
    assert edit.create_connector(1, 2, 3) == 8
    assert edit.split_skeleton(5) == 9
    assert edit.set_confidence(5, 3) == {"treenode_id": 7, "connector_id": 8, "new_skeleton_id": 9}


def test_arguments_may_come_from_tables(edit: ProjectEdit, journal: FakeJournal) -> None:
    edit.create_treenode(np.int64(1), np.float32(2), np.int8(3), parent_id=np.int64(5))  # type: ignore[arg-type]
    edit.set_confidence(5.0, np.int8(3))  # type: ignore[arg-type]
    edit.move_nodes({np.int64(5): np.array([1.0, 2.0, 3.0])})  # type: ignore[dict-item]
    edit.set_labels(5, (label for label in ("soma", "ends")))  # type: ignore[arg-type]
    assert journal.applied[:2] == [CreateTreenode(1.0, 2.0, 3.0, parent_id=5), SetConfidence(5, 3)]
    assert journal.applied[2] == MoveNodes({5: (1.0, 2.0, 3.0)})
    assert list(journal.applied[3].labels) == ["soma", "ends"]  # type: ignore[attr-defined]


def test_the_state_goes_with_the_edit(edit: ProjectEdit, journal: FakeJournal) -> None:
    edit.set_confidence(5, 3, state='{"edition_time": "t"}')
    assert journal.applied == [SetConfidence(5, 3, state='{"edition_time": "t"}')]


def test_wrong_arguments_are_refused_before_they_are_sent(edit: ProjectEdit, journal: FakeJournal) -> None:
    with pytest.raises(TypeError, match="confidence"):
        edit.set_confidence(5)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="colour"):
        edit.set_confidence(5, 3, colour="red")  # type: ignore[call-arg]
    with pytest.raises(InvalidInput, match=r"set_confidence: .*confidence"):
        edit.set_confidence(5, 6)
    with pytest.raises(InvalidInput, match="labels"):
        edit.set_labels(5, "soma")
    with pytest.raises(AttributeError, match="explode"):
        edit.explode()  # type: ignore[attr-defined]
    assert journal.applied == []


@pytest.fixture
def toy() -> Iterator[type[Edit[int]]]:
    class TickTreenode(Edit[int], frozen=True):
        """Tick a treenode off and return its id."""

        returns: ClassVar[str | None] = "treenode_id"

        treenode_id: int
        times: int = 1

        async def _apply(self, site: Site, key: str) -> Applied:
            return Applied(answer={"treenode_id": self.treenode_id}, text="tick")

    yield TickTreenode
    del Edit.by_name["tick_treenode"]


def test_declaring_an_edit_is_enough(edit: ProjectEdit, journal: FakeJournal, toy: type[Edit[int]]) -> None:
    assert EDITS["tick_treenode"] is toy
    assert read_edit("tick_treenode", {"treenode_id": 5}) == toy(treenode_id=5)  # type: ignore[call-arg]
    call = edit.tick_treenode  # type: ignore[attr-defined]
    assert str(inspect.signature(call)) == "(treenode_id: int, times: int = 1, *, state: str | None = None) -> int"
    assert call.__doc__ == "Tick a treenode off and return its id."
    assert "tick_treenode" in dir(edit)
    assert call(5, times=2) == 7
    assert journal.applied == [toy(treenode_id=5, times=2)]  # type: ignore[call-arg]


def test_a_call_has_the_name_of_its_edit() -> None:
    with pytest.raises((TypeError, RuntimeError)):
        type("Wrong", (), {"set_radius": EditCall(SetConfidence)})
