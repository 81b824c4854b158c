"""A project: its neurons, skeletons, connectors and stacks as DataFrames and objects, and edits of them."""

from __future__ import annotations

import html
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.events import Events, OnChange, OnService
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client import administration, history, tables
from catmaid_jupyter.client.annotation.project_annotations import ProjectAnnotations
from catmaid_jupyter.client.annotation.project_neurons import ProjectNeurons
from catmaid_jupyter.client.arbors.project_arbors import ProjectArbors
from catmaid_jupyter.client.courses.project_courses import ProjectCourses
from catmaid_jupyter.client.exchange.project_imports import ProjectImports
from catmaid_jupyter.client.frames import ordered
from catmaid_jupyter.client.images.project_images import ProjectImages
from catmaid_jupyter.client.jobs.project_jobs import ProjectJobs
from catmaid_jupyter.client.links.project_links import ProjectLinks
from catmaid_jupyter.client.naming import one_id
from catmaid_jupyter.client.neuron_lookup import neuron_by_id, neurons_by_name
from catmaid_jupyter.client.neurons import Neuron, Skeleton
from catmaid_jupyter.client.project_history import ProjectHistory
from catmaid_jupyter.client.project_selection import ProjectSelection
from catmaid_jupyter.client.project_widgets import ProjectWidgets
from catmaid_jupyter.client.proofreading.project_proofreading import ProjectProofreading
from catmaid_jupyter.client.records.project_records import ProjectRecords
from catmaid_jupyter.client.reviews.project_review import ProjectReview
from catmaid_jupyter.client.shading.project_shading import ProjectShading
from catmaid_jupyter.client.space.project_regions import ProjectRegions
from catmaid_jupyter.client.spaces.project_spaces import ProjectSpaces
from catmaid_jupyter.client.stack import Stack
from catmaid_jupyter.client.user_hints import ProjectHints
from catmaid_jupyter.client.user_keys import ProjectKeys
from catmaid_jupyter.client.user_questions import ProjectQuestions
from catmaid_jupyter.edits.base import Position
from catmaid_jupyter.edits.journal import EditJournal
from catmaid_jupyter.edits.project_edit import ProjectEdit
from catmaid_jupyter.edits.site import Site

if TYPE_CHECKING:
    from catmaid_jupyter.client.selection import Selection
    from catmaid_jupyter.model.queries import Query
    from catmaid_jupyter.widgets import AnnotationBrowser, HistoryTable, NeuronSearch, StackViewer

T = TypeVar("T")


class ProjectHome(Protocol):
    """The `Instance` of a project, as the project and its viewers use it."""

    @property
    def url(self) -> str:
        """Address of the server."""

    @property
    def http(self) -> Http:
        """Requests to the server."""

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server can do beyond CATMAID's API."""

    @property
    def projects(self) -> pd.DataFrame:
        """Projects that the user may see."""

    @property
    def users(self) -> pd.DataFrame:
        """Users that the user may see."""

    def project(self, key: str | int) -> Project:
        """A project by title or id."""

    def close(self) -> None:
        """End all connections to the server."""

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the background loop and wait for it."""

    def submit(self, coro: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the background loop and return at once."""

    def known_project(self, project_id: int, title: str) -> Project:
        """The object of a project whose id and title are known."""

    def forget_project(self, project_id: int) -> None:
        """Stop following the changes of a project that was deleted."""

    def tell_of_projects(self) -> None:
        """Tell who follows that projects were made, changed or deleted."""


class Project(
    ProjectHistory,
    ProjectArbors,
    ProjectAnnotations,
    ProjectNeurons,
    ProjectImports,
    ProjectImages,
    ProjectJobs,
    ProjectRegions,
    ProjectShading,
    ProjectRecords,
    ProjectSelection,
    ProjectWidgets,
    ProjectLinks,
    ProjectKeys,
    ProjectQuestions,
    ProjectHints,
    ProjectCourses,
    ProjectSpaces,
):
    """A project of a server. Made by `Instance.project`.

    Everything is read anew each time it is asked for. Coordinates, lengths and radii are nm in project space.

    Two projects are equal if their ids, servers, tokens and versions are. Pickled ones connect again (see `Instance`).

    Attributes
    ----------
    instance
        The connection.
    id, title
        The project's id and title.
    as_of
        The version that is read, of a project that `at` returned; None for the present.
    version_name
        That version in words, with the key that `at` was given; empty for the present.
    place
        Connection, project id and capabilities, which reads and edits need.
    edits
        Edits for widgets and other asynchronous callers: `perform(op, args, state, key)`, `undo()` and `redo()`.
    edit
        The same edits as plain calls.
    review
        Reviews: segments, marks, percentages, and what changed since (see `ProjectReview`).
    proofreading
        Points to proofread, and how far neurons are proofread (see `ProjectProofreading`).
    events
        Changes of the project (see `on_change`).
    """

    _internal: ClassVar = frozenset({"edits", "events", "place", "version_name"})
    instance: ProjectHome

    def __init__(
        self,
        instance: ProjectHome,
        project_id: int,
        title: str,
        *,
        as_of: int | None = None,
        version_name: str = "",
    ) -> None:
        self.instance = instance
        self.id = project_id
        self.title = title
        self.as_of = as_of
        self.version_name = version_name
        self.place = Place(instance.http, project_id, instance.capabilities, as_of)
        self.edits = EditJournal(self.place)
        self.edit = ProjectEdit(self.edits)
        self.review = ProjectReview(self.place, self.edits)
        self.proofreading = ProjectProofreading(self.place, self.edits)
        self.events = Events(self.place)

    def __repr__(self) -> str:
        as_of = "" if self.as_of is None else f" as of {self.version_name}"
        return f"<Project {self.id} {self.title!r}{as_of} at {self.instance.url}>"

    def _repr_html_(self) -> str:
        url, title = html.escape(self.instance.url), html.escape(self.title)
        as_of = "" if self.as_of is None else f" as of {html.escape(self.version_name)}"
        return f"<b>{title}</b>{as_of} (project {self.id} at <code>{url}</code>)"

    def __eq__(self, other: object) -> bool:
        return self.place == other.place if isinstance(other, Project) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.place)

    def __reduce__(self) -> tuple[Any, ...]:
        if self.as_of is not None:
            return _project_at, (self.instance, self.id, self.title, self.as_of, self.version_name)
        return self.instance.known_project, (self.id, self.title)

    def at(self, key: int | str | datetime) -> Project:
        """The project as of a version, which never changes; for reading only.

        key : a version, the name of a pin, or a time (ISO text or datetime; without a zone it is UTC). `"now"` gives
            the project of the present.

        Raises `InvalidInput` if there is no such version.
        """
        if key == "now":
            return self.instance.known_project(self.id, self.title)
        version, name = loop.run(history.resolved(self.place, key))
        return Project(self.instance, self.id, self.title, as_of=version, version_name=name)

    @property
    def neurons(self) -> pd.DataFrame:
        """All neurons.

        id int64, name str, skeleton_ids (lists of int), nodes int64 (all skeletons together), cable_length float64
        nm, creator str (user name, empty where the server does not tell), creation_time and edition_time
        datetime64[us, UTC].
        """
        return loop.run(self._neurons())

    @property
    def skeletons(self) -> pd.DataFrame:
        """All skeletons: id, neuron_id, name (of the neuron) and then as in `neurons`."""
        return loop.run(tables.skeleton_table(self.place))

    def skeleton(self, skeleton_id: int) -> Skeleton:
        """A skeleton by its id. `NotFound` if there is none."""
        return loop.run(Skeleton.find(self, one_id(skeleton_id, "skeleton")))

    def neuron(self, key: str | int) -> Neuron:
        """A neuron by id or name. `NotFound` if there is none, `InvalidInput` if several have the name."""
        found = (
            neurons_by_name(self.place, key)
            if isinstance(key, str)
            else neuron_by_id(self.place, one_id(key, "neuron"))
        )
        match = loop.run(found)
        if not match:
            raise NotFound(f"There is no neuron {key!r} in {self.title!r}.")
        if len(match) > 1:
            ids = ", ".join(str(neuron_id) for neuron_id, _ in match)
            raise InvalidInput(f"Several neurons are called {key!r}; choose one by its id: {ids}.")
        return Neuron(self, *match[0])

    def nodes_in_box(self, lower: Sequence[float], upper: Sequence[float], *, limit: int | None = None) -> pd.DataFrame:
        """Treenodes whose edge to their parent may meet a box.

        lower, upper : corners (x, y, z), nm.
        limit : most nodes wanted, also more than the server gives at once; by default what it gives at once.
            `frame.attrs["limit_reached"]` says whether there are more.

        id, parent_id (-1: none) int64, x, y, z, radius float64 nm, confidence, user_id, skeleton_id int64,
        edition_time datetime64[us, UTC].
        """
        found, more = loop.run(tables.nodes_in_box(self.place, lower, upper, limit))
        found = ordered(found, "id")
        found.attrs["limit_reached"] = more
        return found

    def locate(self, treenode_id: int) -> Position:
        """Where a treenode or connector is: (x, y, z) nm. `NotFound` if there is none."""
        return loop.run(self._locate(one_id(treenode_id, "treenode")))

    def viewer(
        self, stack: str | int | Stack | None = None, *, selection: Selection | None = None, **options: Any
    ) -> StackViewer:
        """A viewer of a stack with a tracing layer on it.

        stack : the stack, its title or its id; by default the project's first, or a grid if it has none.
        selection : neurons that have their colours of this selection in the viewer; see `TracingLayer.selection`.
        options : traits of `StackViewer`, such as `position` and `nm_per_pixel`, and of its `TracingLayer`, such as
            `color_by` and `warn_distance` (what both have, as `opacity`, is the viewer's); and `plane="xz"` or `"zy"`,
            to see the tracing from the side: on a stack that is cut so, or else on a grid.
        """
        from catmaid_jupyter.widgets import StackViewer, TracingLayer  # noqa: PLC0415  scripts need no widgets

        names = set(TracingLayer.class_trait_names()) - set(StackViewer.class_trait_names())
        of_layer = {name: options.pop(name) for name in names.intersection(options)}
        return StackViewer(self, stack, layers=[TracingLayer(self, selection=selection, **of_layer)], **options)

    def history(
        self,
        viewer: StackViewer | None = None,
        *,
        neuron: int | str | Neuron | Iterable[int] | None = None,
        skeleton: int | Skeleton | Iterable[int] | None = None,
        box: tuple[Sequence[float], Sequence[float]] | None = None,
        **options: Any,
    ) -> HistoryTable:
        """A table of the project's versions, to visit their places, compare before and after, and take them back.

        viewer : where places are shown.
        neuron, skeleton, box : as in `log`.
        options : traits of `HistoryTable`, such as `user="ana"`, `label="skeletons.split"` and `last="7d"`.
        """
        from catmaid_jupyter.widgets import HistoryTable  # noqa: PLC0415  scripts need no widgets

        return HistoryTable(self, viewer, **self._where(neuron, skeleton, box), **options)

    def neuron_search(self, query: Query | str | None = None, **options: Any) -> NeuronSearch:
        """A widget to search for neurons, by form, text or Python, and to put what is found into selections.

        query : a text, or conditions of `catmaid_jupyter.model.queries`, as `search` takes them.
        options : `selections={"mine": selection}`, and traits of `NeuronSearch`, such as `view="text"`.
        """
        from catmaid_jupyter.widgets import NeuronSearch  # noqa: PLC0415  scripts need no widgets

        return NeuronSearch(self, query, **options)

    def annotation_browser(self, **options: Any) -> AnnotationBrowser:
        """A widget with the tree of annotations: nest them, take them off, put their neurons into selections.

        options : `selections={"mine": selection}`, and traits of `AnnotationBrowser`, such as `height=500`.
        """
        from catmaid_jupyter.widgets import AnnotationBrowser  # noqa: PLC0415  scripts need no widgets

        return AnnotationBrowser(self, **options)

    def on_change(self, changed: OnChange, on_service: OnService | None = None) -> Callable[[], None]:
        """Call `changed` after each edit of the project, whoever made it; returns a function that ends this.

        changed : is given `{"version", "label", "user_id", "username", "time", "is_detailed", "treenode_ids",
            "connector_ids", "skeleton_ids", "old_box", "new_box"}`: ids of what changed, each None if there are more
            than 300; and lower and upper corner (nm) around what changed, as it was and as it is, None where nothing
            was or is. Unless `is_detailed`, ids and boxes are unknown and None. What happened while the service was
            away comes when it is back; if that was very much, as one change with the label `reconnected`.
        on_service : is given (False, message) when the service stops answering, or does not let you see the project
            any more; (True, message) when it does again.

        Both run on the background loop: they must not block, nor call the waiting functions of this package. Of a
        project as of a version nothing changes, so they are not called.
        """
        if self.as_of is not None:
            return lambda: None
        return self.events.subscribe(changed, on_service)

    @property
    def members(self) -> pd.DataFrame:
        """Users, then groups, that were granted permissions: name str, kind (`user`, `group`) str, permissions (lists).

        For administrators of the project. Superusers may do everything everywhere and are not listed for it.
        """
        return loop.run(administration.members(self.place))

    def grant(self, user_or_group: str, permission: str) -> None:
        """Give a user or, if there is no such user, a group a permission in this project. For its administrators.

        permission : `can_browse`, `can_annotate`, `can_annotate_with_token` (to write with API tokens, as from
            notebooks, besides `can_annotate`), `can_import`, `can_fork`, `can_administer`, …

        Raises `NotFound` for an unknown name, `InvalidInput` for an unknown permission.
        """
        loop.run(administration.grant(self.place, user_or_group, permission))

    def revoke(self, user_or_group: str, permission: str) -> None:
        """Take a permission in this project from a user or a group; users keep permissions of their groups."""
        loop.run(administration.grant(self.place, user_or_group, permission, given=False))

    def rename(self, title: str) -> None:
        """Change the title. For administrators of the project."""
        self.title = loop.run(administration.rename(self.place, title))
        self.instance.tell_of_projects()

    def delete(self, *, confirm: str | None = None) -> None:
        """Delete the project with everything in it, except stacks and the history. For its administrators.

        confirm : the title of the project, since this cannot be undone.

        Raises `InvalidInput` if `confirm` is not the title; the message says how much is in the project.
        """
        loop.run(administration.delete(self.place, self.title, confirm))
        self.instance.forget_project(self.id)

    async def _neurons(self) -> pd.DataFrame:
        skeletons = await tables.skeleton_table(self.place)
        return tables.neuron_table(skeletons, await tables.bare_neurons(self.place, skeletons))

    async def _locate(self, node_id: int) -> Position:
        seen = await Site(self.place).nodes([node_id], [node_id])
        node = seen.treenodes.get(node_id) or seen.connectors.get(node_id)
        if node is None:
            raise NotFound(f"There is no node {node_id} in {self.title!r}.")
        return node.position


def _project_at(instance: ProjectHome, project_id: int, title: str, as_of: int, version_name: str) -> Project:
    """The project of a pickle, as of a version."""
    return Project(instance, project_id, title, as_of=as_of, version_name=version_name)
