"""A project that is searched: ids that its queries answer, names in it, and the neurons of skeletons."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString, TypeAlias

import numpy as np
import numpy.typing as npt

from catmaid_server.db.arrays import array_text, fetch_columns
from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound
from catmaid_wire.distinct import distinct

sql = load("search/neuron_sets")

SkeletonIds: TypeAlias = npt.NDArray[np.int32]
"""Ids in ascending order, each once."""
NeuronIds: TypeAlias = npt.NDArray[np.int32]
"""Ids in ascending order, each once."""

FEW: Final = 5_000
"""So many skeletons or neurons are looked through one by one rather than the whole project."""


@dataclass(slots=True)
class _SkeletonsOfNeurons:
    """All skeletons of a project, and at the same place the neuron of each, once somebody asked."""

    skeletons: SkeletonIds | None = None
    neurons: NeuronIds | None = None


@dataclass(frozen=True, slots=True)
class SearchedProject:
    """A project that is searched, and the skeletons that still matter (None: all)."""

    connection: Connection
    id: int
    among: SkeletonIds | None = None
    _pairs: _SkeletonsOfNeurons = field(default_factory=_SkeletonsOfNeurons)

    async def ids(self, query: LiteralString, **values: Any) -> npt.NDArray[np.int32]:
        """The array that a query answers, each id once, in ascending order."""
        return distinct((await self._columns(query, "ids", **values))["ids"])

    @property
    def few(self) -> list[int] | None:
        """The skeletons to look through, if these are few."""
        return few_of(self.among)

    async def neurons(self) -> NeuronIds | None:
        """The neurons of the skeletons that still matter, if these are few; else None."""
        return None if self.few is None else await self.ids(sql.neurons_of, skeleton_ids=self.few)

    async def skeletons_of(self, neuron_ids: NeuronIds) -> SkeletonIds:
        """The skeletons of neurons."""
        if neuron_ids.size <= FEW:
            return await self.ids(sql.skeletons_of, neuron_ids=neuron_ids.tolist())
        pairs = self._pairs
        if pairs.skeletons is None or pairs.neurons is None:
            found = await self._columns(sql.neurons_of_all, "ids", "neuron_ids")
            pairs.skeletons, pairs.neurons = found["ids"], found["neuron_ids"]
        return distinct(pairs.skeletons[np.isin(pairs.neurons, neuron_ids)])

    async def user_ids(self, names: Sequence[str]) -> list[int] | None:
        """Ids of users, None for no names; `NotFound` if nobody is called so."""
        if not names:
            return None
        ids = dict(await fetch_all(self.connection, sql.user_ids, names=list(names)))
        for name in names:
            if name not in ids:
                raise await self.unknown("user", name, sql.user_names)
        return list(ids.values())

    async def unknown(self, kind: str, name: str, names: LiteralString) -> NotFound:
        """An error about a name that is not among those that a query answers, with one that is like it."""
        known = [known for (known,) in await fetch_all(self.connection, names, project_id=self.id)]
        close = difflib.get_close_matches(name[:100], [one for one in known[:20_000] if len(one) < 200], n=1)
        advice = f" Did you mean {close[0]!r}?" if close else ""
        return NotFound(f"There is no {kind} {name[:200]!r}.{advice}")

    async def _columns(self, query: LiteralString, *columns: str, **values: Any) -> dict[str, npt.NDArray[np.int32]]:
        texts = {name: array_text(value) if _is_ids(value) else value for name, value in values.items()}
        dtypes = dict.fromkeys(columns, "<i4")
        return await fetch_columns(self.connection, query, {"project_id": self.id, **texts}, dtypes, prepare=False)


def few_of(ids: npt.NDArray[np.int32] | None) -> list[int] | None:
    """Ids to look through one by one, if these are few; else None."""
    return None if ids is None or ids.size > FEW else ids.tolist()


def _is_ids(value: Any) -> bool:
    return isinstance(value, list) and (not value or isinstance(value[0], int))
