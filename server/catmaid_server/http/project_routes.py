"""Routes below a project, found by the words of a path instead of one after the other: there are hundreds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiohttp import web
from yarl import URL

from catmaid_server.http.middleware import RequestHandler

_Found = tuple[web.UrlMappingMatchInfo | None, set[str]]


class ProjectRoutes(web.AbstractResource):
    """All routes below `/{project_id}/` as one resource of the application's router.

    No part of their paths may match a slash: so a path can only be one of those that have as many parts, and the same
    words where these have words.

    Parameters
    ----------
    root_path
        What stands before the project in all paths, without a slash at the end.
    """

    def __init__(self, root_path: str) -> None:
        super().__init__()
        self._root_path = root_path
        self._router = web.UrlDispatcher()
        self._among: dict[int, list[tuple[str | None, str | None, web.AbstractResource]]] = {}
        self._words: dict[int, tuple[set[str | None], set[str | None]]] = {}
        self._candidates: dict[tuple[int, str | None, str | None], list[web.AbstractResource]] = {}

    def add_route(self, method: str, path: str, handler: RequestHandler) -> None:
        """Add a route, as to the application's router; earlier ones are tried first."""
        self._router.add_route(method, self._root_path + path, handler)

    def freeze(self) -> None:
        """Sort the resources by the words of their paths; nothing is added any more."""
        for resource in self._router.resources():
            parts = self._parts(resource.canonical)
            words = [None if "{" in part else part for part in (*parts, "", "")[1:3]]
            self._among.setdefault(len(parts), []).append((words[0], words[1], resource))
        for count, among in self._among.items():
            self._words[count] = {one for one, _, _ in among}, {two for _, two, _ in among}

    async def resolve(self, request: web.Request) -> _Found:
        """What matches a request; the methods that its path would have."""
        allowed: set[str] = set()
        for resource in self.that_may_match(request.rel_url.path_safe):
            found, methods = await resource.resolve(request)
            if found is not None:
                return found, methods
            allowed |= methods
        return None, allowed

    def that_may_match(self, path: str) -> list[web.AbstractResource]:
        """The resources whose paths have as many parts as this one, and its words."""
        parts = self._parts(path)
        count, first, second = len(parts), *(*parts, "", "")[1:3]
        if count not in self._words:
            return []
        firsts, seconds = self._words[count]
        words = count, first if first in firsts else None, second if second in seconds else None
        if words not in self._candidates:  # no more than the routes have words
            self._candidates[words] = self._with_words(*words)
        return self._candidates[words]

    def _with_words(self, count: int, first: str | None, second: str | None) -> list[web.AbstractResource]:
        return [resource for one, two, resource in self._among[count] if one in {first, None} and two in {second, None}]

    def _parts(self, path: str) -> list[str]:
        return path[len(self._root_path) + 1 :].split("/")

    def raw_match(self, path: str) -> bool:
        """Whether this is the path of one of them, as it was added."""
        return any(resource.raw_match(path) for resource in self._router.resources())

    @property
    def canonical(self) -> str:
        """What all their paths begin with."""
        return f"{self._root_path}/{{project_id}}"

    def get_info(self) -> Any:
        """What all have in common."""
        return {"formatter": self.canonical}

    def url_for(self, **kwargs: str) -> URL:
        """The address of a project, below which they are."""
        return URL.build(path=self.canonical.format(**kwargs))

    def add_prefix(self, prefix: str) -> None:
        """They are no part of another application."""
        raise ValueError(f"Routes of projects are added with the root path, and do not get the prefix {prefix}.")

    def __iter__(self) -> Iterator[web.AbstractRoute]:
        return iter(self._router.routes())

    def __len__(self) -> int:
        return len(self._router.routes())
