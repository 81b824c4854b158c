"""Lists, summaries and names of skeletons."""

from __future__ import annotations

from typing import Annotated, NamedTuple, TypedDict

import msgspec

from catmaid_server.domain.errors import NotFound
from catmaid_server.domain.skeletons import skeleton_info
from catmaid_server.domain.skeletons.skeleton_info import SkeletonFilter, day
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid import times
from catmaid_server.http.catmaid.times import Instant
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()


class FilterSkeletons(msgspec.Struct):
    """Which skeletons to list; days as YYYYMMDD, the last one included."""

    created_by: int | None = None
    reviewed_by: int | None = None
    since: str | None = msgspec.field(name="from", default=None)
    until: str | None = msgspec.field(name="to", default=None)
    nodecount_gt: int | None = None

    def wanted(self) -> SkeletonFilter:
        """The filter that these parameters describe."""
        return SkeletonFilter(
            created_by=self.created_by,
            reviewed_by=self.reviewed_by,
            since=day(self.since),
            until=day(self.until, after=True),
            more_nodes_than=self.nodecount_gt,
        )


class SkeletonIds(msgspec.Struct):
    """Some skeletons."""

    skeleton_ids: list[int] = []


class Skids(msgspec.Struct):
    """Some skeletons, as old routes call them."""

    skids: list[int] = []


class SomeLabels(msgspec.Struct):
    """Labels, by id or by name."""

    label_ids: list[int] = []
    label_names: list[str] = []


@routes.get("/{project_id}/skeletons/", needs=Permission.BROWSE)
async def list_skeletons(call: Call, form: FilterSkeletons) -> list[int]:
    """List the ids of skeletons."""
    async with call.reading() as connection:
        return await skeleton_info.skeleton_ids(connection, call.project_id, form.wanted())


class Summary(TypedDict):
    """A skeleton; cable in nm."""

    skeleton_id: int
    last_summary_update: Instant
    original_creation_time: Instant
    last_edition_time: Instant
    num_nodes: int
    cable_length: float
    last_editor_id: int
    num_imported_nodes: int


@routes.any("/{project_id}/skeletons/summary", needs=Permission.BROWSE)
async def summarize(call: Call, form: SkeletonIds) -> Annotated[msgspec.Raw, Content(dict[int, Summary])]:
    """Give node count, cable length and times of skeletons."""
    async with call.reading() as connection:
        return await skeleton_info.summaries(connection, call.project_id, form.skeleton_ids)


@routes.any("/{project_id}/skeletons/cable-length", needs=Permission.BROWSE)
async def measure_cables(call: Call, form: SkeletonIds) -> dict[int, float]:
    """Give the cable length of skeletons."""
    async with call.reading() as connection:
        return await skeleton_info.cable_lengths(connection, call.project_id, form.skeleton_ids)


class Cable(TypedDict):
    """Length of cable in nm."""

    cable_length: float
    skeleton_id: int


@routes.get("/{project_id}/skeletons/{skeleton_id}/cable-length", needs=Permission.BROWSE)
async def measure_cable(call: Call, form: NoParameters) -> Cable:
    """Give the cable length of one skeleton."""
    skeleton_id = call.path["skeleton_id"]
    async with call.reading() as connection:
        length = await skeleton_info.cable_length(connection, call.project_id, skeleton_id)
    return {"cable_length": length, "skeleton_id": skeleton_id}


@routes.get("/{project_id}/skeletons/{skeleton_id}/root", needs=Permission.BROWSE)
async def find_root(call: Call, form: NoParameters) -> skeleton_info.RootNode:
    """Give the root node."""
    async with call.reading() as connection:
        return await skeleton_info.root(connection, call.project_id, call.path["skeleton_id"])


class NeuronDetails(TypedDict):
    """A neuron."""

    neuron_id: int
    project_id: int
    name: str
    user_id: int
    creation_time: Instant


@routes.any("/{project_id}/skeletons/{skeleton_id}/neuron-details", needs=Permission.BROWSE)
async def describe_neuron(call: Call, form: NoParameters) -> NeuronDetails:
    """Describe the neuron that a skeleton models."""
    async with call.reading() as connection:
        try:
            found = await skeleton_info.neuron_of_skeleton(connection, call.project_id, call.path["skeleton_id"])
        except skeleton_info.NoModelledNeuron as error:
            raise NotFound(str(error)) from None
    return {
        "neuron_id": found["neuron_id"],
        "project_id": found["project_id"],
        "name": found["name"],
        "user_id": found["user_id"],
        "creation_time": times.milliseconds(found["creation_time"]),
    }


class OverviewNode(NamedTuple):
    """A treenode; nm, radius -1 unset, and the edition time in whole seconds since 1970."""

    treenode_id: int
    parent_id: int | None
    confidence: int
    x: float
    y: float
    z: float
    radius: float
    user_id: int
    edition_time: int


NodeOverview = tuple[list[OverviewNode], list[tuple[int, int]], list[tuple[int, str]]]


@routes.get("/{project_id}/skeletons/{skeleton_id}/node-overview", needs=Permission.BROWSE)
async def overview_nodes(call: Call, form: NoParameters) -> Annotated[msgspec.Raw, Content(NodeOverview)]:
    """Give the nodes of a skeleton with their reviews and labels.

    Returns
    -------
    Nodes; reviews as (node, reviewer); labels as (node, label).
    """
    async with call.reading() as connection:
        return await skeleton_info.node_overview(connection, call.project_id, call.path["skeleton_id"])


class NeuronName(TypedDict):
    """Name and id of the neuron."""

    neuronname: str
    neuronid: int


@routes.any("/{project_id}/skeleton/{skeleton_id}/neuronname", needs=Permission.BROWSE)
async def name_of_skeleton(call: Call, form: NoParameters) -> NeuronName:
    """Name the neuron that a skeleton models."""
    async with call.reading() as connection:
        found = await skeleton_info.neuron_of_skeleton(connection, call.project_id, call.path["skeleton_id"])
    return {"neuronname": found["name"], "neuronid": found["neuron_id"]}


@routes.any("/{project_id}/skeleton/neuronnames", needs=Permission.BROWSE)
async def names_of_skeletons(call: Call, form: Skids) -> dict[int, str]:
    """Name the neurons that skeletons model."""
    ids = required(form.skids, "skeleton ID")
    async with call.reading() as connection:
        return await skeleton_info.neuron_names(connection, call.project_id, ids)


@routes.any("/{project_id}/skeleton/{skeleton_id}/node_count", needs=Permission.BROWSE)
async def count_nodes(call: Call, form: NoParameters) -> dict[str, int]:
    """Count the nodes of a skeleton."""
    async with call.reading() as connection:
        return await skeleton_info.node_count(connection, call.project_id, skeleton_id=call.path["skeleton_id"])


@routes.any("/{project_id}/skeleton/node/{treenode_id}/node_count", needs=Permission.BROWSE)
async def count_nodes_around(call: Call, form: NoParameters) -> dict[str, int]:
    """Count the nodes of the skeleton to which a node belongs."""
    async with call.reading() as connection:
        return await skeleton_info.node_count(connection, call.project_id, treenode_id=call.path["treenode_id"])


@routes.any("/{project_id}/skeletons/node-labels", needs=Permission.BROWSE)
async def labelled_skeletons(call: Call, form: SomeLabels) -> list[tuple[int, list[int]]]:
    """Find skeletons by the labels of their nodes."""
    async with call.reading() as connection:
        return await skeleton_info.labelled_skeletons(connection, call.project_id, form.label_ids, form.label_names)
