"""How clients send what a route asks for: in the path, in the query, or as a form."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from catmaid_server.http.openapi.schemas import Schemas
from catmaid_server.http.routing import Files, Route

_IN_PATH = re.compile(r"\{(\w+)(?::((?:[^{}]|\{[^{}]*\})+))?\}")
_INTEGER = {"type": "integer", "minimum": -(2**31) + 1, "maximum": 2**31 - 1}
_JSON = "application/json"
_LEFT_OUT = {"example": ""}  # pages to try the API out fill optional fields with the example, if they have no default


@cache
def vocabulary(*, in_path: bool = False) -> dict[str, str]:
    """What parameters mean that bear the same name on several routes, in paths or in forms."""
    words: dict[str, dict[str, str]] = tomllib.loads(
        files(__package__).joinpath("vocabulary.toml").read_text(encoding="utf-8")
    )
    of_paths = words.pop("paths")
    of_forms = {name: meaning for part in words.values() for name, meaning in part.items()}
    return of_forms | of_paths if in_path else of_forms


def template(path: str) -> str:
    """A route's path as the document has it: names in braces, without patterns."""
    return _IN_PATH.sub(r"{\1}", path)


def in_path(path: str) -> list[dict[str, Any]]:
    """The parameters in a route's path."""
    found = []
    for name, pattern in _IN_PATH.findall(path):
        schema = dict(_INTEGER) if name.endswith("_id") else {"type": "string", "minLength": 1}
        if pattern and not name.endswith("_id"):
            schema["pattern"] = f"^({pattern})$"
        found.append(
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": schema,
                "description": vocabulary(in_path=True).get(name, ""),
            }
        )
    return found


def in_query(route: Route, schemas: Schemas) -> list[dict[str, Any]]:
    """The fields of a route's form as parameters in the query."""
    found = []
    for name, (schema, required) in _fields(route.form, schemas).items():
        text = schema.pop("description")
        parameter: dict[str, Any] = {"name": name, "in": "query", "required": required, "description": text}
        if _is_nested(schema):
            parameter["content"] = {_JSON: {"schema": schema}}
        else:
            parameter["schema"] = schema
        found.append(parameter)
    return found


def as_body(route: Route, method: str, schemas: Schemas) -> dict[str, Any] | None:
    """The fields of a route's form as a body; None if it takes nothing."""
    fields = _fields(route.form, schemas)
    if not fields and route.files is None:
        return None
    body: dict[str, Any] = {
        "type": "object",
        "properties": {
            name: schema | ({} if needed or "default" in schema else _LEFT_OUT)
            for name, (schema, needed) in fields.items()
        },
    }
    required = [name for name, (_, needed) in fields.items() if needed]
    nested = {name: {"contentType": _JSON} for name, (schema, _) in fields.items() if _is_nested(schema)}
    if route.files is not None:
        body["properties"][route.files.name] = _upload(route.files)
        required.append(route.files.name)
    content: dict[str, Any] = {"schema": body | ({"required": required} if required else {})}
    if nested:
        content["encoding"] = nested
    media_types = ["multipart/form-data"]
    if route.files is None:
        media_types.insert(0, "application/x-www-form-urlencoded")
    contents = dict.fromkeys(media_types, content)
    if method == "PUT":
        contents[_JSON] = {"schema": content["schema"]}
    return {"required": bool(required), "content": contents}


def _upload(sent: Files) -> dict[str, Any]:
    file = {"type": "string", "format": "binary"}
    if sent.many:
        return {"type": "array", "items": file, "minItems": 1, "description": sent.about}
    return file | {"description": sent.about}


def _fields(form: type[msgspec.Struct], schemas: Schemas) -> dict[str, tuple[dict[str, Any], bool]]:
    """Schema and need of each field: what may be null may be left out, since a form knows no null."""
    found = {}
    for name, described in schemas.of_fields(form).items():
        schema = _without_null(described)
        schema["description"] = described.get("description") or vocabulary().get(name, "")
        found[name] = (schema, "default" not in described)
    return found


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    if schema.get("type") == "integer":
        return {**_INTEGER, **schema}
    kept = {key: value for key, value in schema.items() if not (key == "default" and value is None)}
    options = [option for option in kept.get("anyOf", ()) if option != {"type": "null"}]
    if not options:
        return kept
    del kept["anyOf"]
    return kept | (_without_null(options[0]) if len(options) == 1 else {"anyOf": options})


def _is_nested(schema: dict[str, Any]) -> bool:
    """Whether a value cannot be written as `name=1&name=2`, so that it is JSON."""
    if schema.get("type") == "object" or "$ref" in schema:
        return True
    items = schema.get("items", {})
    return "prefixItems" in schema or (
        isinstance(items, dict)
        and (items.get("type") in ("array", "object") or "$ref" in items or "prefixItems" in items or "anyOf" in items)
    )
