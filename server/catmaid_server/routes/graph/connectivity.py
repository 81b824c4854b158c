"""Connectivity of skeletons."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.graph import connectivity
from catmaid_server.domain.graph.connectivity import DIRECTIONS, PartnerQuery, Partners
from catmaid_server.http import keys
from catmaid_server.http.cached import remembered
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, Permission, Routes
from catmaid_server.routes.graph.partners_json import partners_json

routes = Routes()


class FindPartners(msgspec.Struct):
    """Whose partners, common to all of them (AND) or not (OR), of which kinds, and whether with each link."""

    source_skeleton_ids: list[int] = []
    boolean_op: str = "OR"
    with_nodes: bool = False
    link_types: list[str] = []

    def query(self) -> PartnerQuery:
        """The query that these parameters describe."""
        operator = self.boolean_op.upper()
        if operator not in ("AND", "OR"):
            raise InvalidInput("Parameter boolean_op is AND or OR.")
        return PartnerQuery(
            skeleton_ids=self.source_skeleton_ids,
            directions=self.link_types or DIRECTIONS,
            common=operator == "AND",
            with_links=self.with_nodes,
        )


@routes.post("/{project_id}/skeletons/connectivity", needs=Permission.BROWSE)
async def find_partners(call: Call, form: FindPartners) -> Annotated[msgspec.Raw, Content(Partners)]:
    """Find the partners of skeletons.

    Returns
    -------
    For each direction the partners by skeleton id; and under `<direction>_reviewers` the users who reviewed any of
    them.
    """
    query = form.query()
    if call.as_of is None:
        pairs = await call.request.app[keys.PARTNERS].partners(call, call.project_id, query)
        if pairs is not None:
            return msgspec.Raw(await asyncio.to_thread(partners_json, pairs))
    return await remembered(call, form, lambda connection: connectivity.partners(connection, call.project_id, query))
