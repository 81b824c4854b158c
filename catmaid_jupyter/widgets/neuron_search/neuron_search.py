"""Search for neurons by form, text or Python; what is found goes into selections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypedDict

import traitlets

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.events import Change
from catmaid_jupyter.client.search import saved_searches
from catmaid_jupyter.client.search.neuron_search import FoundRow, find_ids, find_page, refusal
from catmaid_jupyter.client.search.saved_searches import SavedSearch
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.model.queries import BadQuery, Query, parse_query, query_text
from catmaid_jupyter.widgets.finding_widget import FindingWidget
from catmaid_jupyter.widgets.kept_views import KeepsRows
from catmaid_jupyter.widgets.neuron_search.notations import (
    ConditionDescription,
    Notations,
    conditions_of_forms,
    converted,
)
from catmaid_jupyter.widgets.rpc import method

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project

PAGE: Final = 200
_SUGGESTIONS: Final = 5_000


class Page(TypedDict):
    """Some rows of what was found, where the next ones begin (null: these are the last), and how many fit."""

    rows: list[FoundRow]
    next: int | None
    total: int


class NeuronSearch(KeepsRows, FindingWidget):
    """Search for neurons: one query as form, as text and as Python; what is found as a table.

    Found neurons are put into selections, annotated, and searches are kept by name.

    Parameters
    ----------
    project
        The project; of one as of a version, what there was then is found.
    query
        A text, or conditions of `catmaid_jupyter.model.queries`.
    selections
        Selections by name, into which neurons can be put; those that are made here come to `selections`.
    traits
        Any trait of this class, such as ``view="text"``.

    Raises
    ------
    InvalidInput
        For a query that says nothing, and selections of another project.
    TypeError
        For an argument that does not exist.
    """

    _entry = "neuron-search"

    query = traitlets.Unicode("*").tag(sync=True)
    """The query as text."""

    view = traitlets.Enum(("form", "text", "python"), "form").tag(sync=True)
    """In which notation it is shown."""

    height = traitlets.Int(300, min=120, max=4000).tag(sync=True)
    """Height of the rows in CSS pixels."""

    target = traitlets.Unicode("").tag(sync=True)
    """Name of the selection into which neurons go; rows show which neurons are in it, in which colours."""

    target_model = traitlets.Unicode("", read_only=True).tag(sync=True)
    """Reference to the widget model of that selection; empty if there is none."""

    place = traitlets.Unicode(read_only=True).tag(sync=True)
    """What viewers of the same project know the search by: a fingerprint of database, user and project."""

    def __init__(
        self,
        project: Project,
        query: Query | str | None = None,
        *,
        selections: Mapping[str, Selection] | None = None,
        **traits: Any,
    ) -> None:
        self._refuse_unknown(traits)
        if query is not None:
            traits["query"] = _text(query)
        super().__init__(project, selections, **traits)
        self._refer_to_target()
        self._follow_project()

    @traitlets.default("place")
    def _own_place(self) -> str:
        return str(self.project.place.fingerprint)

    @method
    async def _conditions(self, _params: dict[str, Any]) -> list[ConditionDescription]:
        """The conditions that forms offer."""
        return conditions_of_forms()

    @method
    async def _convert(self, params: dict[str, Any]) -> Notations:
        """A query in all notations: ``{notation, source}``."""
        return converted(str(params["notation"]), params["source"])

    @method
    async def _page(self, params: dict[str, Any]) -> Page:
        """One page of what fits: ``{query, sort_by, descending, start}``."""
        start = int(params.get("start") or 0)
        found = await find_page(
            self.project.place,
            _query(params["query"]),
            sort_by=str(params.get("sort_by") or "name"),
            descending=bool(params.get("descending")),
            start=start,
            length=PAGE,
        )
        end = start + len(found.rows)
        return {"rows": found.rows, "next": end if found.rows and end < found.total else None, "total": found.total}

    @method
    async def _select(self, params: dict[str, Any]) -> str:
        """Put neurons into a selection: ``{way, name, ids}``, or ``{…, query}`` for all that fit."""
        cut = None
        ids = params.get("ids")
        if ids is None:
            found = await find_ids(self.project.place, _query(params["query"]))
            ids, cut = found.skeleton_ids, found.cut
        done = await self._put([int(one) for one in ids], params)
        return f"{done} {cut}" if cut else done

    @method
    async def _annotate(self, params: dict[str, Any]) -> str:
        """Annotate neurons: ``{annotation, ids}``, or ``{annotation, query}`` for all that fit."""
        ids = params.get("ids")
        if ids is None:
            found = await find_ids(self.project.place, _query(params["query"]))
            if found.cut:
                raise InvalidInput(f"{found.cut} Nothing was annotated: narrow the search.")
            ids = found.skeleton_ids
        return await self._annotate_all([int(one) for one in ids], params)

    @method
    async def _saved(self, _params: dict[str, Any]) -> list[SavedSearch]:
        """The saved searches."""
        return await saved_searches.saved(self.project.place)

    @method
    async def _save(self, params: dict[str, Any]) -> list[SavedSearch]:
        """Keep a search: ``{name, query, shared}``; the saved searches."""
        text, shared = _text(str(params["query"])), bool(params.get("shared"))
        await saved_searches.save(self.project.place, str(params["name"]), text, shared=shared)
        return await saved_searches.saved(self.project.place)

    @method
    async def _forget(self, params: dict[str, Any]) -> list[SavedSearch]:
        """Forget a search: ``{name, shared}``; the saved searches."""
        await saved_searches.forget(self.project.place, str(params["name"]), shared=bool(params.get("shared")))
        return await saved_searches.saved(self.project.place)

    @method
    async def _suggestions(self, params: dict[str, Any]) -> list[str]:
        """Names that a field may take: ``{condition}`` annotation, tag, volume or users."""
        place = self.project.place
        match params["condition"]:
            case "annotation":
                names = [row["name"] for row in (await place.read_json("GET", "annotations/"))["annotations"]]
            case "tag":
                names = await place.read_json("GET", "labels/")
            case "users":
                names = [user["login"] for user in await place.http.read_json("GET", "user-list")]
            case _:
                names = []
        return sorted(map(str, names), key=str.lower)[:_SUGGESTIONS]

    @traitlets.observe("target")
    def _refer_to_target(self, _change: Any = None) -> None:
        selection = self._selections.by_name.get(self.target)
        self.set_trait("target_model", "" if selection is None else f"IPY_MODEL_{selection.model.model_id}")

    def _changed(self, change: Change) -> None:
        self.emit_soon("changed", version=change.get("version"))


def _text(query: Query | str) -> str:
    return query_text(query if isinstance(query, Query) else _query(query))


def _query(text: str) -> Query:
    try:
        return parse_query(text)
    except BadQuery as error:
        raise refusal(error) from None
