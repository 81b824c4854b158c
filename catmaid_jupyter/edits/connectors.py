"""Edits of connectors and of their links to treenodes."""

from __future__ import annotations

from typing import ClassVar

from catmaid_jupyter.api.errors import CatmaidError, NotFound, Unreachable
from catmaid_jupyter.edits.base import Applied, Confidence, Edit, JsonObject, Restoration, derived_key
from catmaid_jupyter.edits.calls import EditCall, EditCalls
from catmaid_jupyter.edits.labels import SetLabels
from catmaid_jupyter.edits.site import NO_CHECK, Site, connector_state, state_of
from catmaid_wire.forms import Form
from catmaid_wire.relations import PRESYNAPTIC


class CreateConnector(Edit[int], frozen=True):
    """Add a connector and return its id; link a treenode to it if one is given.

    x, y, z : nm in project space.
    relation : that of the link, such as `presynaptic_to`; `state` is what the author saw of the treenode.
    """

    route: ClassVar[str] = "connector/create"
    returns: ClassVar[str | None] = "connector_id"
    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id",)

    x: float
    y: float
    z: float
    confidence: Confidence = 5
    treenode_id: int | None = None
    relation: str = PRESYNAPTIC

    async def _apply(self, site: Site, key: str) -> Applied:
        form: Form = {"x": self.x, "y": self.y, "z": self.z, "confidence": self.confidence}
        answer = await self._write(site, key, form, NO_CHECK)
        connector_id = int(answer["connector_id"])
        times = {connector_id: answer["connector_edition_time"]}
        remove = DeleteConnector(connector_id)
        if self.treenode_id is not None:
            link = CreateLink(self.treenode_id, connector_id, self.relation, state=self.state)
            try:
                linked = await link.apply(site, derived_key(key, "link"))
            except Unreachable:
                raise
            except CatmaidError:
                await remove.apply(site, derived_key(key, "take back"))
                raise
            made = linked.answer
            row = [made["link_id"], made["link_edition_time"], self.treenode_id, made["relation_id"]]
            answer = {**answer, "created_links": [row], "link": made}
        return Applied(
            answer=answer,
            text=f"add connector {connector_id}",
            inverse=(remove,),
            times=times,
            position=(self.x, self.y, self.z),
        )


class DeleteConnector(Edit[JsonObject], frozen=True):
    """Remove a connector with all its links."""

    route: ClassVar[str] = "connector/delete"
    node_fields: ClassVar[tuple[str, ...]] = ("connector_id",)
    guard_fields: ClassVar[tuple[str, ...]] = ("connector_id",)

    connector_id: int

    async def _apply(self, site: Site, key: str) -> Applied:
        try:
            seen = await site.around_connector(self.connector_id)
        except NotFound:
            if self.state is None:
                raise
            return await self._apply_unseen(site, key)
        connector = seen.connector(self.connector_id)
        state = self.state or connector_state(connector)
        answer = await self._write(site, key, {"connector_id": connector.id}, state)
        restore = RestoreConnector(
            connector_id=connector.id,
            x=connector.x,
            y=connector.y,
            z=connector.z,
            confidence=connector.confidence,
            links=tuple((partner["id"], partner["rel"]) for partner in answer["partners"]),
            labels=seen.labels.get(connector.id, ()),
        )
        text = f"delete connector {connector.id}"
        return Applied(answer=answer, text=text, inverse=(restore,), position=connector.position)

    async def _apply_unseen(self, site: Site, key: str) -> Applied:
        """Ask for the answer of an earlier attempt, which may have deleted it; it cannot be taken back."""
        answer = await self._write(site, key, {"connector_id": self.connector_id}, self.state)
        return Applied(answer=answer, text=f"delete connector {self.connector_id}")


class RestoreConnector(Restoration, frozen=True, kw_only=True):
    """Bring a deleted connector back under a new id, with its links and labels."""

    node_fields: ClassVar[tuple[str, ...]] = ("links",)

    connector_id: int
    x: float
    y: float
    z: float
    confidence: int
    links: tuple[tuple[int, str], ...]
    """(treenode id, relation) of each link."""
    labels: tuple[str, ...]

    async def _apply(self, site: Site, key: str) -> Applied:
        made = await CreateConnector(self.x, self.y, self.z, self.confidence or 5).apply(site, key)
        connector_id = int(made.answer["connector_id"])
        for treenode_id, relation in self.links:
            link = CreateLink(treenode_id, connector_id, relation)
            await link.apply(site, derived_key(key, f"link {treenode_id} {relation}"))
        if self.labels:
            labels = SetLabels(connector_id, self.labels, "connector", delete_existing=False)
            await labels.apply(site, derived_key(key, "labels"))
        return Applied(
            answer=made.answer,
            text=f"restore connector {self.connector_id}",
            times=made.times,
            position=made.position,
            replaces={self.connector_id: connector_id},
        )


class CreateLink(Edit[JsonObject], frozen=True):
    """Link a treenode to a connector.

    relation : `presynaptic_to`, `postsynaptic_to`, `gapjunction_with`, …; see `catmaid_wire.relations`.
    """

    route: ClassVar[str] = "link/create"
    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id", "connector_id")

    treenode_id: int
    connector_id: int
    relation: str

    async def _apply(self, site: Site, key: str) -> Applied:
        state = self.state or await _ends_state(site, self.treenode_id, self.connector_id)
        form: Form = {"from_id": self.treenode_id, "to_id": self.connector_id, "link_type": self.relation}
        answer = await self._write(site, key, form, state)
        back = DeleteLink(self.treenode_id, self.connector_id, self.relation)
        text = f"link treenode {self.treenode_id} to connector {self.connector_id}"
        return Applied(answer=answer, text=text, inverse=(back,))


class DeleteLink(Edit[JsonObject], frozen=True):
    """Remove the link between a treenode and a connector.

    relation : that of the link, needed if there are several links.
    """

    route: ClassVar[str] = "link/delete"
    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id", "connector_id")

    treenode_id: int
    connector_id: int
    relation: str | None = None

    async def _apply(self, site: Site, key: str) -> Applied:
        state = self.state or await _ends_state(site, self.treenode_id, self.connector_id)
        form: Form = {
            "connector_id": self.connector_id,
            "treenode_id": self.treenode_id,
            "link_type": self.relation,
        }
        answer = await self._write(site, key, form, state)
        back = CreateLink(self.treenode_id, self.connector_id, answer["link_type"])
        text = f"unlink treenode {self.treenode_id} from connector {self.connector_id}"
        return Applied(answer=answer, text=text, inverse=(back,))


class ConnectorCalls(EditCalls):
    """The edits of this module as calls."""

    create_connector = EditCall(CreateConnector)
    delete_connector = EditCall(DeleteConnector)
    create_link = EditCall(CreateLink)
    delete_link = EditCall(DeleteLink)


async def _ends_state(site: Site, treenode_id: int, connector_id: int) -> str:
    """State of a request about a link: the nodes at both ends."""
    seen = await site.nodes([treenode_id], [connector_id])
    if treenode_id not in seen.treenodes and connector_id not in seen.connectors:
        raise NotFound(f"There is neither a treenode {treenode_id} nor a connector {connector_id} in this project.")
    return state_of([seen.treenode(treenode_id), seen.connector(connector_id)])
