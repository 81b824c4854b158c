"""Find things of a project by a part of their name or by their number."""

from __future__ import annotations

from dataclasses import dataclass, field

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput

sql = load("annotation/search")

_LARGEST_ID = 2**31 - 1
_SPECIAL = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


@dataclass(frozen=True)
class FoundPlace:
    """A treenode, with its skeleton, or a connector; place in nm."""

    id: int
    x: float
    y: float
    z: float
    skeleton_id: int | None = None


@dataclass(frozen=True)
class Found:
    """A thing with its class.

    The class is `neuron`, `skeleton`, `label`, `annotation`, `volume`, `landmark`, `landmarkgroup`,
    or one of an ontology.
    Labels come with the nodes that bear them, those with the highest ids first.
    """

    id: int
    name: str
    class_name: str
    treenodes: list[FoundPlace] = field(default_factory=list)
    connectors: list[FoundPlace] = field(default_factory=list)


@dataclass(frozen=True)
class FoundNodes:
    """The treenode and the connector of a number."""

    treenode: FoundPlace | None = None
    connector: FoundPlace | None = None


async def things(connection: Connection, project_id: int, text: str) -> list[Found]:
    """Things whose name contains `text`, in any case, and the neuron or skeleton with this id, by class and name.

    Raises `InvalidInput` if `text` is empty.
    """
    if not text:
        raise InvalidInput("A search needs text to look for.")
    rows = await fetch_all(
        connection, sql.by_name, project_id=project_id, number=_number(text), pattern=f"%{text.translate(_SPECIAL)}%"
    )
    found = [Found(*row) for row in rows]
    labels = {thing.id: thing for thing in found if thing.class_name == "label"}
    if labels:
        for label_id, *place in await fetch_all(connection, sql.labelled_treenodes, label_ids=list(labels)):
            labels[label_id].treenodes.append(FoundPlace(*place))
        for label_id, *place in await fetch_all(connection, sql.labelled_connectors, label_ids=list(labels)):
            labels[label_id].connectors.append(FoundPlace(*place))
    return found


async def nodes(connection: Connection, project_id: int, text: str) -> FoundNodes:
    """The treenode and the connector with the id that `text` is, if any."""
    number = _number(text)
    if number is None:
        return FoundNodes()
    treenode = await fetch_one(connection, sql.treenode, project_id=project_id, number=number)
    connector = await fetch_one(connection, sql.connector, project_id=project_id, number=number)
    return FoundNodes(
        None if treenode is None else FoundPlace(*treenode), None if connector is None else FoundPlace(*connector)
    )


def _number(text: str) -> int | None:
    """The id that `text` is, None if it is none."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(_LARGEST_ID)):
        return None
    number = int(digits)
    return number if number <= _LARGEST_ID else None
