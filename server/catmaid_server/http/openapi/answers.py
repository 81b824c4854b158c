"""Answers of routes: content types and shapes from return annotations, and errors."""

from __future__ import annotations

from http import HTTPStatus
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
from aiohttp import web

from catmaid_server.auth.access import Permission
from catmaid_server.http.openapi.schemas import Schemas
from catmaid_server.http.routing import Content, Route


class Error(msgspec.Struct):
    """What was wrong with a request."""

    error: str
    """For people: what was wrong, and what would be right."""

    type: str
    """For programs: `StateMatchingError`, `PermissionError`, `LocationLookupError`, `ValueError`, ..."""

    detail: None
    """Always null."""

    meta: None
    """Always null."""


class RestError(msgspec.Struct):
    """What a few routes answer instead when there is nothing with this id."""

    detail: str
    """`Not found.`"""


_MEANINGS = {
    400: "A parameter is missing, malformed or not allowed, or somebody changed what the state describes.",
    401: "The API token is not one of this service.",
    403: "The user lacks the permission, or the data are another user's.",
    404: "There is nothing with this id here.",
    413: "The body is too large.",
    415: "Files of this type are not read, or not written.",
    429: "Too many wrong passwords lately; try again later.",
    503: "The store is busy, away, or took too long; `Retry-After` says when to try again.",
}
_PASSWORDS = frozenset({"password", "pwd", "old_password"})
TYPES = (Error, RestError)


def contents(route: Route) -> list[Content]:
    """What a route may answer, by its handler's return annotation."""
    return list(_contents(get_type_hints(route.handler, include_extras=True).get("return", Any)))


def _contents(hint: Any) -> list[Content]:
    if get_origin(hint) is Annotated:
        marks = [mark for mark in hint.__metadata__ if isinstance(mark, Content)]
        if marks:
            return marks
    if get_origin(hint) in (Union, UnionType):
        return [content for option in get_args(hint) for content in _contents(option)]
    if _is_response(hint):
        return []
    return [Content(hint)]


def _is_response(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, web.StreamResponse)


def responses(route: Route, schemas: Schemas, returns: str) -> dict[str, Any]:
    """A route's answers by status."""
    found: dict[str, Any] = {}
    for content in contents(route):
        answer = found.setdefault(
            str(content.status), {"description": returns or content.about or HTTPStatus(content.status).phrase}
        )
        if content.media_type:
            shape, contents_by_type = schemas.of(content.shape), answer.setdefault("content", {})
            earlier = contents_by_type.get(content.media_type, {}).get("schema")
            contents_by_type[content.media_type] = {"schema": shape if earlier is None else _either(earlier, shape)}
    for status in _errors(route):
        found[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return found


def _either(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [*(one["anyOf"] if set(one) == {"anyOf"} else [one]), other]}


def _errors(route: Route) -> list[int]:
    errors = [400, 401]
    if route.needs is not Permission.NONE or route.writes:
        errors.append(403)
    errors.append(404)
    if any(method != "GET" for method in route.methods):
        errors.append(413)
    if route.files is not None or "export." in route.path:
        errors.append(415)
    if any(field.encode_name in _PASSWORDS for field in msgspec.structs.fields(route.form)):
        errors.append(429)
    return [*errors, 503]


def error_components(schemas: Schemas) -> dict[str, Any]:
    """The error answers, to refer to."""
    error = schemas.of(Error)
    shapes = {404: {"anyOf": [error, schemas.of(RestError)]}}
    return {
        str(status): {"description": meaning, "content": {"application/json": {"schema": shapes.get(status, error)}}}
        for status, meaning in _MEANINGS.items()
    }
