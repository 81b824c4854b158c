"""What `Project` does with selections."""

from __future__ import annotations

import warnings
from typing import Any, Unpack

import numpy as np

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.neuron_choice import Neurons, skeleton_ids_of
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.client.search import saved_searches
from catmaid_jupyter.client.search.neuron_search import find_ids, refusal
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.edits.journal import EditJournal
from catmaid_jupyter.model.queries import BadQuery, Query, parse_query, query_text
from catmaid_jupyter.model.query_keywords import SearchKeywords, from_keywords


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
        colors: Any = None,
    ) -> Selection:
        """A selection of neurons, which all widgets and Python share; in a notebook it shows as a table.

        neurons : as all methods take them: skeleton ids, names, another selection, a DataFrame, …
        annotation : also those that have this annotation.
        colors : one for all, in turn (a list or the name of a palette), or by skeleton id: see `Selection.set_colors`.

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

    def search(
        self,
        query: Query | str | None = None,
        *,
        sort_by: str = "id",
        descending: bool = False,
        **conditions: Unpack[SearchKeywords],
    ) -> Selection:
        """Neurons that fit all of the conditions, as a selection; all neurons without conditions.

            project.search(annotation="PN", without="fragment", sub=True, name=r"^PN", by="ana", nodes=(100, None))
            project.search("annotation:PN -annotation:fragment name:/^PN/ by:ana nodes:100..")
            project.search(annotated("PN") & ~annotated("fragment") | tagged("soma"))

        query : a text, or conditions of `catmaid_jupyter.model.queries` joined by `&`, `|` and `~`.
        annotation, without : names; of several the neurons have each, or none. sub : also annotations that bear
            these, directly or not. annotated_by, annotated_since, annotated_until : who put `annotation` there, when.
        name : a regular expression that is found in the name, in any case unless `case`. contains, exact : a part of
            the name, or all of it.
        by, edited_by : users, one of whom made, or edited last, at least one treenode.
        created_since, created_until, edited_since, edited_until : ISO text, a date or a datetime (UTC unless it says
            otherwise; a date is the whole day): of the oldest treenode, of the last edition.
        nodes, cable : number of treenodes, and cable length in nm: (lowest, highest), None where it is open.
        volume : a closed volume with at least one treenode inside.
        partners_of : neurons; their partners with at least `min_synapses` with all of them together. relation : `out`
            for those that get their synapses, `in` for those that make synapses on them, `gap`.
        reviewed : percentage of reviewed treenodes: (lowest, highest). reviewed_by : users whose reviews count.
        tag : tags, each on at least one treenode. skeletons : only these.
        sort_by : id, name, nodes, cable_length, creator, creation_time or edition_time; `descending` turns it round.

        Neurons without a skeleton are not found. A warning says so if there are more than the server gives.

        Raises `InvalidInput` for what says nothing, or what this server cannot tell; `NotFound` for an annotation, tag,
        user, volume or skeleton that is not there.
        """
        for name in ("partners_of", "skeletons"):
            if conditions.get(name) is not None:
                conditions[name] = skeleton_ids_of(self.place, conditions[name])
        try:
            wanted = from_keywords(query, **conditions)
        except BadQuery as error:
            raise refusal(error) from None
        found = loop.run(find_ids(self.place, wanted, sort_by=sort_by, descending=descending))
        if found.cut:
            warnings.warn(found.cut, stacklevel=2)
        selection = Selection(self)
        selection.add(np.array(found.skeleton_ids, np.int64))
        return selection

    @property
    def saved_searches(self) -> dict[str, str]:
        """Searches that were saved, by name: their text, for `search`. A user's own hide those for all of a name."""
        found = loop.run(saved_searches.saved(self.place))
        return {one["name"]: one["query"] for one in sorted(found, key=lambda one: not one["shared"])}

    def save_search(self, name: str, query: Query | str, *, shared: bool = False) -> None:
        """Keep a search under a name, in this project, for this user; another of the name is replaced.

        shared : for all users of the project, which its administrators may do.
        """
        try:
            text = query_text(parse_query(query) if isinstance(query, str) else query)
        except BadQuery as error:
            raise refusal(error) from None
        loop.run(saved_searches.save(self.place, name, text, shared=shared))

    def forget_search(self, name: str, *, shared: bool = False) -> None:
        """Forget a saved search. `NotFound` if there is none of this name."""
        loop.run(saved_searches.forget(self.place, name, shared=shared))


async def _annotated(place: Place, annotation: str) -> list[int]:
    """Skeletons of the neurons that have an annotation; `NotFound` if there is no such annotation."""
    listed = await place.read_json("GET", "annotations/")
    ids = {row["name"]: row["id"] for row in listed["annotations"]}
    if annotation not in ids:
        raise NotFound(f"There is no annotation {annotation!r:.200}.")
    form = {"types": ["neuron"], "annotated_with": [ids[annotation]]}
    answer = await place.read_json("POST", "annotations/query-targets", form=form)
    return [int(skeleton) for entity in answer["entities"] for skeleton in entity.get("skeleton_ids") or ()]
