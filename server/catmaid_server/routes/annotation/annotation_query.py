"""Search for neurons and annotations."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

import msgspec

from catmaid_server.domain.annotation import annotation_query
from catmaid_server.domain.annotation.annotation_query import DEFAULT_TYPES, TargetQuery
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.http.cached import remembered
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, Permission, Routes

routes = Routes()


class QueryTargets(msgspec.Struct):
    """A search; each annotation parameter is a list of sets, whose members have commas between them."""

    annotated_with: list[str] = []
    not_annotated_with: list[str] = []
    sub_annotated_with: list[str] = []
    annotation_reference: str = "id"
    annotated_by: list[int] = []
    annotation_date_start: str | None = None
    annotation_date_end: str | None = None
    name: str = ""
    """What the name contains or, after a slash, a regular expression (of PostgreSQL) that it fits."""
    name_not: bool = False
    types: list[str] = []
    sort_by: str = "id"
    sort_dir: str = "asc"
    range_start: str = "0"
    range_length: str | None = None
    with_annotations: bool = False

    def query(self) -> TargetQuery:
        """The query that these parameters describe."""
        if self.sort_dir not in ("asc", "desc"):
            raise InvalidInput("Parameter sort_dir is asc or desc.")
        if self.annotation_reference not in ("id", "name"):
            raise InvalidInput("Parameter annotation_reference is id or name.")
        start, length = self._range()
        return TargetQuery(
            annotated_with=[text.split(",") for text in self.annotated_with],
            not_annotated_with=[text.split(",") for text in self.not_annotated_with],
            sub_annotated_with=[part for text in self.sub_annotated_with for part in text.split(",")],
            by_name=self.annotation_reference == "name",
            annotated_by=self.annotated_by,
            since=self.annotation_date_start or None,
            until=self.annotation_date_end or None,
            name=self.name,
            name_not=self.name_not,
            types=self.types or DEFAULT_TYPES,
            sort_by=self.sort_by,
            descending=self.sort_dir == "desc",
            start=start,
            length=length,
            with_annotations=self.with_annotations,
        )

    def _range(self) -> tuple[int, int | None]:
        """First row and number of rows; a start counts only together with a length."""
        if not self.range_length:
            return 0, None
        try:
            start, length = int(self.range_start), int(self.range_length)
        except ValueError:
            raise InvalidInput("Parameters range_start and range_length are whole numbers.") from None
        return max(start, 0), max(length, 0)


class FoundAnnotation(TypedDict):
    """An annotation of what was found."""

    id: int
    name: str
    uid: int
    """Who annotated."""


class FoundEntity(TypedDict):
    """A neuron, annotation or skeleton that was found."""

    id: int
    name: str
    type: str
    skeleton_ids: NotRequired[list[int] | None]
    """Of neurons: the skeletons that model it."""
    annotations: NotRequired[list[FoundAnnotation]]


class FoundEntities(TypedDict):
    """One page of what was found."""

    entities: list[FoundEntity]
    totalRecords: int


@routes.post("/{project_id}/annotations/query-targets", needs=Permission.BROWSE)
async def query_targets(call: Call, form: QueryTargets) -> Annotated[msgspec.Raw, Content(FoundEntities)]:
    """Search for neurons, annotations and skeletons."""
    query = form.query()
    return await remembered(
        call, form, lambda connection: annotation_query.query_targets(connection, call.project_id, query)
    )
