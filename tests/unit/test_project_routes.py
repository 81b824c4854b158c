"""A path leads to the same route as if all routes were tried one after the other."""

from __future__ import annotations

import itertools
import re
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from catmaid_server.http.project_routes import ProjectRoutes
from catmaid_server.routes import all_routes

METHODS = ("GET", "POST", "PUT", "DELETE")


def example(path: str) -> str:
    """A path that is answered: ids and numbers are 7, of words the first."""

    def value(match: re.Match[str]) -> str:
        pattern = match[1] or ""
        return pattern.split("|")[0] if re.fullmatch(r"[a-z|]+", pattern) else "7"

    return re.sub(r"\{\w+(?::((?:[^{}]|\{[^}]*\})+))?\}", value, path)


def handler_of(path: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        raise AssertionError(request)

    handle.__name__ = path
    return handle


@pytest.mark.parametrize("root_path", ["", "/lab/catmaid"])
async def test_every_path_leads_where_it_did(root_path: str) -> None:
    plain, sorted_by_words = web.UrlDispatcher(), ProjectRoutes(root_path)
    paths = [(method, route.path) for route in all_routes() for method in route.methods if "project_id" in route.path]
    for method, path in paths:
        handler = handler_of(path)
        plain.add_route(method, root_path + path, handler)
        sorted_by_words.add_route(method, path, handler)
    sorted_by_words.freeze()
    assert len(sorted_by_words) == len(paths) > 300

    asked = {root_path + example(path) for _, path in paths}
    asked |= {f"{path}/" for path in asked} | {path.rstrip("/") for path in asked} | {f"{path}/more" for path in asked}
    asked |= {path.replace("7", "word") for path in asked}
    asked |= {"/", root_path, f"{root_path}/7", f"{root_path}/7/", "/7/skeletons/7/8/9/10/11/12/13"}
    requests = {(method, root_path + example(path)) for method, path in paths}
    requests |= set(zip(itertools.cycle(METHODS), sorted(asked - {""})))
    found = 0
    for method, path in sorted(requests):
        request = make_mocked_request(method, path)
        expected = await plain.resolve(request)
        match, allowed = await sorted_by_words.resolve(request)
        if match is not None:
            found += 1
            assert (match.handler, dict(match)) == (expected.handler, dict(expected)), path
        elif isinstance(expected.http_exception, web.HTTPMethodNotAllowed):
            assert allowed == expected.http_exception.allowed_methods, path
        else:
            assert expected.http_exception is not None, path
            assert allowed == set(), path
    assert found >= len({path for _, path in paths})


def test_few_routes_are_tried_for_a_path() -> None:
    routes = ProjectRoutes("")
    for route in all_routes():
        if "project_id" in route.path:
            routes.add_route(route.methods[0], route.path, handler_of(route.path))
    routes.freeze()
    paths = {example(route.resource.canonical) for route in routes if route.resource is not None}
    tried = [len(routes.that_may_match(path)) for path in paths]
    assert max(tried) < len(paths) / 20
    assert routes.canonical == "/{project_id}"
