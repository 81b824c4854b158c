"""Which skeletons are meant where a method takes `neurons`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias, runtime_checkable

import numpy as np
import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import HISTORY, Place
from catmaid_jupyter.client.batches import parts
from catmaid_jupyter.client.naming import did_you_mean, listed
from catmaid_jupyter.client.neurons import Neuron, Skeleton
from catmaid_jupyter.client.tables import neuron_entities

_IDS_AT_ONCE: Final = 20_000
_NAME_CHARACTERS_AT_ONCE: Final = 20_000
_COLUMNS: Final = ("skeleton_ids", "skeleton_id", "id")
"""Columns of a DataFrame that hold skeleton ids; the first one that is there counts."""


@runtime_checkable
class HasSkeletons(Protocol):
    """A selection, or anything else that stands for skeletons."""

    @property
    def skeleton_ids(self) -> Sequence[int]:
        """Their ids."""


Neurons: TypeAlias = "int | str | Neuron | Skeleton | HasSkeletons | pd.DataFrame | Iterable[Any]"
"""Neurons as users give them: a skeleton id, a neuron's name, a `Neuron`, a `Skeleton`, a `Selection`, a DataFrame with
skeleton ids in a column `skeleton_ids`, `skeleton_id` or `id`, or an iterable of these."""

_Item: TypeAlias = "int | str | Neuron"


def skeleton_ids_of(place: Place, neurons: Neurons) -> list[int]:
    """Skeleton ids of the neurons that are meant, each once, in the order in which they were given.

    Raises `NotFound` for an unknown id or name, `InvalidInput` for a name that several neurons have, and for what
    cannot stand for neurons.
    """
    items = list(_items(neurons))
    return loop.run(_resolved(place, items)) if items else []


def _items(neurons: Any) -> Iterator[_Item]:
    """Ids, names and neurons that what was given stands for."""
    if isinstance(neurons, str | Neuron):
        yield neurons
    elif isinstance(neurons, Skeleton):
        yield neurons.id
    elif isinstance(neurons, bool | np.bool_ | float | np.floating | None):
        raise InvalidInput(_not_neurons(neurons))
    elif isinstance(neurons, int | np.integer):
        yield int(neurons)
    elif isinstance(neurons, pd.DataFrame):
        yield from _items_of_table(neurons)
    elif isinstance(neurons, HasSkeletons):
        yield from map(int, neurons.skeleton_ids)
    elif isinstance(neurons, Iterable):
        for item in neurons:
            yield from _items(item)
    else:
        raise InvalidInput(_not_neurons(neurons))


def _items_of_table(table: pd.DataFrame) -> Iterator[_Item]:
    for name in _COLUMNS:
        if name in table.columns:
            column = table[name].explode().dropna() if name == "skeleton_ids" else table[name]
            if len(column) and not all(isinstance(value, int | np.integer) for value in column):
                raise InvalidInput(f"Column {name!r} should hold skeleton ids, whole numbers.")
            yield from map(int, column)
            return
    raise InvalidInput(f"This table has none of the columns {', '.join(_COLUMNS)}, so it does not say which neurons.")


def _not_neurons(value: object) -> str:
    return (
        f"Neurons are given as skeleton ids, names, Neuron, Skeleton, Selection or DataFrame, or a list of these, "
        f"not {type(value).__name__} ({value!r:.60})."
    )


@dataclass
class _Found:
    """What the server knows of ids and names."""

    skeleton_ids: set[int] = field(default_factory=set)
    by_name: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    by_neuron: dict[int, list[int]] = field(default_factory=dict)


async def _resolved(place: Place, items: list[_Item]) -> list[int]:
    ids = list(dict.fromkeys(item for item in items if isinstance(item, int)))
    names = list(dict.fromkeys(item for item in items if isinstance(item, str)))
    neurons = list(dict.fromkeys(item.id for item in items if isinstance(item, Neuron)))
    found = _Found(set(await neuron_names(place, ids)))
    missing = [skeleton_id for skeleton_id in ids if skeleton_id not in found.skeleton_ids]
    if missing:
        raise NotFound(await _no_skeletons(place, missing))
    for part in _parts_of_names(names):
        for entity in await neuron_entities(place, name=f"/^({'|'.join(map(re.escape, part))})$"):
            found.by_name.setdefault(str(entity["name"]), []).append(entity)
    if neurons:
        found.by_neuron = await skeletons_of_neurons(place, neurons)
    return list(dict.fromkeys(skeleton_id for item in items for skeleton_id in _skeletons_of(item, found)))


def _skeletons_of(item: _Item, found: _Found) -> list[int]:
    if isinstance(item, int):
        return [item]
    if isinstance(item, Neuron):
        skeleton_ids = found.by_neuron.get(item.id, [])
        if not skeleton_ids:
            raise NotFound(f"Neuron {item.id} {item.name!r:.60} has no skeleton, or is gone.")
        return skeleton_ids
    entities = found.by_name.get(item, [])
    if not entities:
        raise NotFound(f"There is no neuron {item!r:.200}.{did_you_mean(item, found.by_name)}")
    skeleton_ids = [skeleton_id for entity in entities for skeleton_id in entity.get("skeleton_ids") or ()]
    if len(entities) > 1:
        raise InvalidInput(
            f"Several neurons are called {item!r:.200}; choose by skeleton id: {listed(sorted(skeleton_ids))}."
        )
    if not skeleton_ids:
        raise NotFound(f"Neuron {item!r:.200} has no skeleton.")
    return [int(skeleton_id) for skeleton_id in skeleton_ids]


def _parts_of_names(names: Collection[str]) -> Iterator[list[str]]:
    """Names in portions that make no expression too long."""
    part: list[str] = []
    length = 0
    for name in names:
        if part and length + len(name) > _NAME_CHARACTERS_AT_ONCE:
            yield part
            part, length = [], 0
        part.append(name)
        length += len(name)
    if part:
        yield part


async def neuron_names(place: Place, skeleton_ids: Sequence[int]) -> dict[int, str]:
    """Names of the neurons of skeletons, by skeleton id; skeletons that do not exist are missing."""
    answers = [
        await place.read_json("POST", "skeleton/neuronnames", form={"skids": part})
        for part in parts(skeleton_ids, _IDS_AT_ONCE)
    ]
    return {int(skeleton_id): str(name) for answer in answers for skeleton_id, name in answer.items()}


async def skeletons_of_neurons(place: Place, neuron_ids: Sequence[int]) -> dict[int, list[int]]:
    """Ids of the skeletons of neurons, by neuron id; neurons without skeletons may be missing."""
    answers = [
        await place.read_json("POST", "neurons/all-skeletons", form={"neuron_ids": part})
        for part in parts(neuron_ids, _IDS_AT_ONCE)
    ]
    return {int(neuron_id): list(map(int, found)) for answer in answers for neuron_id, found in answer.items()}


async def neurons_of_skeletons(place: Place, skeleton_ids: Sequence[int]) -> dict[int, int]:
    """Ids of the neurons that skeletons model, by skeleton id."""
    answers = [
        await place.read_json("POST", "neurons/from-models", form={"model_ids": part})
        for part in parts(skeleton_ids, _IDS_AT_ONCE)
    ]
    return {int(skeleton_id): int(neuron_id) for answer in answers for skeleton_id, neuron_id in answer.items()}


async def _no_skeletons(place: Place, missing: list[int]) -> str:
    """What to say of ids that are no skeletons'; ids of neurons are recognized."""
    skeletons = await skeletons_of_neurons(place, missing)
    mistaken = {neuron_id: found for neuron_id, found in skeletons.items() if found}
    what = "is no skeleton" if len(missing) == 1 else "are no skeletons"
    sentence = f"There {what} {listed(missing)} in this project."
    if mistaken:
        pairs = (f"neuron {neuron_id} has skeleton {listed(found)}" for neuron_id, found in mistaken.items())
        sentence += f" Choose neurons by skeleton id: {listed(pairs)}."
    elif HISTORY in place.capabilities:
        sentence += (
            f" If there was one: project.successors({missing[0]}) tells what became of it, and without_gone() of a "
            "Selection leaves it out."
        )
    return sentence
