"""Read SWC files; what is wrong with one is a `BadFile`."""

from __future__ import annotations

from pathlib import Path

from catmaid_server.transfer.errors import BadFile
from catmaid_wire.arbor import Arbor
from catmaid_wire.swc import BadSwc, parse_swc


def read_swc(path: Path, *, scale: float = 1.0) -> Arbor:
    """Read one SWC file.

    Parameters
    ----------
    path
        UTF-8 text; see `catmaid_wire.swc.parse_swc`.
    scale
        nm per unit of the file, for positions and radii.

    Raises
    ------
    BadFile
        If it is not one tree of finite nodes; names the first wrong line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(path, "this is not text (UTF-8); an SWC file is") from error
    except OSError as error:
        raise BadFile(path, f"cannot be read: {error.strerror}") from error
    return arbor_of_text(path, text, scale=scale)


def arbor_of_text(path: Path, text: str, *, scale: float = 1.0) -> Arbor:
    """As `read_swc`, for text that is here already; `path` is the file's name in errors, and names the arbor."""
    try:
        return parse_swc(text, name=path.stem, scale=scale)
    except BadSwc as error:
        raise BadFile(path, error.reason, line=error.line) from error
