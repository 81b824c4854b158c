"""The OpenAPI document of all routes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from catmaid_server.auth import sessions
from catmaid_server.auth.access import Permission
from catmaid_server.http.catmaid.version import own_version
from catmaid_server.http.openapi import answers, docstrings, names, parameters
from catmaid_server.http.openapi.schemas import Schemas
from catmaid_server.http.routing import Route

_ABOUT = """\
Trace and annotate neurons in volumes of electron microscopy, by CATMAID's HTTP API.

* Coordinates and lengths are in nm of project space unless said otherwise.
* Parameters are sent in the query or as a form. Lists: `name=1&name=2`, `name[0]=1&name[1]=2`, `name[]=1,2`, or JSON,
  `name=[1,2]`; what is nested: `name[0][0]=1&name[0][1]=2`, or JSON. A boolean is true if it is `true` in any case.
* Nothing needs to be given but what is marked as required.
* Every write is one transaction, and one version of the project. With a header `Idempotency-Key`, a UUID, a write that
  is sent again is not done again, but answered as it was.
* A parameter of CATMAID's that is not followed here is refused by name, unless it makes no difference.
* Of CATMAID's routes these are left out: `similarity/*`, `crop`, `changerequest/*`, `nrrd`, the archives of treenodes
  and connectors, images of point clouds, `userproficiency`, `put_tile`, and what passes on DVID and Janelia's renderer.
* Large answers are compressed for clients on other machines that send `Accept-Encoding: gzip`, and bodies may be
  compressed (`Content-Encoding: gzip`).
"""
_PERMISSIONS = {
    Permission.NONE: "Anybody may ask.",
    Permission.LOGIN: "Needs a user who is logged in.",
    Permission.SUPERUSER: "Needs a superuser.",
}
_RESOURCES = {
    **{
        word: f"{word}s"
        for word in (
            "annotation",
            "connector",
            "label",
            "landmark",
            "link",
            "log",
            "neuron",
            "node",
            "project",
            "sampler",
            "skeleton",
            "stack",
            "stackgroup",
            "textlabel",
            "treenode",
            "user",
        )
    },
    "api-token-auth": "accounts",
    "compact-arbor": "skeletons",
    "compact-arbor-with-minutes": "skeletons",
    "compact-skeleton": "skeletons",
    "favorite": "projects",
    "fork": "projects",
    "labels-for-nodes": "labels",
    "search": "projects",
    "skeletongroup": "graph",
    "tags": "projects",
    "tile-ticket": "stacks",
    "user-list": "users",
    "user-profile": "users",
    "user-project-tokens": "project-tokens",
    "user-table-list": "users",
    "useranalytics": "users",
    "wiringdiagram": "graph",
}
_SECURITY_SCHEMES = {
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Authorization",
        "description": "An API token: `Token <token>`.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": sessions.COOKIE,
        "description": (
            "A session, as `POST /accounts/login` begins it. That sets a cookie with a name of the service's own; "
            "under this one, which is CATMAID's, its value is understood, too."
        ),
    },
}


def openapi(routes: Iterable[Route]) -> dict[str, Any]:
    """Describe routes as OpenAPI 3.1."""
    all_routes = list(routes)
    schemas = schemas_of(all_routes)
    operation_ids = names.operation_ids(all_routes)
    paths: dict[str, dict[str, Any]] = {}
    for route in all_routes:
        for method in reversed(route.methods):  # POST, which takes any form, comes first
            operation = _operation(route, method, operation_ids[route.path, method], schemas)
            paths.setdefault(parameters.template(route.path), {})[method.lower()] = operation
    errors = answers.error_components(schemas)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "catmaid-jupyter", "version": own_version(), "description": _ABOUT},
        "servers": [{"url": "..", "description": "This service."}],
        "tags": [{"name": tag} for tag in sorted({_tag(route) for route in all_routes})],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas.reached_from([paths, errors]),
            "responses": errors,
            "securitySchemes": _SECURITY_SCHEMES,
        },
    }
    return names.with_short_names(document, schemas.component_classes)


def schemas_of(routes: list[Route]) -> Schemas:
    """The schemas of all forms and answers."""
    shapes = [content.shape for route in routes for content in answers.contents(route) if content.media_type]
    return Schemas([*answers.TYPES, *shapes, *(route.form for route in routes)])


def _operation(route: Route, method: str, operation_id: str, schemas: Schemas) -> dict[str, Any]:
    prose = docstrings.prose(route.handler)
    operation: dict[str, Any] = {
        "operationId": operation_id,
        "tags": [_tag(route)],
        "summary": prose.summary.removesuffix("."),
        "description": "\n\n".join(filter(None, (prose.body, _demands(route)))),
        "parameters": parameters.in_path(route.path),
        "security": _security(route.needs),
        "x-permission": route.needs.value,
    }
    if route.label is not None:
        operation["x-transaction-label"] = route.label
    if method in ("GET", "DELETE"):
        operation["parameters"] += parameters.in_query(route, schemas)
    elif (body := parameters.as_body(route, method, schemas)) is not None:
        operation["requestBody"] = body
    operation["responses"] = answers.responses(route, schemas, prose.returns)
    return operation


def _demands(route: Route) -> str:
    """The permission that a route needs, and the version that it writes, in a sentence each."""
    needs = _PERMISSIONS.get(route.needs) or f"Needs the permission `{route.needs.value}` in the project."
    return needs if route.label is None else f"{needs} Writes one version, labelled `{route.label}`."


def _security(needs: Permission) -> list[dict[str, list[str]]]:
    """By token or session; or neither, since a visitor may have permissions as well."""
    ways: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]
    return ways if needs in (Permission.LOGIN, Permission.SUPERUSER) else [*ways, {}]


def _tag(route: Route) -> str:
    """The resource that a path is about: its first word, in the plural."""
    words = [word for word in parameters.template(route.path).split("/") if word and "{" not in word]
    word = words[0] if words else "projects"
    return _RESOURCES.get(word, word)
