"""Read SWC as people and programs write it: one dialect for commands, service and clients.

Values may be parted by blanks, tabs, commas and semicolons. `#` starts a comment; lines before the first node that do
not begin with a number are a header and are skipped. The first seven columns are read, others are kept as text. Ids are
whole numbers from 0 to 2^63 - 1. A root's parent is any id below 0, or 0 if no node has the id 0. A radius that is
negative, empty, `nan` or infinite is unset.
"""

from __future__ import annotations

import codecs
import re
from array import array
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from catmaid_wire.arbor import Arbor
from catmaid_wire.forest import BadForest, TreeChoice, checked_parents, chosen_trees, subarbor
from catmaid_wire.swc import COLUMNS, LARGEST, BadSwc, without_tiny

_LONGEST_LINE = 100_000
_MOST_HEADINGS = 1000
_BREAKS = re.compile(r"\r\n|\r|\n")
_SEPARATORS = re.compile(r"\s*[,;]\s*|\s+")
_NOT_COMMAS = re.compile(r"\s*;\s*|\s+")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+(e[+-]?[0-9]+)?", re.IGNORECASE)
_THOUSANDS_COMMA = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]*")
_AXES = ("x", "y", "z")
_IDS = frozenset(("id", "n", "node", "node_id", "treenode_id", "pointno", "point", "sample", "index"))
_PARENTS = frozenset(("parent", "parent_id", "parentid", "pid", "p"))
"""How the columns of SWC are called in headings."""
_UNDECODED = re.compile("[\udc80-\udcff]")
_UNSET_RADII = ("", "na", "n/a", "null", "none")
_LARGEST_ID = 2**63 - 1
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as that of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class SwcTree:
    """One tree of a file.

    Attributes
    ----------
    arbor
        Its nodes, in the order of the file.
    structures : (n,) int64
        The column `type` of each node.
    lines : (n,) int64
        Line of each node in the file, from 1.
    more
        Text after the seventh column of each node, comments and all; `""` where there is none.
    """

    arbor: Arbor
    structures: NDArray[np.int64]
    lines: NDArray[np.int64]
    more: tuple[str, ...]


@dataclass(frozen=True)
class SwcFile:
    """What a file holds.

    Attributes
    ----------
    trees
        In the order of their roots; one unless several are wanted.
    header_lines
        Number of lines before the first node that were skipped, comments apart.
    more_columns
        Names of the columns after the seventh, `"8"` and so on where the file does not name them.
    left_out
        Number of trees that were left out.
    """

    trees: tuple[SwcTree, ...]
    header_lines: int
    more_columns: tuple[str, ...]
    left_out: int


@dataclass
class _SwcRows:
    """The rows of a file, column by column, and what stands around them."""

    integers: array[int] = field(default_factory=lambda: array("q"))
    """Id, type and parent of one row after the other."""
    numbers: array[float] = field(default_factory=lambda: array("d"))
    """x, y, z and radius of one row after the other."""
    lines: array[int] = field(default_factory=lambda: array("q"))
    more: list[str] = field(default_factory=list)
    headings: deque[str] = field(default_factory=lambda: deque(maxlen=_MOST_HEADINGS))
    """Text of the last comments and header lines before the first node."""
    header_lines: int = 0


def decoded_swc(content: bytes) -> str:
    """Text of a file: UTF-8, or what its byte order mark says.

    Bytes that are not UTF-8 become lone surrogates, which `parse_swc` refuses in values only. Raises `BadSwc` if a file
    with the mark of UTF-16 or UTF-32 is not that.
    """
    encoding = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding, "surrogateescape" if encoding == "utf-8" else "strict")
    except UnicodeDecodeError:
        raise BadSwc(f"this is not text, though it begins as {encoding.upper()}; save it as UTF-8") from None
    return text.removeprefix("\ufeff")


def parse_swc(text: str, *, name: str, scale: float = 1.0, trees: TreeChoice = "refuse") -> SwcFile:
    """Read SWC text.

    Parameters
    ----------
    text
        As the head of this module says.
    name
        Name of the arbors.
    scale
        nm per unit of the text, for positions and radii.
    trees
        Whether a file of several trees is refused, gives its first tree, or all.

    Raises
    ------
    BadSwc
        If it is not trees of finite nodes, or more of them than are wanted; names the first wrong line.
    """
    rows = _rows_of(text)
    integers = np.array(rows.integers, np.int64).reshape(-1, 3)
    numbers = np.array(rows.numbers, np.float64).reshape(-1, 4)

    def place(row: int) -> str:
        return f"line {rows.lines[row]}"

    try:
        parents = checked_parents(integers[:, 0], integers[:, 2], place)
        chosen, left_out = chosen_trees(parents, integers[:, 0], place, trees)
    except BadForest as error:
        raise BadSwc(error.reason, line=rows.lines[error.row]) from None
    radii = numbers[:, 3]
    numbers = np.column_stack(
        [without_tiny(numbers[:, :3] * scale), np.where(radii < 0, -1.0, radii * scale)],
    )
    too_far = np.flatnonzero(~(np.abs(numbers) <= LARGEST).all(axis=1))
    if len(too_far):
        raise BadSwc(f"positions and radii should be up to {LARGEST:g} nm", line=rows.lines[too_far[0]])
    whole = Arbor(name, integers[:, 0], parents, numbers[:, :3], numbers[:, 3])
    lines = np.array(rows.lines, np.int64)
    return SwcFile(
        tuple(_tree(whole, integers[:, 1], lines, rows.more, nodes) for nodes in chosen),
        rows.header_lines,
        _more_columns(rows),
        left_out,
    )


def _tree(
    whole: Arbor, structures: NDArray[np.int64], lines: NDArray[np.int64], more: list[str], nodes: NDArray[np.int64]
) -> SwcTree:
    """The tree of the rows `nodes` : (m,) int64, ascending."""
    return SwcTree(
        subarbor(whole, nodes), structures[nodes], lines[nodes], tuple(more[node] for node in nodes.tolist())
    )


def _rows_of(text: str) -> _SwcRows:
    rows = _SwcRows()
    for number, line in enumerate(_lines(text), 1):
        if len(line) > _LONGEST_LINE:
            raise BadSwc(f"has more than {_LONGEST_LINE} characters; a line is one node", line=number)
        values = line.partition("#")[0]
        if values.isspace() or not values:
            if not rows.lines:
                rows.headings.append(line)
        elif not rows.lines and _is_header(values):
            rows.header_lines += 1
            rows.headings.append(line)
        else:
            if not rows.lines:
                _refuse_other_order(rows.headings, number - len(rows.headings))
            _add_row(rows, number, values, line[len(values) :])
    if not rows.lines:
        raise BadSwc(_no_node(text, rows))
    return rows


def _lines(text: str) -> Iterator[str]:
    """The lines of a text, one by one: of a large one, a list of them takes many times the memory."""
    begin = 0
    for end in _BREAKS.finditer(text):
        yield text[begin : end.start()]
        begin = end.end()
    yield text[begin:]


def _no_node(text: str, rows: _SwcRows) -> str:
    if _UNDECODED.search(text) or "\0" in text:
        return "this is not text (UTF-8); an SWC file is"
    skipped = f"; none of its {rows.header_lines} lines begins with a number" if rows.header_lines else ""
    return f"there is no node in it{skipped}; each line should be `{' '.join(COLUMNS)}`"


def _refuse_other_order(headings: Collection[str], first_line: int) -> None:
    """Refuse a file whose heading names the columns of SWC in another order; `first_line` is the line of the first."""
    for number, heading in enumerate(headings, first_line):
        names = [name.lower() for name in _SEPARATORS.split(heading.rpartition(":")[2].strip("# \t,;"))]
        is_table = names[0] in _IDS and all(names.count(axis) == 1 for axis in _AXES) and not _PARENTS.isdisjoint(names)
        if is_table and (tuple(names[2:5]) != _AXES or names[6:7] == [] or names[6] not in _PARENTS):
            raise BadSwc(f"its columns are {' '.join(names)}, should be {' '.join(COLUMNS)}", line=number)


def _is_header(values: str) -> bool:
    """Whether a line is none of a node, rightly or wrongly written."""
    if "\0" in values:
        return False
    first, *others = _SEPARATORS.split(values.strip())
    if _is_number(first):
        return False
    # numbers after it are those of a node whose id is written wrongly
    return len(others) < len(COLUMNS) - 1 or not all(_is_number(text) for text in others[: len(COLUMNS) - 1])


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _add_row(rows: _SwcRows, line: int, values: str, comment: str) -> None:
    fields, more = _fields(line, values.strip())
    if len(fields) < len(COLUMNS):
        raise BadSwc(f"{len(fields)} columns, should be {len(COLUMNS)}: {' '.join(COLUMNS)}", line=line)
    node_id = _whole("id", fields[0], line)
    if node_id < 0:
        raise BadSwc(f"id is {fields[0]}, should be 0 or more", line=line)
    rows.integers.extend((node_id, _whole("type", fields[1], line), _whole("parent", fields[6], line)))
    x, y, z = (_finite(name, field, line) for name, field in zip("xyz", fields[2:5], strict=True))
    rows.numbers.extend((x, y, z, _radius(fields[5], line)))
    rows.lines.append(line)
    rows.more.append(more + comment)


def _fields(line: int, values: str) -> tuple[list[str], str]:
    """The first seven fields, fewer if there are no more, and the text after them."""
    if "\0" in values:
        raise BadSwc("a NUL byte in it; the file should be text in UTF-8", line=line)
    if "," not in values and ";" not in values:
        fields = _tabbed(line, values) if "\t\t" in values else values.split(maxsplit=len(COLUMNS))
    else:
        _refuse_decimal_commas(line, values)
        fields = _SEPARATORS.split(values, maxsplit=len(COLUMNS))
    return fields[: len(COLUMNS)], "".join(fields[len(COLUMNS) :])


def _tabbed(line: int, values: str) -> list[str]:
    """Fields of a line with tabs side by side: these align the columns, or the radius between them is empty."""
    columns = [text.strip() for text in values.split("\t")]
    empty = [name for name, text in zip(COLUMNS, columns, strict=False) if not text]
    if empty == ["radius"] and len(columns) > len(COLUMNS):
        raise BadSwc("two tabs after z: write -1 for an unset radius, or one tab between columns", line=line)
    if empty == ["radius"] and len(columns) == len(COLUMNS):
        return columns
    return values.split(maxsplit=len(COLUMNS))


def _refuse_decimal_commas(line: int, values: str) -> None:
    """Refuse `1;0;0,5;…`: there are seven columns without commas and more with them, so these are parts of numbers."""
    parts = [part.strip(",") for part in _NOT_COMMAS.split(values, maxsplit=len(COLUMNS))[: len(COLUMNS)]]
    if not len(parts) == len(COLUMNS) < len(_SEPARATORS.split(values)):
        return
    for part in parts:
        if _DECIMAL_COMMA.fullmatch(part):
            raise BadSwc(f"{part!r} has a decimal comma; numbers should have a decimal point", line=line)
        if _THOUSANDS_COMMA.fullmatch(part):
            raise BadSwc(f"{part!r} has a comma in it; numbers should have no commas", line=line)


def _whole(name: str, text: str, line: int) -> int:
    """A whole number of 64 bits; `1.0` and `1e3` are whole, too."""
    value = _number(name, text, line)
    try:
        whole = int(text)
    except ValueError:
        if not (value.is_integer() and abs(value) < 2**53):
            raise BadSwc(f"{name} is {text!r}, should be a whole number", line=line) from None
        whole = int(value)
    if abs(whole) > _LARGEST_ID:
        raise BadSwc(f"{name} is {text!r}, should be a whole number up to {_LARGEST_ID}", line=line)
    return whole


def _finite(name: str, text: str, line: int) -> float:
    value = _number(name, text, line)
    if not abs(value) <= LARGEST:  # true of nan, too
        raise BadSwc(f"{name} is {text!r}, should be a finite number up to {LARGEST:g}", line=line)
    return value


def _radius(text: str, line: int) -> float:
    """A radius; -1 where it is unset."""
    if text.lower() in _UNSET_RADII:
        return -1.0
    value = _number("radius", text, line)
    if not np.isfinite(value) and "n" in text.lower():  # said so, not merely too large
        return -1.0
    if not abs(value) <= LARGEST:
        raise BadSwc(f"radius is {text!r}, should be a finite number up to {LARGEST:g}", line=line)
    return -1.0 if value < 0 else value


def _number(name: str, text: str, line: int) -> float:
    # Python also takes digits of other scripts, and `_` between digits
    if text.isascii() and "_" not in text:
        try:
            return float(text)
        except ValueError:
            pass
    shown = ascii(text) if _UNDECODED.search(text) else repr(text)
    raise BadSwc(f"{name} is {shown}, should be a number in digits 0-9", line=line)


def columns_of(more: str) -> list[str]:
    """The columns in the text after the seventh (`SwcTree.more`), without a comment."""
    values = more.partition("#")[0].strip(" \t,;")
    return _SEPARATORS.split(values) if values else []


def _more_columns(rows: _SwcRows) -> tuple[str, ...]:
    """Names of the columns after the seventh, from a heading that names as many."""
    count = max(len(columns_of(more)) for more in rows.more)
    for heading in reversed(rows.headings):
        names = _SEPARATORS.split(heading.strip("# \t"))
        if count and len(names) == len(COLUMNS) + count:
            return tuple(names[len(COLUMNS) :])
    return tuple(str(len(COLUMNS) + place) for place in range(1, count + 1))
