"""What the service answers: one room for each subject, one module for each resource.

Each module names its routes in `routes`; `all_routes` finds them.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

from catmaid_server.http.routing import Route, Routes


def all_routes() -> list[Route]:
    """The routes of every module in every room."""
    found: list[Route] = []
    for module in walk_packages(__path__, f"{__name__}."):
        if not module.ispkg:
            found.extend(getattr(import_module(module.name), "routes", Routes()).routes)
    return found
