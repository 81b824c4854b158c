"""Export classifications and ontologies of a workspace, and find classifications by features."""

from __future__ import annotations

from html import escape
from typing import Annotated, TypedDict

import msgspec
from aiohttp import web

from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import ANONYMOUS
from catmaid_server.domain.errors import InvalidInput, NotAllowed
from catmaid_server.domain.ontology import classification, classification_features
from catmaid_server.domain.ontology.classification import COMMON_WORKSPACE
from catmaid_server.domain.ontology.classification_features import ClassifiedGraph
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.pages import page
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()


class ExportedGraph(TypedDict):
    """The features of a classification, each as the classes on a path, and the tags of the projects that use it."""

    classification: list[str]
    tags: list[str]


class FindFeatures(msgspec.Struct):
    """What classifications must have."""

    features: list[str] = []
    """Names of features: those of one ontology must all be there, of several ontologies one is enough."""


@routes.any("/classification/{workspace_id}/export", needs=Permission.NONE)
async def export_classifications(call: Call, form: NoParameters) -> dict[str, ExportedGraph]:
    """Give features and tags of all classifications by name."""
    return await _exported(call, frozenset())


@routes.any("/classification/{workspace_id}/export/excludetags/{tags}/", needs=Permission.NONE)
async def export_untagged_classifications(call: Call, form: NoParameters) -> dict[str, ExportedGraph]:
    """Give features and tags of classifications, but no tags of projects that have one of those in the path."""
    return await _exported(call, frozenset(call.path["tags"].split(",")))


@routes.any("/classification/{workspace_id}/export_ontology", needs=Permission.NONE)
async def export_ontology(call: Call, form: NoParameters) -> dict[str, list[str]]:
    """Name the features of each ontology."""
    async with call.reading() as connection:
        found = await classification_features.ontologies(connection, await _readable_workspace(call))
    return {name: [feature.name for feature in features] for name, features in found.items()}


@routes.any("/classification/{workspace_id}/search", needs=Permission.NONE)
async def search_classifications(call: Call, form: FindFeatures) -> Annotated[web.Response, Content(str, "text/html")]:
    """Show a page to choose features of classifications, and those that have them."""
    async with call.reading() as connection:
        found = await _visible_graphs(call, connection, await _readable_workspace(call))
    return page("Search classifications", _choice(found, form.features) + _matches(found, form.features))


async def _exported(call: Call, excluded: frozenset[str]) -> dict[str, ExportedGraph]:
    workspace_id = await _readable_workspace(call)
    async with call.reading() as connection:
        if not await classification.is_set_up(connection, workspace_id):
            raise InvalidInput(f"Workspace {workspace_id} is not set up for classifications.")
        found = await _visible_graphs(call, connection, workspace_id)
        tags = await classification.tags_of_graphs(connection, [link for graph in found for link in graph.links])
    return {
        _name(graph): {
            "classification": [feature.short_name for feature in graph.features],
            "tags": sorted(
                {tag for link in graph.links if not tags[link.project_id] & excluded for tag in tags[link.project_id]}
            ),
        }
        for graph in found
        if graph.features
    }


def _name(graph: ClassifiedGraph) -> str:
    return graph.name or f"{graph.features[0].ontology} {graph.root_id}"


async def _readable_workspace(call: Call) -> int:
    """The workspace of the path; the common one is open to all who are logged in, since projects are checked."""
    workspace_id: int = call.path["workspace_id"]
    in_common = workspace_id == COMMON_WORKSPACE and call.user.username != ANONYMOUS
    if not in_common and not await call.access.allows(call.user, workspace_id, Permission.BROWSE):
        raise NotAllowed(
            f"User {call.user.username!r} lacks the permission {Permission.BROWSE.value} in workspace {workspace_id}."
        )
    return workspace_id


async def _visible_graphs(call: Call, connection: Connection, workspace_id: int) -> list[ClassifiedGraph]:
    """Graphs of the projects that the user may see; with only these projects."""
    shown = []
    for graph in await classification_features.graphs(connection, workspace_id):
        links = tuple(
            [link for link in graph.links if await call.access.allows(call.user, link.project_id, Permission.BROWSE)]
        )
        if links or call.user.is_superuser:
            shown.append(ClassifiedGraph(graph.root_id, graph.name, graph.features, links))
    return shown


def _choice(graphs: list[ClassifiedGraph], chosen: list[str]) -> str:
    names = sorted({feature.name for graph in graphs for feature in graph.features})
    if not names:
        return "<p>No classification has anything to search for yet.</p>"
    boxes = "\n".join(
        f'<label><input type="checkbox" name="features" value="{escape(name)}"'
        f"{' checked' if name in chosen else ''}> {escape(name)}</label>"
        for name in names
    )
    return (
        f"<form>\n<p>Of one ontology all must be there, of several ontologies one.</p>\n{boxes}\n"
        "<button>Search</button></form>"
    )


def _matches(graphs: list[ClassifiedGraph], chosen: list[str]) -> str:
    if not chosen:
        return ""
    found = classification_features.matching(graphs, chosen)
    rows = "\n".join(
        f"<li>{escape(graph.name or str(graph.root_id))}: projects "
        f"{', '.join(str(link.project_id) for link in graph.links) or 'none'}</li>"
        for graph in found
    )
    return f"<h2>{len(found)} found</h2>\n<ul>\n{rows}\n</ul>"
