"""Authors and confidences in an SWC file: the five columns that eSWC has after the seventh."""

from __future__ import annotations

import re

from catmaid_server.transfer.importers.source_trees import NodeAuthorship
from catmaid_wire.swc import BadSwc
from catmaid_wire.swc_reading import SwcTree, columns_of

_TIME = r"\d{4}-\d\d-\d\dT[^\s,;]+"
_AUTHORSHIP = re.compile(rf"(\S.*?)[\s,;]+{_TIME}[\s,;]+(\S.*?)[\s,;]+{_TIME}[\s,;]+([+-]?[0-9]+)\s*(#.*)?")
_COLUMNS = 5
_TIMES = (1, 3)
"""Where times are among the five columns."""


def authors_of(tree: SwcTree) -> tuple[NodeAuthorship | None, ...]:
    """Who made each node of a tree, None where the file does not say; empty if it says so of none.

    Five more columns of which the second and the fourth are numbers are of another kind of file, such as Vaa3D's eSWC.
    Raises `BadSwc` if they should be authors, and are not.
    """
    authors = tuple(_authorship(more, int(line)) for more, line in zip(tree.more, tree.lines.tolist(), strict=True))
    return authors if any(authors) else ()


def _authorship(more: str, line: int) -> NodeAuthorship | None:
    found = _AUTHORSHIP.fullmatch(more.strip(" \t,;"))
    if found is None:
        _refuse_broken_authorship(columns_of(more), line)
        return None
    confidence = int(found[3])
    if not 0 <= confidence <= 5:
        raise BadSwc(f"confidence is {confidence}, should be from 0 to 5", line=line)
    return NodeAuthorship(found[1], found[2], confidence)


def _refuse_broken_authorship(columns: list[str], line: int) -> None:
    if len(columns) == _COLUMNS and not any(_is_number(columns[place]) for place in _TIMES):
        raise BadSwc(
            "the columns after the seventh should be author, time, editor, time and confidence (eSWC), "
            "with times such as 2020-01-31T12:00:00Z and a whole number as confidence",
            line=line,
        )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
