"""Named SQL queries, loaded from files.

A file `sql/<room>/<subject>.sql` holds queries, each under a line `-- name: <query_name>`.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


class Queries:
    """The queries of one file as attributes: `queries.nodes_in_box` is SQL text."""

    def __init__(self, subject: str, text: str) -> None:
        self._subject = subject
        parts = _NAME.split(text)[1:]
        self._texts = {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}

    def __getattr__(self, name: str) -> LiteralString:
        try:
            return cast("LiteralString", self._texts[name])
        except KeyError:
            raise AttributeError(f"no query {name!r} in sql/{self._subject}.sql") from None

    def __dir__(self) -> list[str]:
        return sorted(self._texts)


@cache
def load(subject: str) -> Queries:
    """Read `sql/<room>/<subject>.sql` of this package."""
    path = files("catmaid_server").joinpath("sql", f"{subject}.sql")
    return Queries(subject, path.read_text(encoding="utf-8"))
