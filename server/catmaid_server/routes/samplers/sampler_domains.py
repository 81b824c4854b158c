"""Domains of samplers, their intervals, and connectors on these."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.samplers import sampler_domains
from catmaid_server.domain.samplers.sampler_boundaries import Boundary
from catmaid_server.domain.samplers.sampler_domains import Interval, NewDomain
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid import forms
from catmaid_server.http.catmaid.times import epoch
from catmaid_server.http.routing import NoParameters, Permission, Routes
from catmaid_server.routes.samplers.samplers import DomainAnswer, DomainEnd, ends_of, whole_seconds

routes = Routes()


class DomainForm(msgspec.Struct):
    """A domain to make: a treenode and all distal to it, up to its ends."""

    domain_type_id: int
    start_node_id: int
    end_node_ids: list[int] = []
    parent_interval_id: int | None = None
    """The interval of another domain from which this one leaves."""

    def domain(self) -> NewDomain:
        """What is to be made."""
        return NewDomain(self.domain_type_id, self.start_node_id, self.end_node_ids, self.parent_interval_id)


class DomainsForm(msgspec.Struct):
    """Domains to make."""

    domains: list[str] = []
    """Each is a JSON object with the parameters of a single domain."""


class IntervalsForm(msgspec.Struct):
    """Intervals to make, and treenodes that have to be made for them."""

    intervals: list[tuple[int, int]] = []
    """First and last treenode of each."""
    added_nodes: str = "[]"
    """JSON: [[id, child, parent, x, y, z], ...], each to be put on the edge from child to parent, in nm; the id is what
    it is called here, in intervals and as parent or child of those after it."""

    def boundaries(self) -> list[Boundary]:
        """The treenodes to make."""
        try:
            said = msgspec.json.decode(self.added_nodes or "[]")
        except (msgspec.DecodeError, RecursionError):
            raise InvalidInput("Parameter added_nodes is not valid JSON.") from None
        return [
            Boundary(node_id, child_id, parent_id, (x, y, z))
            for node_id, child_id, parent_id, x, y, z in forms.convert({"nodes": said}, _AddedNodes).nodes
        ]


class _AddedNodes(msgspec.Struct):
    nodes: list[tuple[int, int, int, float, float, float]]


class StateForm(msgspec.Struct):
    """The state that something is in now."""

    state_id: int


class ConnectorChoice(msgspec.Struct):
    """Which connectors; what is left out does not matter."""

    interval_id: int | None = None
    connector_id: int | None = None
    state_id: int | None = None


class ListedDomain(TypedDict):
    """A domain of a sampler; times in seconds since 1970."""

    id: int
    creation_time: float
    edition_time: float
    parent_interval_id: int | None
    start_node_id: int
    type_id: int
    user_id: int
    ends: list[DomainEnd]


class ListedInterval(TypedDict):
    """An interval of a domain; times in seconds since 1970."""

    id: int
    creation_time: float
    edition_time: float
    state_id: int
    user_id: int
    start_node_id: int
    end_node_id: int


class NewInterval(TypedDict):
    """An interval that was made just now."""

    id: int
    interval_state_id: int
    start_node_id: int
    end_node_id: int
    user_id: int
    project_id: str


class NewIntervals(TypedDict):
    """Intervals that were made just now, and how many treenodes with them."""

    intervals: list[NewInterval]
    n_added_nodes: int


class IntervalDetails(TypedDict):
    """An interval; as clients know it, `end_node_id` is here the first treenode again."""

    id: int
    domain_id: int
    interval_state: int
    start_node_id: int
    end_node_id: int
    user_id: int
    project_id: int


class IntervalState(TypedDict):
    """The state of an interval."""

    id: int
    interval_state_id: int


class ConnectorState(TypedDict):
    """The state of a connector in an interval; `id` is that of this piece of information."""

    id: int
    connector_state_id: int


class SampledConnector(TypedDict):
    """A connector in an interval, and its state."""

    id: int
    interval_id: int
    connector_id: int
    state_id: int


@routes.get("/{project_id}/samplers/{sampler_id}/domains/", needs=Permission.BROWSE)
async def list_domains(call: Call, form: NoParameters) -> list[ListedDomain]:
    """List the domains of a sampler."""
    sampler_id = call.path["sampler_id"]
    async with call.reading() as connection:
        found = (await sampler_domains.list_domains(connection, call.project_id, [sampler_id])).get(sampler_id, [])
    return [
        {
            "id": domain.id,
            "creation_time": whole_seconds(epoch(domain.creation_time)),
            "edition_time": whole_seconds(epoch(domain.edition_time)),
            "parent_interval_id": domain.parent_interval_id,
            "start_node_id": domain.start_node_id,
            "type_id": domain.type_id,
            "user_id": domain.user_id,
            "ends": ends_of(domain),
        }
        for domain in found
    ]


@routes.post("/{project_id}/samplers/{sampler_id}/domains/add", needs=Permission.ANNOTATE, label="samplers.add_domain")
async def add_domain(call: Call, form: DomainForm) -> DomainAnswer:
    """Add a domain to a sampler."""
    made = await sampler_domains.create_domains(
        call.tx, call.user, call.project_id, call.path["sampler_id"], [form.domain()]
    )
    return DomainAnswer.of(made[0], new=True)


@routes.post(
    "/{project_id}/samplers/{sampler_id}/domains/add-all", needs=Permission.ANNOTATE, label="samplers.add_domain"
)
async def add_domains(call: Call, form: DomainsForm) -> list[DomainAnswer]:
    """Add several domains to a sampler."""
    if not form.domains:
        raise InvalidInput('Name the domains to make: domains[0]={"domain_type_id": ...}&domains[1]=...')
    try:
        wanted = [forms.convert(msgspec.json.decode(text), DomainForm) for text in form.domains]
    except (msgspec.DecodeError, RecursionError):
        raise InvalidInput("Each of the domains is a JSON object.") from None
    made = await sampler_domains.create_domains(
        call.tx, call.user, call.project_id, call.path["sampler_id"], [one.domain() for one in wanted]
    )
    return [DomainAnswer.of(domain, new=True) for domain in made]


@routes.get("/{project_id}/samplers/domains/{domain_id}/details", needs=Permission.BROWSE)
async def describe_domain(call: Call, form: NoParameters) -> DomainAnswer:
    """Describe a domain of a sampler."""
    async with call.reading() as connection:
        return DomainAnswer.of(
            await sampler_domains.describe_domain(connection, call.project_id, call.path["domain_id"])
        )


@routes.get("/{project_id}/samplers/domains/{domain_id}/intervals/", needs=Permission.BROWSE)
async def list_intervals(call: Call, form: NoParameters) -> list[ListedInterval]:
    """List the intervals of a domain, those that were not changed for longest first."""
    domain_id = call.path["domain_id"]
    async with call.reading() as connection:
        found = (await sampler_domains.list_intervals(connection, call.project_id, [domain_id])).get(domain_id, [])
    return [
        {
            "id": interval.id,
            "creation_time": whole_seconds(epoch(interval.creation_time)),
            "edition_time": whole_seconds(epoch(interval.edition_time)),
            "state_id": interval.state_id,
            "user_id": interval.user_id,
            "start_node_id": interval.start_node_id,
            "end_node_id": interval.end_node_id,
        }
        for interval in found
    ]


@routes.post(
    "/{project_id}/samplers/domains/{domain_id}/intervals/add-all",
    needs=Permission.ANNOTATE,
    label="samplers.add_intervals",
)
async def add_intervals(call: Call, form: IntervalsForm) -> NewIntervals:
    """Divide a domain into intervals, and make the treenodes where they begin and end."""
    boundaries = form.boundaries()
    made = await sampler_domains.create_intervals(
        call.tx, call.user, call.project_id, call.path["domain_id"], form.intervals, boundaries
    )
    return {"intervals": [_new(interval) for interval in made], "n_added_nodes": len(boundaries)}


@routes.get("/{project_id}/samplers/domains/intervals/{interval_id}/details", needs=Permission.BROWSE)
async def describe_interval(call: Call, form: NoParameters) -> IntervalDetails:
    """Describe an interval; where it ends, the list of intervals tells."""
    async with call.reading() as connection:
        found = await sampler_domains.describe_interval(connection, call.project_id, call.path["interval_id"])
    return {
        "id": found.id,
        "domain_id": found.domain_id,
        "interval_state": found.state_id,
        "start_node_id": found.start_node_id,
        "end_node_id": found.start_node_id,
        "user_id": found.user_id,
        "project_id": found.project_id,
    }


@routes.post(
    "/{project_id}/samplers/domains/intervals/{interval_id}/set-state",
    needs=Permission.ANNOTATE,
    label="samplers.set_interval_state",
)
async def set_interval_state(call: Call, form: StateForm) -> IntervalState:
    """Say how far work on an interval has come."""
    interval_id = call.path["interval_id"]
    await sampler_domains.set_interval_state(call.tx, call.project_id, interval_id, form.state_id)
    return {"id": interval_id, "interval_state_id": form.state_id}


@routes.get("/{project_id}/samplers/connectors/", needs=Permission.BROWSE)
async def list_connectors(call: Call, form: ConnectorChoice) -> list[SampledConnector]:
    """List connectors whose state was set for samplers; others are untouched."""
    async with call.reading() as connection:
        found = await sampler_domains.list_connectors(
            connection,
            call.project_id,
            interval_id=form.interval_id,
            connector_id=form.connector_id,
            state_id=form.state_id,
        )
    return [
        {"id": kept_id, "interval_id": interval_id, "connector_id": connector_id, "state_id": state_id}
        for kept_id, interval_id, connector_id, state_id in found
    ]


@routes.post(
    "/{project_id}/samplers/domains/intervals/{interval_id}/connectors/{connector_id}/set-state",
    needs=Permission.ANNOTATE,
    label="samplers.set_connector_state",
)
async def set_connector_state(call: Call, form: StateForm) -> ConnectorState:
    """Say how far work on a connector in an interval has come."""
    kept_id = await sampler_domains.set_connector_state(
        call.tx, call.user, call.project_id, call.path["interval_id"], call.path["connector_id"], form.state_id
    )
    return {"id": kept_id, "connector_state_id": form.state_id}


def _new(interval: Interval) -> NewInterval:
    return {
        "id": interval.id,
        "interval_state_id": interval.state_id,
        "start_node_id": interval.start_node_id,
        "end_node_id": interval.end_node_id,
        "user_id": interval.user_id,
        "project_id": str(interval.project_id),
    }
