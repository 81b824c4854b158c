"""Models of samplers: parts of skeletons that are looked at closely. States and types are the same on every server."""

from __future__ import annotations

from catmaid_server.transfer.importers.catmaid.base import Id, Owned, Row


class Sampler(Owned, kw_only=True):
    """A sampler of a skeleton; lengths in nm."""

    interval_length: float
    interval_error: float
    create_interval_boundaries: bool = True
    review_required: bool = True
    sampler_state: int
    skeleton: Id
    leaf_segment_handling: str = "ignore"
    merge_limit: float = 0.0


class SamplerDomain(Owned, kw_only=True):
    """A part of a skeleton, from its start node to its ends."""

    sampler: Id
    start_node: Id
    domain_type: int
    parent_interval: Id | None = None


class SamplerDomainEnd(Row, kw_only=True):
    """An end of a domain."""

    domain: Id
    end_node: Id


class SamplerInterval(Owned, kw_only=True):
    """A stretch of a domain."""

    domain: Id
    interval_state: int
    start_node: Id
    end_node: Id


class SamplerConnector(Owned, kw_only=True):
    """How far work on a connector of an interval has come."""

    interval: Id
    connector: Id
    connector_state: int
