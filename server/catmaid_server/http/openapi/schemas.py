"""JSON schemas of the types in forms and answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, is_typeddict

import msgspec
from msgspec import inspect

from catmaid_server.http.openapi import docstrings

_EITHER = "x-either"
_PREFIX = "#/components/schemas/"
_REFERENCE = _PREFIX + "{name}"


class Schemas:
    """The schemas of some types, with components for the classes that they are made of.

    The docstring below a field in its class is its description here.
    """

    def __init__(self, types: Iterable[Any]) -> None:
        self._either: list[Any] = []
        self._marked: dict[Any, Any] = {kind: self._without_either(kind) for kind in dict.fromkeys(types)}
        wanted = (*dict.fromkeys(self._marked.values()), *self._either)
        classes = tuple(
            dict.fromkeys(found for info in inspect.multi_type_info(wanted) for found in _classes(info, set()))
        )
        made, self.components = msgspec.json.schema_components(
            (*wanted, *(cls for cls, _ in classes)), ref_template=_REFERENCE
        )
        self._by_type: dict[Any, dict[str, Any]] = dict(zip(wanted, made, strict=False))
        self._names: dict[type, str] = {}
        for (cls, fields), reference in zip(classes, made[len(wanted) :], strict=True):
            name = reference["$ref"].rpartition("/")[2]
            self._names[cls] = name
            _describe(self.components[name], cls, fields)

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of one of the types."""
        schema: dict[str, Any] = self._with_either(self._by_type[self._marked[kind]])
        return schema

    def _without_either(self, kind: Any) -> Any:
        """The type with a mark in place of each choice between kinds of objects, which msgspec does not know."""
        options = get_args(kind)
        if get_origin(kind) in (Union, UnionType) and sum(map(_is_object, options)) > 1:
            self._either += options
            places = list(range(len(self._either) - len(options), len(self._either)))
            return Annotated[Any, msgspec.Meta(extra_json_schema={_EITHER: places})]
        if get_origin(kind) in (list, dict, tuple):
            return get_origin(kind)[tuple(self._without_either(option) for option in options)]
        return kind

    def _with_either(self, schema: Any) -> Any:
        if isinstance(schema, dict):
            if _EITHER in schema:
                return {"anyOf": [self._by_type[self._either[place]] for place in schema[_EITHER]]}
            return {name: self._with_either(value) for name, value in schema.items()}
        return [*map(self._with_either, schema)] if isinstance(schema, list | tuple) else schema

    def of_fields(self, form: type[msgspec.Struct]) -> dict[str, dict[str, Any]]:
        """The schemas of a form's fields, by the names that clients send."""
        fields: dict[str, dict[str, Any]] = self.components[self._names[form]]["properties"]
        return fields

    @property
    def component_classes(self) -> dict[str, type]:
        """The class of each component, by the component's name."""
        return {name: cls for cls, name in self._names.items()}

    def reached_from(self, part: Any) -> dict[str, Any]:
        """The components that something refers to, itself or through others."""
        names: set[str] = set()
        waiting = _references(part)
        while waiting:
            name = waiting.pop()
            if name not in names:
                names.add(name)
                waiting |= _references(self.components[name])
        return {name: self.components[name] for name in sorted(names)}


def _is_object(kind: Any) -> bool:
    return is_typeddict(kind) or dict in (kind, get_origin(kind))


def _references(part: Any) -> set[str]:
    if isinstance(part, dict):
        found = {part["$ref"].removeprefix(_PREFIX)} if str(part.get("$ref", "")).startswith(_PREFIX) else set()
        return found.union(*map(_references, part.values()))
    return set().union(*map(_references, part)) if isinstance(part, list | tuple) else set()


_Fields = tuple[tuple[str, str], ...]
"""Of each field the name in Python and the name in JSON."""


def _classes(info: inspect.Type, seen: set[type]) -> Iterator[tuple[type, _Fields]]:
    """The classes with fields that a type is made of."""
    cls = getattr(info, "cls", None)
    if cls in seen:
        return
    if hasattr(info, "fields") and cls is not None:
        seen.add(cls)
        yield cls, tuple((field.name, field.encode_name) for field in info.fields)
    for below in _parts(info):
        yield from _classes(below, seen)


def _parts(info: Any) -> Iterator[inspect.Type]:
    for name in info.__struct_fields__:
        value = getattr(info, name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, inspect.Field):
                yield part.type
            elif isinstance(part, inspect.Type):
                yield part


def _describe(component: dict[str, Any], cls: type, fields: _Fields) -> None:
    """Describe the fields of a component by the docstrings below them in the class."""
    texts = docstrings.of_fields(cls)
    for place, (name, encoded) in enumerate(fields):
        by_name = "properties" in component
        schema = component["properties"][encoded] if by_name else component["prefixItems"][place]
        if not by_name:
            schema.setdefault("title", name)
        if name in texts:
            schema["description"] = texts[name]
