"""Put neurons into a project, one transaction each; what breaks in the middle can be gone on with."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import CatmaidError
from catmaid_jupyter.client.exchange.new_links import upload_link
from catmaid_jupyter.client.exchange.sources import NewNeuron
from catmaid_jupyter.client.frames import UPLOADED, frame
from catmaid_jupyter.edits.base import new_key
from catmaid_jupyter.edits.journal import EditJournal
from catmaid_jupyter.edits.labels import SetLabels
from catmaid_jupyter.edits.neurons import ImportSkeleton, SkeletonSource


class UploadStopped(CatmaidError):
    """An upload ended before its end.

    Attributes
    ----------
    uploaded
        The neurons that are in the project, as `Project.upload` returns them.
    left
        Those that are not, as far as is known; `project.upload(error.left)` goes on. The first of them may be in though
        its answer got lost, or be in without all of its labels and links: where the server honours keys, nothing of it
        is uploaded twice.
    """

    _about = "upload-stopped"

    def __init__(self, message: str, uploaded: pd.DataFrame, left: list[NewNeuron]) -> None:
        super().__init__(message)
        self.uploaded = uploaded
        self.left = left


def upload(edits: EditJournal, neurons: Sequence[NewNeuron], annotations: Sequence[str]) -> pd.DataFrame:
    """Upload neurons (see `Project.upload`); one `undo` takes all of them back where the server keeps history."""
    rows: list[dict[str, Any]] = []
    group = new_key()
    with tqdm(total=len(neurons), unit=" neurons", delay=1, leave=False, disable=len(neurons) < 2) as bar:
        for place, neuron in enumerate(neurons):
            made: dict[int, int] | None = None
            try:
                answer = loop.run(_import(edits, neuron, annotations, group))
                made = {int(old): int(new) for old, new in answer["node_id_map"].items()}
                loop.run(_complete(edits, neuron, made, group))
            except (CatmaidError, KeyboardInterrupt) as error:
                if len(neurons) == 1 and made is None and isinstance(error, CatmaidError):
                    raise
                raise _stopped(error, rows, list(neurons[place:])) from error
            ids = {name: answer[name] for name in ("neuron_id", "skeleton_id")}
            rows.append({"name": neuron.name, **ids, "nodes": len(made)})
            bar.update()
    _tell_left_out(neurons)
    return _table(rows)


async def _import(edits: EditJournal, neuron: NewNeuron, annotations: Sequence[str], group: str) -> dict[str, Any]:
    edit = ImportSkeleton(swc=neuron.swc, name=neuron.name, annotations=annotations, origin=_origin_of(neuron))
    answer: dict[str, Any] = (await edits.apply(edit, neuron.key, group=group)).answer
    return answer


def _origin_of(neuron: NewNeuron) -> SkeletonSource | None:
    origin = neuron.origin
    return None if origin is None else (origin.url, origin.project_id, origin.skeleton_id)


async def _complete(edits: EditJournal, neuron: NewNeuron, node_ids: Mapping[int, int], group: str) -> None:
    """Give an uploaded neuron its labels and links; `node_ids` are those at the server by those of the source."""
    for node, labels in neuron.labels.items():
        if node in node_ids:
            await edits.apply(SetLabels(node_ids[node], labels), group=group)
    for link in neuron.links:
        await upload_link(edits, link, node_ids[link.node_id], neuron.key, group)


def _stopped(error: BaseException, rows: list[dict[str, Any]], left: list[NewNeuron]) -> UploadStopped:
    why = str(error) or type(error).__name__
    there = f"{len(rows)} of {len(rows) + len(left)} neurons are uploaded"
    message = f"{left[0].name!r:.80}: {why} {there}: see error.uploaded. To go on: project.upload(error.left)."
    return UploadStopped(message, _table(rows), left)


def _table(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    return frame({name: [row[name] for row in rows] for name in UPLOADED}, UPLOADED)


def _tell_left_out(neurons: Sequence[NewNeuron]) -> None:
    left_out = sum(neuron.link_table is not None for neuron in neurons)
    if left_out:
        warnings.warn(
            f"Not uploaded: links to connectors of {left_out} neurons. With links=True they come along, with new "
            "connectors.",
            stacklevel=4,
        )
