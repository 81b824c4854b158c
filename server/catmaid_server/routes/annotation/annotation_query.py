"""Search for neurons and annotations."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

import msgspec

from catmaid_server.db.store import Connection
from catmaid_server.domain.annotation import annotation_query
from catmaid_server.domain.annotation.annotation_query import DEFAULT_TYPES, TargetQuery
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.http.cached import remembered
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.times import Instant, milliseconds
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
    name_exact: bool = False
    """Whether the name is the whole one, not a part of it."""
    name_case_sensitive: bool = False
    """Whether letter case counts."""
    types: list[str] = []
    sort_by: str = "id"
    sort_dir: str = "asc"
    range_start: str | None = None
    range_length: str | None = None
    with_annotations: bool = False
    with_timestamps: bool = False
    """Whether the times of entities and of annotations are answered, and can be sorted by."""
    with_name: bool = True
    """Whether names are answered."""
    with_type: bool = True
    """Whether it is answered what each is: neuron, annotation or skeleton."""
    import_only: str | None = None
    """`partial`: only neurons with at least one imported treenode; `full`: only those that were imported whole."""
    ignore_nonexisting: bool = False
    """Whether unknown names of annotations stand for nothing, instead of being an error."""

    def query(self) -> TargetQuery:
        """The query that these parameters describe."""
        if self.sort_dir not in ("asc", "desc"):
            raise InvalidInput("Parameter sort_dir is asc or desc.")
        if self.annotation_reference not in ("id", "name"):
            raise InvalidInput("Parameter annotation_reference is id or name.")
        if self.import_only not in (None, "partial", "full"):
            raise InvalidInput("Parameter import_only is partial or full.")
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
            name_exact=self.name_exact,
            name_case_sensitive=self.name_case_sensitive,
            types=self.types or DEFAULT_TYPES,
            sort_by=self.sort_by,
            descending=self.sort_dir == "desc",
            start=start,
            length=length,
            with_annotations=self.with_annotations,
            with_timestamps=self.with_timestamps,
            with_name=self.with_name,
            with_type=self.with_type,
            import_only=self.import_only,
            ignore_unknown=self.ignore_nonexisting,
        )

    def _range(self) -> tuple[int, int | None]:
        """First row and number of rows; one counts only together with the other."""
        if self.range_start is None or self.range_length is None:
            return 0, None
        try:
            start, length = int(self.range_start), int(self.range_length)
        except ValueError:
            raise InvalidInput("Parameters range_start and range_length are whole numbers.") from None
        if start < 0 or length < 0:
            raise InvalidInput("Parameters range_start and range_length are not negative.")
        return start, length


class FoundAnnotation(TypedDict):
    """An annotation of what was found."""

    id: int
    name: str
    uid: int
    """Who annotated."""
    creation_time: NotRequired[Instant]
    edition_time: NotRequired[Instant]


class FoundEntity(TypedDict):
    """A neuron, annotation or skeleton that was found."""

    id: int
    name: NotRequired[str]
    type: NotRequired[str]
    creation_time: NotRequired[Instant]
    edition_time: NotRequired[Instant]
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

    async def found(connection: Connection) -> dict[str, Any]:
        answer = await annotation_query.query_targets(connection, call.project_id, query)
        if query.with_timestamps:
            for entity in answer["entities"]:
                for dated in (entity, *entity.get("annotations", ())):
                    dated |= {name: milliseconds(dated[name]) for name in ("creation_time", "edition_time")}
        return answer

    return await remembered(call, form, found)
