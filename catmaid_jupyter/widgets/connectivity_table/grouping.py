"""Which neurons are counted together, and which of a selection are gone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.selection.table import annotations_of
from catmaid_jupyter.widgets.selection_table.fates import fate_of

_FATES_TOLD: Final = 5


async def groups_by_annotation(place: Place, skeleton_ids: Sequence[int]) -> dict[str, list[int]]:
    """Skeletons by annotation, in the order of the names; one with several annotations is in several groups."""
    found: dict[str, list[int]] = {}
    lacking: list[int] = []
    for skeleton_id, names in zip(skeleton_ids, await annotations_of(place, skeleton_ids), strict=True):
        for name in names:
            found.setdefault(name, []).append(skeleton_id)
        if not names:
            lacking.append(skeleton_id)
    groups = dict(sorted(found.items()))
    if lacking:
        groups["without annotation"] = lacking
    return groups


def groups_as_given(given: Mapping[str, Sequence[int]], skeleton_ids: Sequence[int]) -> dict[str, list[int]]:
    """Groups of the skeletons that are there, and a group of the others if there are any."""
    groups = {name: [one for one in skeleton_ids if one in set(members)] for name, members in given.items()}
    grouped = {one for members in groups.values() for one in members}
    others = [one for one in skeleton_ids if one not in grouped]
    return groups | ({"others": others} if others else {})


async def notes_on_gone(place: Place, skeleton_ids: Sequence[int]) -> list[str]:
    """A sentence for each of the first few skeletons that are gone, and one for the rest."""
    fates = await asyncio.gather(*(fate_of(place, one) for one in skeleton_ids[:_FATES_TOLD]))
    notes = [f"Skeleton {fate['skeleton_id']} is not counted. {fate['sentence']}" for fate in fates]
    more = len(skeleton_ids) - _FATES_TOLD
    return [*notes, f"{more:,} more skeletons are gone and not counted."] if more > 0 else notes
