"""Change classifications: set a workspace up, make, link, fill and remove graphs, and change their things."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.errors import InvalidInput, NotAllowed
from catmaid_server.domain.ontology import classification, classification_graph, ontology
from catmaid_server.domain.space import regions
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes
from catmaid_server.routes.ontology.classification import require_workspace
from catmaid_server.routes.space.regions import SectionCorners

routes = Routes()


class NewGraph(msgspec.Struct):
    """The class, an ontology, of which to make a classification."""

    ontology_id: int | None = None


class LinkGraph(msgspec.Struct):
    """The root of a classification."""

    root_id: int | None = None


class EditThing(msgspec.Struct):
    """What to do with a thing of a classification."""

    operation: str = ""
    """`create_node`, `remove_node` or `rename_node`."""
    id: int = 0
    """The thing to remove or rename."""
    title: str = ""
    """The new name."""
    parentid: int = 0
    """What to hang the new thing on."""
    classid: int = 0
    relationid: int = 0
    objname: str = ""
    """The name of the new thing."""


class MadeGraph(TypedDict):
    """What was made."""

    success: str
    created_link_id: int
    created_root_id: int


class LinkedGraph(TypedDict):
    """What was linked."""

    success: str
    created_link_id: int
    linked_root_id: int


class MadeThing(TypedDict):
    """The new thing."""

    class_instance_id: int


class ChangedThing(TypedDict):
    """What was done; the status is 1."""

    status: int
    message: str


@routes.any(
    "/{project_id}/classification/{workspace_id}/setup/rebuild",
    needs=Permission.ANNOTATE,
    label="classifications.rebuild_env",
)
async def rebuild_classification_setup(call: Call, form: NoParameters) -> dict[str, bool]:
    """Give a workspace the classes and relations that classifications need."""
    workspace_id = await require_workspace(call, Permission.ANNOTATE)
    await classification.set_up(call.tx, call.user, workspace_id)
    return {"all_good": await classification.is_set_up(call.tx, workspace_id)}


@routes.post(
    "/{project_id}/classification/{workspace_id}/new", needs=Permission.ANNOTATE, label="classifications.add_graph"
)
async def create_classification(call: Call, form: NewGraph) -> MadeGraph:
    """Make a classification of an ontology and link it to the project."""
    workspace_id = await require_workspace(call, Permission.ANNOTATE)
    link = await classification.create_graph(call.tx, call.user, workspace_id, call.project_id, form.ontology_id)
    return {
        "success": f"The project has a new classification by {link.class_name}.",
        "created_link_id": link.id,
        "created_root_id": link.root_id,
    }


@routes.post(
    "/{project_id}/classification/{workspace_id}/link", needs=Permission.ANNOTATE, label="classifications.link_graph"
)
async def link_classification(call: Call, form: LinkGraph) -> LinkedGraph:
    """Link a classification that there is, one of a project that the user may see, to the project."""
    workspace_id = await require_workspace(call, Permission.ANNOTATE)
    links = await classification.graph_links(call.tx, workspace_id, root_id=form.root_id or 0)
    if links and not any([await call.access.allows(call.user, link.project_id, Permission.BROWSE) for link in links]):
        raise NotAllowed(f"User {call.user.username!r} may see no project that uses classification {form.root_id}.")
    link = await classification.link_graph(call.tx, call.user, workspace_id, call.project_id, form.root_id)
    return {
        "success": "The project uses the classification.",
        "created_link_id": link.id,
        "linked_root_id": link.root_id,
    }


@routes.any(
    "/{project_id}/classification/{workspace_id}/{link_id}/remove",
    needs=Permission.ANNOTATE,
    label="classifications.remove_graph",
)
async def remove_classification(call: Call, form: NoParameters) -> dict[str, str]:
    """Take a classification from the project, and delete it if no other uses it."""
    workspace_id = await require_workspace(call, Permission.ANNOTATE)
    left = await classification_graph.unlink_graph(call.tx, workspace_id, call.project_id, call.path["link_id"])
    what = f"{left} link(s) to it are left." if left else "Nothing else used it, so it was deleted."
    return {"success": f"The project does not use the classification any more. {what}"}


@routes.any(
    "/{project_id}/classification/{workspace_id}/{link_id}/autofill",
    needs=Permission.ANNOTATE,
    label="classifications.autofill_graph",
)
async def autofill_classification(call: Call, form: NoParameters) -> dict[str, str]:
    """Add what the ontology wants exactly so many times."""
    workspace_id = await require_workspace(call, Permission.ANNOTATE)
    link = await classification.require_graph_link(call.tx, workspace_id, call.project_id, call.path["link_id"])
    added = await classification_graph.autofill(call.tx, call.user, workspace_id, link.root_id)
    return {"success": f"Added: {', '.join(added)}" if added else "The ontology wants nothing that is not there."}


@routes.post(
    "/{project_id}/classification/{workspace_id}/instance-operation",
    needs=Permission.ANNOTATE,
    label="classifications.update_graph",
)
async def edit_classification(call: Call, form: EditThing) -> MadeThing | ChangedThing:
    """Add, remove or rename a thing of a classification."""
    workspace_id = await require_workspace(call, Permission.ANNOTATE)
    match form.operation:
        case "create_node":
            made = await classification_graph.create_thing(
                call.tx,
                call.user,
                workspace_id,
                call.project_id,
                parent_id=form.parentid,
                class_id=form.classid,
                relation_id=form.relationid,
                name=form.objname,
            )
            return {"class_instance_id": made}
        case "remove_node":
            await classification_graph.remove_thing(call.tx, call.user, workspace_id, call.project_id, form.id)
            return {"status": 1, "message": f"Removed {form.id}."}
        case "rename_node":
            await classification_graph.rename_thing(call.tx, workspace_id, call.project_id, form.id, form.title)
            return {"status": 1, "message": f"Renamed {form.id}."}
        case other:
            raise InvalidInput(f"Unknown operation {other!r}; known are create_node, remove_node and rename_node.")


@routes.post(
    "/{project_id}/classification/{workspace_id}/stack/{stack_id}/linkroi/{thing_id}/",
    needs=Permission.ANNOTATE,
    label="classifications.link_roi",
)
async def link_region_to_classification(call: Call, form: SectionCorners) -> dict[str, str]:
    """Draw a region of interest that shows a thing of a classification."""
    workspace_id = await require_workspace(call, Permission.ANNOTATE)
    thing_id: int = call.path["thing_id"]
    await classification_graph.graph_with(call.tx, workspace_id, call.project_id, thing_id)
    relations = {relation.name: relation.id for relation in await ontology.relations(call.tx, workspace_id)}
    if "linked_to" not in relations:
        raise InvalidInput(f"Workspace {workspace_id} lacks 'linked_to': set it up for classifications first.")
    region_id = await regions.create_region(call.tx, call.user, call.project_id, call.path["stack_id"], form.place())
    await regions.link_region(
        call.tx, call.user, call.project_id, region_id, relation_id=relations["linked_to"], instance_id=thing_id
    )
    return {"status": f"Made the region of interest {region_id}."}
