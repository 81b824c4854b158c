"""Search at servers that have no search of several conditions: each condition is asked for, and joined here."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.batches import parts
from catmaid_jupyter.client.naming import did_you_mean, listed
from catmaid_jupyter.client.neuron_choice import neuron_names
from catmaid_jupyter.client.tables import skeleton_table
from catmaid_wire.forms import FormValue
from catmaid_wire.neuron_query import (
    GAP,
    IN,
    OUT,
    AllOf,
    AnyOf,
    Condition,
    CreatedIn,
    EditedBy,
    EditedIn,
    InVolume,
    NoneOf,
    PartnerOf,
    Query,
    TracedBy,
    WithAnnotation,
    WithCable,
    WithId,
    WithName,
    WithNodes,
    WithReviews,
    WithTag,
)
from catmaid_wire.query_values import Dates, Span

_AT_ONCE: Final = 2000
_PARTNERS: Final = {OUT: "outgoing", IN: "incoming", GAP: "gapjunctions"}


class CatmaidSearch:
    """One search at a server of CATMAID's own; what it has read serves all conditions of the search."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._skeletons: pd.DataFrame | None = None
        self._users: dict[str, int] | None = None

    async def ids(self, query: Query) -> set[int]:
        """Skeletons that fit. `NotFound` for what is not there, `InvalidInput` for what the server does not tell."""
        match query:
            case AllOf(()):
                return await self._all()
            case AllOf(parts_):
                return set.intersection(*[await self.ids(part) for part in parts_])
            case AnyOf(parts_):
                return set.union(*[await self.ids(part) for part in parts_])
            case NoneOf(part):
                return await self._all() - await self.ids(part)
            case Condition():
                return await _FITTING[type(query)](self, query)
            case _:
                raise TypeError(f"{type(query).__name__} is no query.")

    async def annotations_of(self, skeleton_ids: Sequence[int]) -> dict[int, list[str]]:
        """Annotations of the neurons of skeletons, by name."""
        form: dict[str, FormValue] = {"skeleton_ids": skeleton_ids, "annotations": 1}
        if not skeleton_ids:
            return {}
        answer = await self._place.read_json("POST", "skeleton/annotationlist", form=form)
        names = answer["annotations"]
        return {
            int(skeleton_id): sorted({names[str(one["id"])] for one in borne["annotations"]})
            for skeleton_id, borne in answer["skeletons"].items()
        }

    async def annotated(self, wanted: WithAnnotation) -> set[int]:
        """Skeletons whose neuron has an annotation."""
        answer = await self._place.read_json("GET", "annotations/")
        known = {row["name"]: row["id"] for row in answer["annotations"]}
        annotation_id = _known("annotation", wanted.name, known)
        since, until = wanted.on.bounds()
        form: dict[str, FormValue] = {
            "annotated_with": [annotation_id],
            "sub_annotated_with": [annotation_id] if wanted.sub else None,
            "annotated_by": await self._user_ids(wanted.by) or None,
            "annotation_date_start": None if since is None else since.isoformat(),
            "annotation_date_end": None if until is None else (until - pd.Timedelta("1us")).isoformat(),
        }
        return _skeletons_of(await self._entities(form))

    async def named(self, wanted: WithName) -> set[int]:
        """Skeletons by their neuron's name."""
        text, how = wanted.pattern
        patterns = {"regex": text, "contains": re.escape(text), "exact": f"^{re.escape(text)}$"}
        form: dict[str, FormValue] = {"name": f"/{patterns[how]}", "name_case_sensitive": wanted.case or None}
        entities = await self._entities(form)
        if how != "regex":  # as spaces at the ends, and case at servers that do not tell it, are to count
            entities = [one for one in entities if _is_called(str(one["name"]), text, how, case=wanted.case)]
        return _skeletons_of(entities)

    async def in_span(self, column: str, span: Span) -> set[int]:
        """Skeletons with a number of a column in a range."""
        table = await self._table()
        low, high = (-float("inf") if span.low is None else span.low, float("inf") if span.high is None else span.high)
        return _ids(table["id"][table[column].between(low, high)])

    async def in_time(self, column: str, dates: Dates) -> set[int]:
        """Skeletons with a time of a column in a range."""
        table = await self._table()
        since, until = dates.bounds()
        fits = pd.Series(data=True, index=table.index)
        if since is not None:
            fits &= table[column] >= since
        if until is not None:
            fits &= table[column] < until
        return _ids(table["id"][fits])

    async def traced_by(self, wanted: TracedBy) -> set[int]:
        """Skeletons with treenodes of users."""
        found: set[int] = set()
        for user_id in await self._user_ids(wanted.users):
            found |= _ids(await self._place.read_json("GET", "skeletons/", params={"created_by": user_id}))
        return found

    async def partners(self, wanted: PartnerOf) -> set[int]:
        """Partners of skeletons."""
        await self.known(wanted.skeleton_ids)
        form: dict[str, FormValue] = {"source_skeleton_ids": list(wanted.skeleton_ids), "boolean_op": "OR"}
        if wanted.relation == GAP:
            form["link_types"] = ["gapjunction_with"]
        answer = await self._place.read_json("POST", "skeletons/connectivity", form=form)
        partners = answer.get(_PARTNERS[wanted.relation]) or answer.get("gapjunction_with") or {}
        return {
            int(skeleton_id)
            for skeleton_id, partner in partners.items()
            if sum(sum(counts) for counts in partner["skids"].values()) >= wanted.synapses
        }

    async def reviewed(self, wanted: WithReviews) -> set[int]:
        """Skeletons of which a percentage was reviewed."""
        user_ids = await self._user_ids(wanted.by)
        found: set[int] = set()
        for part in parts(sorted(await self._all()), _AT_ONCE):
            form: dict[str, FormValue] = {"skeleton_ids": part, "user_ids": user_ids or None}
            answer = await self._place.read_json("POST", "skeletons/review-status", form=form)
            found |= {int(one) for one, (nodes, done) in answer.items() if nodes and _is_share(wanted, done, nodes)}
        return found

    async def tagged(self, wanted: WithTag) -> set[int]:
        """Skeletons with a tag on a treenode."""
        uses = await self._place.read_json("GET", "labels/stats")
        found = {int(skeleton_id) for _, name, skeleton_id, _ in uses if name == wanted.name}
        if not found:
            _known("tag", wanted.name, dict.fromkeys(await self._place.read_json("GET", "labels/"), 0))
        return found

    async def known(self, skeleton_ids: Sequence[int]) -> set[int]:
        """These skeletons; `NotFound` names those that are not there."""
        found = _ids(await neuron_names(self._place, skeleton_ids))
        missing = sorted(set(skeleton_ids) - found)
        if missing:
            raise NotFound(f"There is no skeleton {listed(missing)} in this project.")
        return found

    async def refuse(self, wanted: Condition) -> set[int]:
        """Say that the server does not tell what a condition asks."""
        what = {EditedBy: "who edited neurons", InVolume: "which neurons are inside a volume"}[type(wanted)]
        raise InvalidInput(f"{self._place.http.url} does not tell {what}: take {wanted.word}: out of the search.")

    async def _all(self) -> set[int]:
        return _ids((await self._table())["id"])

    async def _table(self) -> pd.DataFrame:
        if self._skeletons is None:
            self._skeletons = await skeleton_table(self._place)
        return self._skeletons

    async def _entities(self, form: Mapping[str, FormValue]) -> list[dict[str, Any]]:
        given = {name: value for name, value in form.items() if value is not None}
        answer = await self._place.read_json("POST", "annotations/query-targets", form={"types": ["neuron"], **given})
        entities: list[dict[str, Any]] = answer["entities"]
        return entities

    async def _user_ids(self, names: Sequence[str]) -> list[int]:
        if names and self._users is None:
            found = await self._place.http.read_json("GET", "user-list")
            self._users = {user["login"]: int(user["id"]) for user in found}
        return [_known("user", name, self._users or {}) for name in names]


def _known(kind: str, name: str, known: Mapping[str, int]) -> int:
    if name not in known:
        raise NotFound(f"There is no {kind} {name!r:.200}.{did_you_mean(name, known)}")
    return known[name]


def _skeletons_of(entities: Iterable[Mapping[str, Any]]) -> set[int]:
    return {int(skeleton) for entity in entities for skeleton in entity.get("skeleton_ids") or ()}


def _ids(values: Iterable[Any]) -> set[int]:
    return {int(value) for value in values}


def _is_called(name: str, text: str, how: str, *, case: bool) -> bool:
    name, text = (name, text) if case else (name.lower(), text.lower())
    return name == text if how == "exact" else text in name


def _is_share(wanted: WithReviews, done: int, nodes: int) -> bool:
    low, high = wanted.percent
    if low is None and high is None:
        return done > 0
    return (low or 0) <= 100 * done / nodes <= (100 if high is None else high)


_FITTING: Final[Mapping[type[Condition], Callable[[CatmaidSearch, Any], Awaitable[set[int]]]]] = {
    WithAnnotation: CatmaidSearch.annotated,
    WithName: CatmaidSearch.named,
    WithNodes: lambda search, wanted: search.in_span("nodes", wanted.span),
    WithCable: lambda search, wanted: search.in_span("cable_length", wanted.span),
    TracedBy: CatmaidSearch.traced_by,
    EditedBy: CatmaidSearch.refuse,
    CreatedIn: lambda search, wanted: search.in_time("creation_time", wanted.dates),
    EditedIn: lambda search, wanted: search.in_time("edition_time", wanted.dates),
    InVolume: CatmaidSearch.refuse,
    PartnerOf: CatmaidSearch.partners,
    WithReviews: CatmaidSearch.reviewed,
    WithTag: CatmaidSearch.tagged,
    WithId: lambda search, wanted: search.known(wanted.skeleton_ids),
}
