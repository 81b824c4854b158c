"""Classifications of projects: which there are, and their things as trees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NotRequired, TypedDict

import msgspec

from catmaid_server.domain.errors import NotAllowed, NotFound
from catmaid_server.domain.ontology import classification, classification_graph
from catmaid_server.domain.ontology.class_tree import ChildChoice, ClassTree
from catmaid_server.domain.ontology.classification import COMMON_WORKSPACE, GraphLink
from catmaid_server.domain.ontology.classification_graph import ClassificationGraph, ClassifiedThing
from catmaid_server.domain.space import regions
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class ListRoots(msgspec.Struct):
    """Which classifications to list."""

    with_classnames: bool = False
    inverse: bool = False
    """Whether to list those of all other projects instead."""


class ShowGraph(msgspec.Struct):
    """Which part of a classification to give."""

    parentid: int = 0
    """The thing whose children to give; 0 for the root itself."""
    superclassnames: int = 0
    """1 to name what a class is a sub-class of, too."""
    edittools: int = 0
    """1 to add, for users who may annotate, rows with what can be added."""


class ClassificationRoot(TypedDict):
    """The root of a classification, and the link of a project to it."""

    id: int
    name: str
    link_id: int
    classname: NotRequired[str]


class ChildKind(TypedDict):
    """What can be hung on a thing: class and relation; disabled if there is as much of it as there may be."""

    id: int
    name: str
    disabled: bool
    relname: str
    relid: int


class ThingRow(TypedDict):
    """A thing as a row of a tree; `leaf` is true if anything hangs on it."""

    id: int
    text: str
    linkid: int | None
    type: str
    rois: str
    child_groups: dict[str, list[ChildKind]]
    leaf: bool
    state: NotRequired[str]


class ChildOption(TypedDict):
    """A class of which a thing can be added."""

    class_id: int
    name: str
    relation_id: int


class EditRow(TypedDict):
    """A row that offers to add things."""

    type: str
    child_type: str
    child_options: list[ChildOption]


@routes.any("/{project_id}/classification/{workspace_id}/roots/", needs=Permission.NONE)
async def classification_roots(call: Call, form: ListRoots) -> dict[str, list[ClassificationRoot]]:
    """List the classifications of a project, or of all others; of projects that the user may see."""
    async with call.reading() as connection:
        links = await classification.graph_links(connection, call.path["workspace_id"])
    wanted = [link for link in links if (link.project_id == call.project_id) is not form.inverse]
    visible = {
        project
        for project in {link.project_id for link in wanted}
        if await call.access.allows(call.user, project, Permission.BROWSE)
    }
    return {
        "root_instances": [
            _root(link, with_class=form.with_classnames) for link in wanted if link.project_id in visible
        ]
    }


@routes.any("/{project_id}/classification/{workspace_id}/setup/test", needs=Permission.BROWSE)
async def check_classification_setup(call: Call, form: NoParameters) -> dict[str, bool]:
    """Whether a project and a workspace have the classes and relations that classifications need."""
    places = {call.project_id, await require_workspace(call, Permission.BROWSE)}
    async with call.reading() as connection:
        return {"all_good": all([await classification.is_set_up(connection, place) for place in places])}


@routes.any("/{project_id}/classification/{workspace_id}/list", needs=Permission.BROWSE)
async def show_only_classification(call: Call, form: ShowGraph) -> list[ThingRow | EditRow]:
    """Give the root of the only classification of a project, or what hangs on a thing of it."""
    return await _rows(call, form, None)


@routes.any("/{project_id}/classification/{workspace_id}/list/{link_id}", needs=Permission.BROWSE)
async def show_classification(call: Call, form: ShowGraph) -> list[ThingRow | EditRow]:
    """Give the root of a classification, or what hangs on a thing of it."""
    return await _rows(call, form, call.path["link_id"])


async def require_workspace(call: Call, permission: Permission) -> int:
    """The workspace of the path, if the user has the permission there, too; `NotAllowed` if not, or `NotFound`.

    What a user may do in their project they may in the common workspace.
    """
    workspace_id: int = call.path["workspace_id"]
    if workspace_id == COMMON_WORKSPACE:
        return workspace_id
    if not await call.access.allows(call.user, workspace_id, permission):
        raise NotAllowed(
            f"User {call.user.username!r} lacks the permission {permission.value} in workspace {workspace_id}."
        )
    if not await call.access.has_project(workspace_id):
        raise NotFound(f"There is no workspace {workspace_id}: that is a project, or {COMMON_WORKSPACE}.")
    return workspace_id


async def _rows(call: Call, form: ShowGraph, link_id: int | None) -> list[ThingRow | EditRow]:
    workspace_id = await require_workspace(call, Permission.BROWSE)
    may_edit = bool(form.edittools) and await call.access.allows(call.user, call.project_id, Permission.ANNOTATE)
    async with call.reading() as connection:
        link = await classification.require_graph_link(connection, workspace_id, call.project_id, link_id)
        graph = await classification_graph.graph(connection, workspace_id, link.root_id)
        if form.parentid and form.parentid not in graph.by_id:
            graph = await classification_graph.graph_with(connection, workspace_id, call.project_id, form.parentid)
        tree = await classification_graph.class_tree(connection, workspace_id)
        linked = await regions.links_of_things(connection, list(graph.by_id))
    shown = _Shown(tree, graph, linked, with_super_classes=bool(form.superclassnames), may_edit=may_edit)
    return shown.children(form.parentid) if form.parentid else [shown.root(link)]


class _Shown:
    """A classification as rows of a tree."""

    def __init__(
        self,
        tree: ClassTree,
        graph: ClassificationGraph,
        region_links: dict[int, list[int]],
        *,
        with_super_classes: bool,
        may_edit: bool,
    ) -> None:
        self._tree = tree
        self._graph = graph
        self._region_links = region_links
        self._with_super_classes = with_super_classes
        self._may_edit = may_edit

    def root(self, link: GraphLink) -> ThingRow:
        """The row of the root, which names the link of the project instead of one to a parent."""
        row = self._row(self._graph.things[0], "root")
        return {**row, "linkid": link.id, "text": link.root_name or link.class_name}

    def children(self, thing_id: int) -> list[ThingRow | EditRow]:
        """The rows of what hangs on a thing, and what more can be added."""
        rows: list[ThingRow | EditRow] = [
            self._with_state(self._row(child, "element")) for child in self._graph.children(thing_id)
        ]
        if self._may_edit:
            rows.extend(self._offers(thing_id))
        return rows

    def _row(self, thing: ClassifiedThing, kind: str) -> ThingRow:
        return {
            "id": thing.id,
            "text": thing.name or self._class_name(thing.class_id),
            "linkid": thing.link_id,
            "type": kind,
            "rois": msgspec.json.encode(self._region_links.get(thing.id, [])).decode(),
            "child_groups": _child_groups(classification_graph.choices(self._tree, self._graph, thing.id)),
            "leaf": bool(self._graph.children(thing.id)),
        }

    def _with_state(self, row: ThingRow) -> ThingRow:
        opens = row["leaf"] or (self._may_edit and bool(row["child_groups"]))
        return {**row, "state": "closed"} if opens else row

    def _offers(self, thing_id: int) -> Iterable[EditRow]:
        groups: dict[str, list[ChildOption]] = {}
        for choice in classification_graph.choices(self._tree, self._graph, thing_id):
            if not choice.disabled:
                groups.setdefault(choice.group, []).append(
                    {
                        "class_id": choice.class_id,
                        "name": self._class_name(choice.class_id),
                        "relation_id": choice.relation_id,
                    }
                )
        return [
            {"type": "editnode", "child_type": group, "child_options": options} for group, options in groups.items()
        ]

    def _class_name(self, class_id: int) -> str:
        name = self._tree.names[class_id]
        above = self._tree.super_class(class_id) if self._with_super_classes else None
        return name if above is None else f"{self._tree.names[above]}: {name}"


def _root(link: GraphLink, *, with_class: bool) -> ClassificationRoot:
    root: ClassificationRoot = {"id": link.root_id, "name": link.root_name, "link_id": link.id}
    return {**root, "classname": link.class_name} if with_class else root


def _child_groups(choices: list[ChildChoice]) -> dict[str, list[ChildKind]]:
    groups: dict[str, list[ChildKind]] = {}
    for choice in choices:
        groups.setdefault(choice.group, []).append(
            {
                "id": choice.class_id,
                "name": choice.class_name,
                "disabled": choice.disabled,
                "relname": choice.relation,
                "relid": choice.relation_id,
            }
        )
    return groups
