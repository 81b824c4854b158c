"""A project as one edit sees it: nodes with their edition times, read by CATMAID's own routes, and writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from catmaid_jupyter.api.errors import NotFound
from catmaid_jupyter.api.http import SentFile
from catmaid_jupyter.api.place import Place
from catmaid_wire.edits import EDIT_GROUP, IDEMPOTENCY_KEY
from catmaid_wire.forms import Form, FormValue, encode_form

_ROUNDING = timedelta(milliseconds=1)
NO_CHECK = '{"nocheck": true}'
_NOWHERE: Form = {"left": 0, "top": 0, "z1": -1e9, "right": 1, "bottom": 1, "z2": 1 - 1e9}


@dataclass(frozen=True, slots=True)
class SeenLink:
    """A link of a connector to a treenode as it was read; edition time ISO with ms."""

    link_id: int
    treenode_id: int
    relation_id: int
    confidence: int
    edition_time: str


@dataclass(frozen=True, slots=True)
class SeenNode:
    """A treenode or connector (`skeleton_id` None) as it was read; lengths in nm, edition time ISO with ms."""

    id: int
    x: float
    y: float
    z: float
    confidence: int
    edition_time: str
    user_id: int
    parent_id: int | None = None
    radius: float = -1.0
    skeleton_id: int | None = None
    links: tuple[SeenLink, ...] = ()

    @property
    def position(self) -> tuple[float, float, float]:
        """(x, y, z) in nm."""
        return self.x, self.y, self.z

    @property
    def stamp(self) -> tuple[int, str]:
        """(id, edition time), as states carry it."""
        return self.id, self.edition_time


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Nodes read together, by id, with the labels of those that have some and the names of relations."""

    treenodes: Mapping[int, SeenNode]
    connectors: Mapping[int, SeenNode] = field(default_factory=dict)
    labels: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    relations: Mapping[int, str] = field(default_factory=dict)

    def treenode(self, treenode_id: int) -> SeenNode:
        """The treenode; `NotFound` if it was not there."""
        try:
            return self.treenodes[treenode_id]
        except KeyError:
            raise NotFound(f"There is no treenode {treenode_id} in this project.") from None

    def connector(self, connector_id: int) -> SeenNode:
        """The connector; `NotFound` if it was not there."""
        try:
            return self.connectors[connector_id]
        except KeyError:
            raise NotFound(f"There is no connector {connector_id} in this project.") from None

    def children(self, treenode_id: int) -> list[SeenNode]:
        """The children that were read."""
        return [node for node in self.treenodes.values() if node.parent_id == treenode_id]

    def links_of(self, treenode_id: int) -> list[tuple[SeenNode, SeenLink]]:
        """The connectors that a treenode is linked to, of those that were read."""
        pairs = ((connector, link) for connector in self.connectors.values() for link in connector.links)
        return [(connector, link) for connector, link in pairs if link.treenode_id == treenode_id]


class Site:
    """Reads of nodes, and writes with state and key, for one edit of a project.

    group : the same UUID for all requests that are undone together; None for servers that do not group them.

    What was read is remembered, so that an edit that is tried again after a lost answer sends the same requests:
    by then the server may have applied it, and would answer the reads differently.
    """

    def __init__(self, place: Place, group: str | None = None) -> None:
        self.place = place
        self._group = group
        self._step = 0
        self._read: dict[tuple[object, ...], Any] = {}

    def restart(self) -> None:
        """Begin the edit again, with the answers that were read before."""
        self._step = 0

    async def write(
        self,
        path: str,
        form: Mapping[str, FormValue],
        *,
        state: str | None,
        key: str,
        method: str = "POST",
        file: SentFile | None = None,
    ) -> dict[str, Any]:
        """Send an edit below the project and return its answer (see `journal` for when it is repeated)."""
        self.place.require_present()
        self._step += 1
        http = self.place.http
        headers = {IDEMPOTENCY_KEY: key} if http.honours_keys else {}
        if self._group is not None:
            headers[EDIT_GROUP] = self._group
        answer = await http.request(
            method,
            self.place.path(path),
            form={**form, "state": state},
            headers=headers,
            file=file,
            repeatable=http.honours_keys,
        )
        value: dict[str, Any] = answer.json() if answer.body else {}
        return value

    async def nodes(self, treenode_ids: Collection[int] = (), connector_ids: Collection[int] = ()) -> Surroundings:
        """Treenodes and connectors by id, with their labels; those that do not exist are missing."""
        form: dict[str, FormValue] = {**_NOWHERE, "labels": True}
        form |= {"treenode_ids": list(treenode_ids), "connector_ids": list(connector_ids)}
        return await self._node_list(form)

    async def around(self, treenode_id: int) -> Surroundings:
        """A treenode with its parent, children and connectors; `NotFound` if it does not exist."""
        node = (await self.nodes([treenode_id])).treenode(treenode_id)
        extra = [treenode_id] if node.parent_id is None else [treenode_id, node.parent_id]
        return await self._node_list({**_box(node.position), "treenode_ids": extra, "labels": True})

    async def around_connector(self, connector_id: int) -> Surroundings:
        """A connector with its links; `NotFound` if it does not exist."""
        connector = (await self.nodes(connector_ids=[connector_id])).connector(connector_id)
        form = {**_box(connector.position), "connector_ids": [connector_id], "labels": True}
        return await self._node_list(form)

    async def root_of(self, skeleton_id: int) -> int:
        """Id of a skeleton's root node."""
        answer = await self._json("GET", f"skeletons/{skeleton_id}/root")
        return int(answer["root_id"])

    async def neuron_of(self, skeleton_id: int) -> tuple[int, str]:
        """(neuron id, name) of a skeleton."""
        answer = await self._json("GET", f"skeleton/{skeleton_id}/neuronname")
        return int(answer["neuronid"]), str(answer["neuronname"])

    async def annotation_names(self) -> dict[int, str]:
        """Names of all annotations of the project, by id."""
        answer = await self._json("GET", "annotations/")
        return {int(row["id"]): str(row["name"]) for row in answer["annotations"]}

    async def _node_list(self, form: Form) -> Surroundings:
        return read_node_list(await self._json("POST", "node/list", form))

    async def _json(self, method: str, path: str, form: Form | None = None) -> Any:
        request = (self._step, method, path, *encode_form(form or {}))
        if request not in self._read:
            self._read[request] = await self.place.read_json(method, path, form=form)
        return self._read[request]


def read_node_list(answer: list[Any]) -> Surroundings:
    """The positional rows of `node/list` as values."""
    rows, connectors, labels, _, relations = answer[:5]
    return Surroundings(
        treenodes={row[0]: _treenode(row) for row in rows},
        connectors={row[0]: _connector(row) for row in connectors},
        labels={int(node): tuple(names) for node, names in labels.items()},
        relations={int(relation): name for relation, name in relations.items()},
    )


def state_of(nodes: Iterable[SeenNode]) -> str:
    """State of a request about several nodes: `[[id, edition time], …]`."""
    return msgspec.json.encode([node.stamp for node in nodes]).decode()


def own_state(node: SeenNode) -> str:
    """State of a request that depends on one node only."""
    return msgspec.json.encode({"edition_time": node.edition_time}).decode()


def parent_state(parent: SeenNode, *children: SeenNode) -> str:
    """State of a request that adds a node below `parent`, maybe above `children`."""
    state: dict[str, Any] = {"parent": parent.stamp}
    if children:
        state["children"] = [child.stamp for child in children]
    return msgspec.json.encode(state).decode()


def neighbourhood_state(node: SeenNode, seen: Surroundings) -> str:
    """State of a request that removes a treenode: it, its parent, all its children and links."""
    state: dict[str, Any] = {
        "edition_time": node.edition_time,
        "children": [child.stamp for child in seen.children(node.id)],
        "links": [(link.link_id, link.edition_time) for _, link in seen.links_of(node.id)],
    }
    if node.parent_id is not None:
        state["parent"] = seen.treenode(node.parent_id).stamp
    return msgspec.json.encode(state).decode()


def connector_state(connector: SeenNode) -> str:
    """State of a request that removes a connector: it and all its links."""
    links = [(link.link_id, link.edition_time) for link in connector.links]
    return msgspec.json.encode({"edition_time": connector.edition_time, "c_links": links}).decode()


def iso_time(seconds: float) -> str:
    """ISO 8601 in UTC with milliseconds, as in the answers to edits, from seconds since 1970."""
    time = datetime.fromtimestamp(round(seconds * 1000) / 1000, UTC)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def same_time(one: str | None, other: str | None) -> bool:
    """Whether two edition times are the same but for how they were rounded to milliseconds."""
    if one is None or other is None:
        return one is other
    return abs(datetime.fromisoformat(one) - datetime.fromisoformat(other)) <= _ROUNDING


def _treenode(row: list[Any]) -> SeenNode:
    node_id, parent_id, x, y, z, confidence, radius, skeleton_id, edited, user_id = row[:10]
    return SeenNode(node_id, x, y, z, confidence, iso_time(edited), user_id, parent_id, radius, skeleton_id)


def _connector(row: list[Any]) -> SeenNode:
    node_id, x, y, z, confidence, edited, user_id, links = row[:8]
    read = tuple(
        SeenLink(link_id, treenode_id, relation_id, certainty, iso_time(time))
        for treenode_id, relation_id, certainty, time, link_id in links
    )
    return SeenNode(node_id, x, y, z, confidence, iso_time(edited), user_id, links=read)


def _box(position: tuple[float, float, float]) -> dict[str, FormValue]:
    x, y, z = position
    return {"left": x - 1, "top": y - 1, "z1": z - 1, "right": x + 1, "bottom": y + 1, "z2": z + 1}
