"""Names in the description of the API that stay when modules move: of operations and of components."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from catmaid_server.http.openapi.parameters import template
from catmaid_server.http.routing import Route

_COMPONENTS = "#/components/schemas/"


def operation_ids(routes: Iterable[Route]) -> dict[tuple[str, str], str]:
    """The id of each operation, by path and method.

    It is the handler's name. Handlers of one name in several modules have their module's before it; a handler of
    several paths has after it the words in which they differ, one of several methods the method (POST has none).
    """
    by_handler: dict[tuple[str, str], list[Route]] = defaultdict(list)
    for route in routes:
        by_handler[route.handler.__module__, route.handler.__name__].append(route)
    shared = Counter(name for _, name in by_handler)
    found: dict[tuple[str, str], str] = {}
    for (module, name), same in by_handler.items():
        base = name if shared[name] == 1 else f"{_room(module)}_{name}"
        suffixes = _differences([template(route.path) for route in same])
        for route, suffix in zip(same, suffixes, strict=True):
            for method in route.methods:
                by = "" if method == route.methods[-1] else f"_by_{method.lower()}"
                found[route.path, method] = base + suffix + by
    return found


def _differences(paths: list[str]) -> list[str]:
    """Of each path the words that not all of them have; `slash` where only a slash at the end tells two apart."""
    words = [[word for word in path.split("/") if word and "{" not in word] for path in paths]
    common = set(words[0]).intersection(*words)
    return [
        "".join(f"_{word.replace('-', '_')}" for word in own if word not in common)
        + ("_slash" if path.endswith("/") and path.removesuffix("/") in paths else "")
        for path, own in zip(paths, words, strict=True)
    ]


def shared_names(classes: Iterable[type]) -> dict[str, list[str]]:
    """Names that several classes have, each with the modules of these classes."""
    places = defaultdict(set)
    for cls in classes:
        places[cls.__name__].add(cls.__module__)
    return {name: sorted(modules) for name, modules in sorted(places.items()) if len(modules) > 1}


def short_names(components: Collection[str], classes: Mapping[str, type]) -> dict[str, str]:
    """A short name for each component: that of its class, after the module's where components would share it."""
    shared = shared_names(classes[name] for name in components if name in classes)
    return {name: _short_name(classes[name], shared) if name in classes else name for name in components}


def _short_name(cls: type, shared: Collection[str]) -> str:
    if cls.__name__ not in shared:
        return cls.__name__
    return "".join(word.capitalize() for word in _room(cls.__module__).split("_")) + cls.__name__


def with_short_names(document: dict[str, Any], classes: Mapping[str, type]) -> dict[str, Any]:
    """The document with short names for its components.

    classes : the class of each component, by the component's present name.
    """
    schemas = document["components"]["schemas"]
    short = short_names(schemas, classes)
    named: dict[str, Any] = _renamed(document, {_COMPONENTS + old: _COMPONENTS + new for old, new in short.items()})
    components = named["components"]
    components["schemas"] = dict(sorted((short[name], schema) for name, schema in components["schemas"].items()))
    return named


def _renamed(part: Any, references: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        renamed = {name: _renamed(value, references) for name, value in part.items()}
        if part.get("$ref") in references:
            renamed["$ref"] = references[part["$ref"]]
        return renamed
    return [_renamed(item, references) for item in part] if isinstance(part, list | tuple) else part


def _room(module: str) -> str:
    return module.rpartition(".")[2]
