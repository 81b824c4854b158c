"""Edits of reviews."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final, Literal

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import HISTORY
from catmaid_jupyter.edits.base import Applied, Edit, JsonObject, Restoration, counted, derived_key
from catmaid_jupyter.edits.calls import EditCall, EditCalls
from catmaid_jupyter.edits.site import Site
from catmaid_wire.forms import Form

_ORIENTATIONS: Final = {"xy": 0, "xz": 1, "zy": 2}


class ReviewTreenodes(Edit[JsonObject], frozen=True):
    """Mark treenodes as reviewed by oneself, now; the answer has those that exist.

    Other CATMAID servers mark one treenode after the other, and cannot take it back for some of a skeleton's.
    """

    route: ClassVar[str] = "nodes/reviewed"
    node_fields: ClassVar[tuple[str, ...]] = ("treenode_ids",)

    treenode_ids: Sequence[int]

    async def _apply(self, site: Site, key: str) -> Applied:
        wanted = list(dict.fromkeys(self.treenode_ids))
        if not wanted:
            raise InvalidInput("Name at least one treenode that you have reviewed.")
        if HISTORY in site.place.capabilities:
            answer = await self._write(site, key, {"treenode_ids": wanted}, None)
        else:
            answer = await _mark_each(site, wanted, key)
        return Applied(answer=answer, text=f"review {counted(answer['treenode_ids'], 'treenode')}")


class ResetReviews(Edit[JsonObject], frozen=True):
    """Take back all one's own reviews of a skeleton; elsewhere than on this service this cannot be undone."""

    route: ClassVar[str] = "skeleton/{skeleton_id}/review/reset-own"

    skeleton_id: int

    async def _apply(self, site: Site, key: str) -> Applied:
        answer = await self._write(site, key, {}, None)
        return Applied(answer=answer, text=f"reset own reviews of skeleton {self.skeleton_id}")


class SuppressVirtualNode(Edit[JsonObject], frozen=True):
    """Have reviewers skip a section between a treenode and its parent, where no node is.

    depth : where the section is, along the axis that the plane is seen along, nm.
    """

    route: ClassVar[str] = "treenodes/{treenode_id}/suppressed-virtual/"
    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id",)

    treenode_id: int
    depth: float
    plane: Literal["xy", "xz", "zy"] = "xy"

    async def _apply(self, site: Site, key: str) -> Applied:
        form: Form = {"orientation": _ORIENTATIONS[self.plane], "location_coordinate": self.depth}
        answer = await self._write(site, key, form, self.state)
        return Applied(
            answer=answer,
            text=f"hide the virtual node above treenode {self.treenode_id}",
            inverse=(ShowVirtualNode(treenode_id=self.treenode_id, suppressed_id=int(answer["id"])),),
        )


class ShowVirtualNode(Restoration, frozen=True):
    """Show reviewers again what was suppressed."""

    route: ClassVar[str] = "treenodes/{treenode_id}/suppressed-virtual/{suppressed_id}"
    method: ClassVar[str] = "DELETE"
    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id",)

    treenode_id: int
    suppressed_id: int

    async def _apply(self, site: Site, key: str) -> Applied:
        answer = await self._write(site, key, {}, self.state)
        return Applied(answer=answer, text=f"show the virtual node above treenode {self.treenode_id}")


class ReviewCalls(EditCalls):
    """The edits of this module as calls."""

    review_treenodes = EditCall(ReviewTreenodes)
    reset_reviews = EditCall(ResetReviews)
    suppress_virtual_node = EditCall(SuppressVirtualNode)


async def _mark_each(site: Site, treenode_ids: Sequence[int], key: str) -> JsonObject:
    """Mark treenodes by CATMAID's own route, which takes one; `NotFound` if none of them exists."""
    there = (await site.nodes(treenode_ids)).treenodes
    marked = [treenode_id for treenode_id in treenode_ids if treenode_id in there]
    if not marked:
        raise NotFound("None of these treenodes exists any more.")
    answer: JsonObject = {}
    for treenode_id in marked:
        path = f"node/{treenode_id}/reviewed"
        answer = await site.write(path, {}, state=None, key=derived_key(key, str(treenode_id)))
    return {**answer, "treenode_ids": marked}
