"""A project: its neurons, skeletons, connectors and stacks as DataFrames and objects, and edits of them."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.events import Events, OnChange, OnService
from catmaid_jupyter.client import tables
from catmaid_jupyter.client.frames import STACKS, frame
from catmaid_jupyter.client.instance import Instance, gather
from catmaid_jupyter.client.neuron import Neuron
from catmaid_jupyter.client.skeleton import Skeleton
from catmaid_jupyter.client.stack import Stack
from catmaid_jupyter.edits.journal import Journal
from catmaid_jupyter.edits.project_edit import ProjectEdit
from catmaid_jupyter.edits.site import Site

if TYPE_CHECKING:
    from catmaid_jupyter.widgets import StackViewer

Position = tuple[float, float, float]


class Project:
    """A project of a server. Made by `Instance.project`.

    Everything is read anew each time it is asked for. Coordinates, lengths and radii are nm in project space.

    Attributes
    ----------
    instance
        The connection.
    id, title
        The project's id and title.
    edits
        Edits for widgets and other asynchronous callers: `perform(op, args, state, key)` and `undo()`.
    edit
        The same edits as plain calls.
    events
        News of the project (see `on_change`).
    """

    def __init__(self, instance: Instance, project_id: int, title: str) -> None:
        self.instance = instance
        self.id = project_id
        self.title = title
        self.edits = Journal(instance.http, project_id)
        self.edit = ProjectEdit(self.edits)
        self.events = Events(instance.http, project_id, pushed="events" in instance.capabilities)

    def __repr__(self) -> str:
        return f"<Project {self.id} {self.title!r} at {self.instance.url}>"

    def _repr_html_(self) -> str:
        return f"<b>{html.escape(self.title)}</b> (project {self.id} at <code>{html.escape(self.instance.url)}</code>)"

    @property
    def neurons(self) -> pd.DataFrame:
        """All neurons.

        id int64, name str, skeleton_ids (lists of int), nodes int64 (all skeletons together), cable_length float64
        nm, creator str (user name, empty where the server does not tell), creation_time and edition_time
        datetime64[us, UTC].
        """
        return self.instance.run(self._neurons())

    @property
    def skeletons(self) -> pd.DataFrame:
        """All skeletons: id, neuron_id, name (of the neuron) and then as in `neurons`."""
        return self.instance.run(tables.skeleton_table(self.instance, self.id))

    @property
    def stacks(self) -> pd.DataFrame:
        """Image stacks: id int64, title str, width, height, sections int64, resolution_x, _y, _z float64 nm."""
        found = self.instance.run(self._stacks())
        columns = {
            "id": [stack.id for stack in found],
            "title": [stack.title for stack in found],
            "width": [stack.dimension[0] for stack in found],
            "height": [stack.dimension[1] for stack in found],
            "sections": [stack.dimension[2] for stack in found],
            **{f"resolution_{axis}": [s.resolution[index] for s in found] for index, axis in enumerate("xyz")},
        }
        return frame(columns, STACKS)

    def stack(self, key: str | int | None = None) -> Stack:
        """A stack by title or id; without one, the project's only or first stack. `NotFound` if there is none."""
        listed = self.instance.run(self._json("GET", "stacks"))
        matching = [row["id"] for row in listed if key is None or key in (row["id"], row["title"])]
        if not matching:
            known = ", ".join(repr(row["title"]) for row in listed) or "none"
            raise NotFound(f"There is no stack {key!r} in {self.title!r}. There are: {known}.")
        return self.instance.run(self._stack(matching[0]))

    def skeleton(self, skeleton_id: int) -> Skeleton:
        """A skeleton by its id. `NotFound` if there is none."""
        return self.instance.run(Skeleton.find(self, int(skeleton_id)))

    def neuron(self, key: str | int) -> Neuron:
        """A neuron by id or name. `NotFound` if there is none, `InvalidInput` if several have the name."""
        neurons = self.neurons
        match = neurons[neurons["name"] == key] if isinstance(key, str) else neurons[neurons["id"] == key]
        if match.empty:
            raise NotFound(f"There is no neuron {key!r} in {self.title!r}.")
        if len(match) > 1:
            ids = ", ".join(str(neuron_id) for neuron_id in match["id"])
            raise InvalidInput(f"Several neurons are called {key!r}; choose one by its id: {ids}.")
        return Neuron(self, int(match["id"].iloc[0]), str(match["name"].iloc[0]))

    def connectors(self, skeleton_ids: Iterable[int] | None = None, *, relation: str | None = None) -> pd.DataFrame:
        """Connectors, of all or some skeletons, linked by any or one relation (`presynaptic_to`, …).

        id int64, x, y, z float64 nm, confidence int64, creator str, creation_time and edition_time
        datetime64[us, UTC].
        """
        return self._connector_tables(skeleton_ids, relation)[0]

    def links(self, skeleton_ids: Iterable[int] | None = None, *, relation: str | None = None) -> pd.DataFrame:
        """All links of those connectors.

        id, connector_id, treenode_id, skeleton_id int64, relation str, confidence int64, creator str, creation_time
        and edition_time datetime64[us, UTC].
        """
        return self._connector_tables(skeleton_ids, relation)[1]

    def nodes_in_box(self, lower: Sequence[float], upper: Sequence[float], *, limit: int | None = None) -> pd.DataFrame:
        """Treenodes whose edge to their parent may meet a box.

        lower, upper : corners (x, y, z), nm.
        limit : most nodes wanted; by default what the server allows. `frame.attrs["limit_reached"]` says whether
            there are more.

        id, parent_id (-1: none) int64, x, y, z, radius float64 nm, confidence, user_id, skeleton_id int64,
        edition_time datetime64[us, UTC].
        """
        found, more = self.instance.run(tables.nodes_in_box(self.instance, self.id, lower, upper, limit))
        found.attrs["limit_reached"] = more
        return found

    def locate(self, treenode_id: int) -> Position:
        """Where a treenode or connector is: (x, y, z) nm. `NotFound` if there is none."""
        return self.instance.run(self._locate(int(treenode_id)))

    def viewer(self, stack: str | int | Stack | None = None, **options: Any) -> StackViewer:
        """A viewer of a stack with a tracing layer on it.

        stack : the stack, its title or its id; by default the project's first.
        options : traits of `StackViewer`, such as `position` and `nm_per_pixel`.
        """
        from catmaid_jupyter.widgets import StackViewer, TracingLayer  # noqa: PLC0415  scripts need no widgets

        shown = stack if isinstance(stack, Stack) else self.stack(stack)
        return StackViewer(self, shown, layers=[TracingLayer(self)], **options)

    def on_change(self, changed: OnChange, on_service: OnService | None = None) -> Callable[[], None]:
        """Call `changed` after each edit of the project, whoever made it; returns what ends that.

        changed : is given `{"version", "label", "user_id", "time"}`.
        on_service : is given (False, message) when the service stops answering, (True, message) when it is back.

        Both run on the background loop: they must not block, nor call the waiting functions of this package.
        """
        return self.events.subscribe(changed, on_service)

    def undo(self) -> str | None:
        """Take back the last edit made through this connection.

        Returns what was undone, or None if there was nothing. Raises `Conflict` if others changed the nodes since.
        """
        undone = self.instance.run(self.edits.undo())
        return None if undone is None else str(undone["undone"])

    async def _json(self, method: str, path: str) -> Any:
        return await self.instance.http.read_json(method, f"{self.id}/{path}")

    async def _neurons(self) -> pd.DataFrame:
        skeletons = await tables.skeleton_table(self.instance, self.id)
        return tables.neuron_table(skeletons, await tables.bare_neurons(self.instance, self.id, skeletons))

    async def _stacks(self) -> list[Stack]:
        listed = await self._json("GET", "stacks")
        return await gather(*(self._stack(row["id"]) for row in listed))

    async def _stack(self, stack_id: int) -> Stack:
        return Stack.from_info(await self._json("GET", f"stack/{stack_id}/info"))

    async def _locate(self, node_id: int) -> Position:
        seen = await Site(self.instance.http, self.id).nodes([node_id], [node_id])
        node = seen.treenodes.get(node_id) or seen.connectors.get(node_id)
        if node is None:
            raise NotFound(f"There is no node {node_id} in {self.title!r}.")
        return node.position

    def _connector_tables(
        self, skeleton_ids: Iterable[int] | None, relation: str | None
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        wanted = None if skeleton_ids is None else [int(skeleton) for skeleton in skeleton_ids]
        return self.instance.run(tables.connector_table(self.instance, self.id, wanted, relation))
