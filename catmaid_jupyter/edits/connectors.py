"""Edits of connectors and their links to treenodes."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from catmaid_jupyter.api.errors import CatmaidError, NotFound, Unreachable
from catmaid_jupyter.edits.base import Applied, Edit, derived_key
from catmaid_jupyter.edits.labels import SetLabels
from catmaid_jupyter.edits.site import NO_CHECK, Site, connector_state, state_of
from catmaid_wire.forms import Form

PRESYNAPTIC = "presynaptic_to"


class CreateConnector(Edit, frozen=True, kw_only=True):
    """Add a connector, and link a treenode to it in the same breath if one is given."""

    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id",)

    x: float
    y: float
    z: float
    confidence: Annotated[int, msgspec.Meta(ge=1, le=5)] = 5
    treenode_id: int | None = None
    relation: str = PRESYNAPTIC

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        form: Form = {"x": self.x, "y": self.y, "z": self.z, "confidence": self.confidence}
        answer = await site.write("connector/create", form, state=NO_CHECK, key=key)
        connector_id = int(answer["connector_id"])
        times = {connector_id: answer["connector_edition_time"]}
        remove = DeleteConnector(connector_id=connector_id)
        if self.treenode_id is not None:
            link = CreateLink(treenode_id=self.treenode_id, connector_id=connector_id, relation=self.relation)
            try:
                linked = await link.apply(site, state, derived_key(key, "link"))
            except Unreachable:
                raise
            except CatmaidError:
                await remove.apply(site, None, derived_key(key, "take back"))
                raise
            answer = {**answer, "created_links": [linked.answer["link_id"]], "link": linked.answer}
        return Applied(
            answer=answer,
            text=f"add connector {connector_id}",
            inverse=(remove,),
            times=times,
            position=(self.x, self.y, self.z),
        )


class DeleteConnector(Edit, frozen=True, kw_only=True):
    """Remove a connector with all its links."""

    node_fields: ClassVar[tuple[str, ...]] = ("connector_id",)

    connector_id: int

    @property
    def guards(self) -> frozenset[int]:  # noqa: D102
        return frozenset({self.connector_id})

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        seen = await site.around_connector(self.connector_id)
        connector = seen.connector(self.connector_id)
        form: Form = {"connector_id": self.connector_id}
        answer = await site.write("connector/delete", form, state=state or connector_state(connector), key=key)
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


class RestoreConnector(Edit, frozen=True, kw_only=True):
    """Bring a deleted connector back under a new id, with its links and labels."""

    node_fields: ClassVar[tuple[str, ...]] = ("links",)

    connector_id: int
    x: float
    y: float
    z: float
    confidence: int
    links: tuple[tuple[int, str], ...]
    labels: tuple[str, ...]

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        create = CreateConnector(x=self.x, y=self.y, z=self.z, confidence=self.confidence or 5)
        made = await create.apply(site, state, key)
        connector_id = int(made.answer["connector_id"])
        for treenode_id, relation in self.links:
            link = CreateLink(treenode_id=treenode_id, connector_id=connector_id, relation=relation)
            await link.apply(site, None, derived_key(key, f"link {treenode_id} {relation}"))
        if self.labels:
            labels = SetLabels(node_id=connector_id, kind="connector", labels=self.labels, delete_existing=False)
            await labels.apply(site, None, derived_key(key, "labels"))
        return Applied(
            answer=made.answer,
            text=f"restore connector {self.connector_id}",
            times=made.times,
            position=made.position,
            replaces={self.connector_id: connector_id},
        )


class CreateLink(Edit, frozen=True, kw_only=True):
    """Link a treenode to a connector.

    relation : `presynaptic_to`, `postsynaptic_to`, `gapjunction_with`, `abutting`, …
    """

    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id", "connector_id")

    treenode_id: int
    connector_id: int
    relation: str

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        state = state or await _ends_state(site, self.treenode_id, self.connector_id)
        form: Form = {"from_id": self.treenode_id, "to_id": self.connector_id, "link_type": self.relation}
        answer = await site.write("link/create", form, state=state, key=key)
        back = DeleteLink(treenode_id=self.treenode_id, connector_id=self.connector_id, relation=self.relation)
        text = f"link treenode {self.treenode_id} to connector {self.connector_id}"
        return Applied(answer=answer, text=text, inverse=(back,))


class DeleteLink(Edit, frozen=True, kw_only=True):
    """Remove the link between a treenode and a connector.

    relation : which one, when there are several; otherwise whichever there is.
    """

    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id", "connector_id")

    treenode_id: int
    connector_id: int
    relation: str | None = None

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        state = state or await _ends_state(site, self.treenode_id, self.connector_id)
        form: Form = {
            "connector_id": self.connector_id,
            "treenode_id": self.treenode_id,
            "link_type": self.relation,
        }
        answer = await site.write("link/delete", form, state=state, key=key)
        back = CreateLink(treenode_id=self.treenode_id, connector_id=self.connector_id, relation=answer["link_type"])
        text = f"unlink treenode {self.treenode_id} from connector {self.connector_id}"
        return Applied(answer=answer, text=text, inverse=(back,))


async def _ends_state(site: Site, treenode_id: int, connector_id: int) -> str:
    seen = await site.nodes([treenode_id], [connector_id])
    if treenode_id not in seen.treenodes and connector_id not in seen.connectors:
        raise NotFound(f"There is neither a treenode {treenode_id} nor a connector {connector_id} in this project.")
    return state_of([seen.treenode(treenode_id), seen.connector(connector_id)])
