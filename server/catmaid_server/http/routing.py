"""Routes: each is one function from a decoded form to an answer; all else that HTTP needs happens here.

A route says what it needs and, if it writes, the label of its transaction::

    @routes.post("/{project_id}/node/update", needs=Permission.ANNOTATE, label="nodes.update_location")
    async def move_nodes(call: Call, form: MoveNodes) -> dict[str, Any]:

A route with a label runs inside one transaction, `call.tx`, which is committed when it returns.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, get_type_hints

import msgspec

from catmaid_server.auth.access import Permission

__all__ = ["Content", "Files", "NoParameters", "Permission", "Route", "Routes"]


class NoParameters(msgspec.Struct):
    """The form of a route that takes none."""


@dataclass(frozen=True)
class Content:
    """What an answer holds whose annotation alone does not say it.

    For example::

        async def list_users(call: Call, form: NoParameters) -> Annotated[msgspec.Raw, Content(list[User])]:
    """

    shape: Any
    """The type of what is in the body, as JSON has it; `str` of text, `bytes` of anything else."""

    media_type: str = "application/json"
    """Empty if there is no body."""

    status: int = 200
    about: str = ""
    """What it means, if that is not plain."""


@dataclass(frozen=True)
class Files:
    """Files that come along with a form, as `multipart/form-data`."""

    about: str
    """What they hold."""

    name: str = "file"
    """Of the part; any other will do."""

    many: bool = False


Handler: TypeAlias = Callable[..., Awaitable[Any]]
"""Called with a `Call` and the decoded form; gives the answer."""


@dataclass(frozen=True)
class Route:
    """One path, the methods it answers to, and what it asks for."""

    path: str
    methods: tuple[str, ...]
    needs: Permission
    label: str | None
    handler: Handler
    form: type[msgspec.Struct]
    files: Files | None = None
    takes_json: bool = False
    """Whether a POST may bring the form as JSON, as a PUT always may."""

    @property
    def writes(self) -> bool:
        """Whether it opens a version."""
        return self.label is not None


@dataclass
class Routes:
    """The routes of one module."""

    routes: list[Route] = field(default_factory=list)

    def route(
        self,
        path: str,
        *,
        methods: Sequence[str],
        needs: Permission,
        label: str | None = None,
        files: Files | None = None,
        takes_json: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Register a handler; its second parameter's type is the form."""

        def register(handler: Handler) -> Handler:
            form = get_type_hints(handler)["form"]
            self.routes.append(Route(_with_types(path), tuple(methods), needs, label, handler, form, files, takes_json))
            return handler

        return register

    def get(self, path: str, *, needs: Permission, label: str | None = None) -> Callable[[Handler], Handler]:
        """Register for GET."""
        return self.route(path, methods=("GET",), needs=needs, label=label)

    def post(
        self,
        path: str,
        *,
        needs: Permission,
        label: str | None = None,
        files: Files | None = None,
        takes_json: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Register for POST."""
        return self.route(path, methods=("POST",), needs=needs, label=label, files=files, takes_json=takes_json)

    def put(self, path: str, *, needs: Permission, label: str | None = None) -> Callable[[Handler], Handler]:
        """Register for PUT."""
        return self.route(path, methods=("PUT",), needs=needs, label=label)

    def delete(self, path: str, *, needs: Permission, label: str | None = None) -> Callable[[Handler], Handler]:
        """Register for DELETE."""
        return self.route(path, methods=("DELETE",), needs=needs, label=label)

    def any(self, path: str, *, needs: Permission, label: str | None = None) -> Callable[[Handler], Handler]:
        """Register for GET and POST, which CATMAID does not tell apart on most routes."""
        return self.route(path, methods=("GET", "POST"), needs=needs, label=label)


def _with_types(path: str) -> str:
    """Let `{..._id}` match whole numbers only."""
    return re.sub(r"\{(\w+_id)\}", r"{\1:-?[0-9]+}", path)
