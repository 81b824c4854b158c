"""The tree of a project's annotations: look, nest, take off, and put their neurons into selections."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypedDict

import traitlets

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.events import Change
from catmaid_jupyter.client.annotation.annotation_tables import annotation_table, annotation_tree
from catmaid_jupyter.client.search.neuron_search import find_ids
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.edits.annotations import NameAnnotation, RemoveAnnotations
from catmaid_jupyter.model.queries import annotated
from catmaid_jupyter.widgets.finding_widget import FindingWidget
from catmaid_jupyter.widgets.kept_views import KeepsRows
from catmaid_jupyter.widgets.rpc import method
from catmaid_wire.forms import FormValue

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project


class Branch(TypedDict):
    """An annotation at one place of the tree; the parent is null at the top."""

    id: int
    parent_id: int | None
    name: str
    neurons: int
    users: list[str]


_FIRST_ROWS: Final = 20
_INDENT: Final = "\u2003"


class AnnotationBrowser(KeepsRows, FindingWidget):
    """The annotations of a project, those that bear others below these, with their users and numbers of neurons.

    Annotations are dragged below others, or nested by keyboard; they are taken off everything; their neurons go into
    selections. All this can be undone.

    Parameters
    ----------
    project
        The project; one as of a version is only looked at.
    selections
        Selections by name; those that are made here come to `selections`.
    traits
        Any trait of this class, such as ``height=500``.

    Raises
    ------
    InvalidInput
        For selections of another project.
    TypeError
        For an argument that does not exist.
    """

    _entry = "annotation-browser"

    height = traitlets.Int(360, min=120, max=4000).tag(sync=True)
    """Height of the tree in CSS pixels."""

    def __init__(self, project: Project, *, selections: Mapping[str, Selection] | None = None, **traits: Any) -> None:
        self._refuse_unknown(traits)
        super().__init__(project, selections, **traits)
        self._follow_project()

    @method
    async def _tree(self, _params: dict[str, Any]) -> list[Branch]:
        """All places of the tree, each before those below it."""
        table = await annotation_table(self.project.place)
        users = dict(zip(table["id"], table["creators"], strict=True))
        tree = await annotation_tree(self.project.place)
        branches: list[Branch] = [
            {
                "id": int(row["id"]),
                "parent_id": None if row["parent_id"] < 0 else int(row["parent_id"]),
                "name": str(row["name"]),
                "neurons": int(row["neurons"]),
                "users": list(users.get(row["id"], [])),
            }
            for row in tree.to_dict("records")
        ]
        self.set_trait("first_rows", _first_rows(branches, tree["depth"]))
        return branches

    @method
    async def _nest(self, params: dict[str, Any]) -> str:
        """Put an annotation below another one: ``{name, parent}``."""
        name, parent = str(params["name"]), str(params["parent"])
        await self._refuse_circle(name, parent)
        await asyncio.to_thread(self.project.annotate_annotations, name, parent)
        return f"{name!r} is below {parent!r} now."

    @method
    async def _take_out(self, params: dict[str, Any]) -> str:
        """Take an annotation out of another one: ``{name, parent}``."""
        name, parent = str(params["name"]), str(params["parent"])
        removed = await asyncio.to_thread(self.project.unannotate_annotations, name, parent)
        if not removed:
            raise InvalidInput(f"{name!r} stays below {parent!r}: others put it there, and you may not take it out.")
        return f"{name!r} is not below {parent!r} any more."

    @method
    async def _rename(self, params: dict[str, Any]) -> str:
        """Give an annotation another name: ``{id, name}``."""
        applied = await self.project.edits.apply(NameAnnotation(int(params["id"]), str(params["name"])))
        return f"{applied.answer['old_name']!r} is called {applied.answer['name']!r} now."

    @method
    async def _remove(self, params: dict[str, Any]) -> str:
        """Take an annotation off everything that bears it: ``{id, name}``."""
        annotation_id, name = int(params["id"]), str(params["name"])
        form: dict[str, FormValue] = {"annotated_with": [annotation_id], "types": ["neuron", "annotation", "volume"]}
        answer = await self.project.place.read_json("POST", "annotations/query-targets", form=form)
        entity_ids = [int(entity["id"]) for entity in answer["entities"]]
        applied = await self.project.edits.apply(RemoveAnnotations([annotation_id], entity_ids))
        removed = len(applied.answer["deleted_links"])
        left = len(entity_ids) - removed
        stays = f" On {left:,} it stays: others put it there, and you may not take it off." if left > 0 else ""
        return f"{name!r} is taken off {removed:,}.{stays}"

    @method
    async def _select(self, params: dict[str, Any]) -> str:
        """Put the neurons of an annotation into a selection: ``{annotation, sub, way, name}``."""
        query = annotated(str(params["annotation"]), sub=bool(params.get("sub")))
        found = await find_ids(self.project.place, query)
        done = await self._put(found.skeleton_ids, params)
        return f"{done} {found.cut}" if found.cut else done

    @method
    async def _undo(self, _params: dict[str, Any]) -> str:
        """Take the user's last edit back."""
        undone = await asyncio.to_thread(self.project.undo)
        return "There is nothing to undo." if undone is None else f"Undone: {undone}."

    async def _refuse_circle(self, name: str, parent: str) -> None:
        if name == parent:
            raise InvalidInput(f"{name!r} cannot be below itself.")
        tree = await annotation_tree(self.project.place)
        if any(name in path[:-1] and path[-1] == parent for path in tree["path"]):
            raise InvalidInput(f"{parent!r} is below {name!r} already: take it out there before.")

    def _changed(self, change: Change) -> None:
        self.emit_soon("changed", label=change.get("label"))


def _first_rows(branches: Sequence[Branch], depths: Iterable[int]) -> dict[str, Any]:
    """The first branches for pages without a kernel; see `KeepsRows.first_rows`."""
    rows = [
        [_INDENT * depth + branch["name"], f"{branch['neurons']:,}", ", ".join(branch["users"])]
        for branch, depth in zip(branches[:_FIRST_ROWS], depths, strict=False)
    ]
    return {"titles": ["Annotation", "Neurons", "Users"], "rows": rows, "total": len(branches)}
