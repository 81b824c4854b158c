"""Names of new neurons that count up."""

from __future__ import annotations

import re

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection

sql = load("tracing/lifecycle")

_COUNTER = re.compile(r"\{n(\d{0,9})\}")


async def numbered_name(tx: Connection, project_id: int, pattern: str) -> str:
    """The name that a pattern stands for in a project.

    In place of `{n5}` comes the first number from 5 on that no neuron of a name like this has there; `{n}` begins at 1.
    Where there are several of these, each counts by itself. Other names stay as they are.
    """
    parts = _COUNTER.split(pattern)
    texts, starts = parts[::2], [int(digits or 1) for digits in parts[1::2]]
    if not starts:
        return pattern
    like = "%".join(re.sub(r"([\\%_])", r"\\\1", text) for text in texts)
    numbered = re.compile(r"(\d{1,18})".join(re.escape(text) for text in texts), re.ASCII)
    names = [name for (name,) in await fetch_all(tx, sql.names_like, project_id=project_id, pattern=like)]
    found = [match.groups() for name in names if (match := numbered.fullmatch(name))]
    numbers = [_first_free(start, {int(digits[place]) for digits in found}) for place, start in enumerate(starts)]
    return "".join(text + str(number) for text, number in zip(texts, [*numbers, ""], strict=True))


def _first_free(start: int, taken: set[int]) -> int:
    while start in taken:
        start += 1
    return start
