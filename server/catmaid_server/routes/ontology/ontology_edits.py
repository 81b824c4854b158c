"""Change ontologies: classes, relations, links between classes, restrictions of links."""

from __future__ import annotations

from typing import NotRequired, TypedDict

import msgspec

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.ontology import ontology_edits
from catmaid_server.domain.ontology.ontology_edits import CLASS, RELATION
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class NewClass(msgspec.Struct):
    """A class to make."""

    classname: str | None = None
    description: str | None = None
    silent: bool = False
    """Whether it is no error if there is one of this name."""


class NewRelation(msgspec.Struct):
    """A relation to make."""

    relname: str | None = None
    uri: str = ""
    """Where the relation is defined."""
    description: str | None = None
    isreciprocal: bool = False
    """Whether A has it to B whenever B has it to A."""
    silent: bool = False
    """Whether it is no error if there is one of this name."""


class RenameClass(msgspec.Struct):
    """A class and its new name."""

    classid: int | None = None
    newname: str | None = None


class RenameRelation(msgspec.Struct):
    """A relation and its new name."""

    relid: int | None = None
    newname: str | None = None


class RemoveClass(msgspec.Struct):
    """A class to delete."""

    classid: int | None = None
    force: int = 0
    """1 to delete what refers to it, too."""


class RemoveRelation(msgspec.Struct):
    """A relation to delete."""

    relid: int | None = None
    force: int = 0
    """1 to delete what refers to it, too."""


class RemoveAll(msgspec.Struct):
    """Whether to spare what is in use."""

    force: int = 0
    """1 to delete what refers to them, too."""


class NewClassLink(msgspec.Struct):
    """What to hang where."""

    classaid: int | None = None
    """The class to hang on the other."""
    classbid: int | None = None
    relid: int | None = None


class OneClassLink(msgspec.Struct):
    """A link between classes."""

    ccid: int | None = None


class SelectLinks(msgspec.Struct):
    """The links to one class by one relation."""

    classbid: int = 0
    relid: int | None = None


class NewRestriction(msgspec.Struct):
    """How many things may hang on one by a link between classes."""

    linkid: int | None = None
    restriction: str = ""
    """Its kind: `cardinality`."""
    cardinality: int = -1
    """The number n that the type speaks of."""
    cardinalitytype: int = -1
    """0, 1, 2: exactly, at most, at least n of all sub-types together; 3, 4, 5: of each sub-type."""


class OneRestriction(msgspec.Struct):
    """A restriction."""

    restrictionid: int | None = None


class MadeClass(TypedDict):
    """The class made, or that there was one of this name."""

    class_id: NotRequired[int]
    already_present: NotRequired[bool]


class MadeRelation(TypedDict):
    """The relation made, or that there was one of this name."""

    relation_id: NotRequired[int]
    already_present: NotRequired[bool]


@routes.post("/{project_id}/ontology/classes/add", needs=Permission.ANNOTATE, label="ontologies.add_class")
async def add_class(call: Call, form: NewClass) -> MadeClass:
    """Make a class."""
    class_id = await ontology_edits.add_class(call.tx, call.user, call.project_id, form.classname, form.description)
    if class_id is not None:
        return {"class_id": class_id}
    _require_silent("class", form.classname, silent=form.silent)
    return {"already_present": True}


@routes.post("/{project_id}/ontology/relations/add", needs=Permission.ANNOTATE, label="ontologies.add_relation")
async def add_relation(call: Call, form: NewRelation) -> MadeRelation:
    """Make a relation."""
    relation_id = await ontology_edits.add_relation(
        call.tx,
        call.user,
        call.project_id,
        form.relname,
        uri=form.uri,
        description=form.description,
        isreciprocal=form.isreciprocal,
    )
    if relation_id is not None:
        return {"relation_id": relation_id}
    _require_silent("relation", form.relname, silent=form.silent)
    return {"already_present": True}


@routes.post("/{project_id}/ontology/classes/rename", needs=Permission.ANNOTATE, label="ontologies.rename_class")
async def rename_class(call: Call, form: RenameClass) -> dict[str, int | None]:
    """Give a class another name."""
    await ontology_edits.rename(call.tx, CLASS, call.project_id, form.classid, form.newname)
    return {"renamed_class": form.classid}


@routes.post("/{project_id}/ontology/relations/rename", needs=Permission.ANNOTATE, label="ontologies.rename_relation")
async def rename_relation(call: Call, form: RenameRelation) -> dict[str, int | None]:
    """Give a relation another name."""
    await ontology_edits.rename(call.tx, RELATION, call.project_id, form.relid, form.newname)
    return {"renamed_relation": form.relid}


@routes.post("/{project_id}/ontology/classes/remove", needs=Permission.ANNOTATE, label="ontologies.remove_class")
async def remove_class(call: Call, form: RemoveClass) -> dict[str, int | None]:
    """Delete a class that is not in use."""
    await ontology_edits.remove(call.tx, CLASS, call.project_id, form.classid, force=bool(form.force))
    return {"deleted_class": form.classid}


@routes.post("/{project_id}/ontology/relations/remove", needs=Permission.ANNOTATE, label="ontologies.remove_relation")
async def remove_relation(call: Call, form: RemoveRelation) -> dict[str, int | None]:
    """Delete a relation that is not in use."""
    await ontology_edits.remove(call.tx, RELATION, call.project_id, form.relid, force=bool(form.force))
    return {"deleted_relation": form.relid}


@routes.any(
    "/{project_id}/ontology/classes/removeall", needs=Permission.ANNOTATE, label="ontologies.remove_all_classes"
)
async def remove_all_classes(call: Call, form: RemoveAll) -> dict[str, list[int]]:
    """Delete every class that is not in use."""
    removed = await ontology_edits.remove_all(call.tx, CLASS, call.project_id, force=bool(form.force))
    return {"deleted_classes": removed.deleted, "not_deleted_classes": removed.kept}


@routes.any(
    "/{project_id}/ontology/relations/removeall", needs=Permission.ANNOTATE, label="ontologies.remove_all_relations"
)
async def remove_all_relations(call: Call, form: RemoveAll) -> dict[str, list[int]]:
    """Delete every relation that is not in use."""
    removed = await ontology_edits.remove_all(call.tx, RELATION, call.project_id, force=bool(form.force))
    return {"deleted_relations": removed.deleted, "not_deleted_relations": removed.kept}


@routes.post("/{project_id}/ontology/links/add", needs=Permission.ANNOTATE, label="ontologies.add_link")
async def link_classes(call: Call, form: NewClassLink) -> dict[str, int]:
    """Hang a class on another by a relation."""
    link_id = await ontology_edits.add_link(
        call.tx, call.user, call.project_id, class_a_id=form.classaid, class_b_id=form.classbid, relation_id=form.relid
    )
    return {"class_class_id": link_id}


@routes.post("/{project_id}/ontology/links/remove", needs=Permission.ANNOTATE, label="ontologies.remove_link")
async def unlink_classes(call: Call, form: OneClassLink) -> dict[str, int | None]:
    """Delete a link between classes."""
    await ontology_edits.remove_link(call.tx, call.project_id, form.ccid)
    return {"deleted_link": form.ccid}


@routes.post("/{project_id}/ontology/links/removeselected", needs=Permission.ANNOTATE, label="ontologies.remove_link")
async def unlink_selected_classes(call: Call, form: SelectLinks) -> dict[str, list[int]]:
    """Delete one's own links to a class by one relation."""
    relation_id = await ontology_edits.require(call.tx, RELATION, call.project_id, form.relid)
    return {
        "deleted_links": await ontology_edits.remove_own_links(
            call.tx, call.user, call.project_id, class_b_id=form.classbid, relation_id=relation_id
        )
    }


@routes.any("/{project_id}/ontology/links/removeall", needs=Permission.ANNOTATE, label="ontologies.remove_all_links")
async def unlink_all_classes(call: Call, form: NoParameters) -> dict[str, list[int]]:
    """Delete all one's own links between classes."""
    return {"deleted_links": await ontology_edits.remove_own_links(call.tx, call.user, call.project_id)}


@routes.post("/{project_id}/ontology/restrictions/add", needs=Permission.ANNOTATE, label="ontologies.add_restriction")
async def add_restriction(call: Call, form: NewRestriction) -> dict[str, int]:
    """Say how many things may hang on one by a link between classes."""
    if form.restriction != "cardinality":
        raise InvalidInput(f"Unknown restriction {form.restriction!r}; known is cardinality.")
    restriction_id = await ontology_edits.restrict_link(
        call.tx, call.user, call.project_id, form.linkid, cardinality_type=form.cardinalitytype, value=form.cardinality
    )
    return {"new_restriction": restriction_id}


@routes.post(
    "/{project_id}/ontology/restrictions/remove", needs=Permission.ANNOTATE, label="ontologies.remove_restriction"
)
async def remove_restriction(call: Call, form: OneRestriction) -> dict[str, int | None]:
    """Delete a restriction."""
    await ontology_edits.remove_restriction(call.tx, call.project_id, form.restrictionid)
    return {"removed_restriction": form.restrictionid}


def _require_silent(what: str, name: str | None, *, silent: bool) -> None:
    if not silent:
        raise InvalidInput(f"There is already a {what} named {(name or '').strip()!r}.")
