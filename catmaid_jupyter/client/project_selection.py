"""What `Project` does with selections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.neuron_choice import Neurons
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.edits.journal import EditJournal


class ProjectSelection(Public):
    """What `Project` does with selections."""

    title: str
    instance: Any
    place: Place
    edits: EditJournal

    def selection(
        self,
        neurons: Neurons = (),
        *,
        annotation: str | None = None,
        colors: str | list[Any] | Mapping[int, Any] | None = None,
    ) -> Selection:
        """A selection of neurons, which all widgets and Python share; in a notebook it shows as a table.

        neurons : as all methods take them: skeleton ids, names, another selection, a DataFrame, …
        annotation : also those that have this annotation.
        colors : one for all, in turn (a list), or by skeleton id.

        Raises `NotFound` for an unknown id, name or annotation.
        """
        found = Selection(self)
        if not isinstance(neurons, tuple) or neurons:
            found.add(neurons)
        if annotation is not None:
            found.add(loop.run(_annotated(self.place, annotation)))
        if colors is not None:
            found.set_colors(colors)
        return found


async def _annotated(place: Place, annotation: str) -> list[int]:
    """Skeletons of the neurons that have an annotation; `NotFound` if there is no such annotation."""
    listed = await place.read_json("GET", "annotations/")
    ids = {row["name"]: row["id"] for row in listed["annotations"]}
    if annotation not in ids:
        raise NotFound(f"There is no annotation {annotation!r:.200}.")
    form = {"types": ["neuron"], "annotated_with": [ids[annotation]]}
    answer = await place.read_json("POST", "annotations/query-targets", form=form)
    return [int(skeleton) for entity in answer["entities"] for skeleton in entity.get("skeleton_ids") or ()]
