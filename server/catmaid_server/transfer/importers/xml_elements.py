"""Elements of an XML file, safely: nothing else is opened, and nothing grows beyond what the file says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from catmaid_server.transfer.errors import BadFile

Visit = Callable[[tuple[str, ...], dict[str, str], int], None]
"""Gets the tags of an element and of all around it (its own last), its attributes, and its line."""

_DEEPEST = 64


def visit_elements(path: Path, content: bytes, visit: Visit) -> None:
    """Call `visit` for each element as it begins.

    A document type may name elements and attributes, but no entities, nor another file. Raises `BadFile` if it does, or
    if this is not XML.
    """
    parser = expat.ParserCreate()
    open_tags: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        open_tags.append(tag)
        if len(open_tags) > _DEEPEST:
            raise BadFile(path, f"elements are nested more than {_DEEPEST} deep", line=parser.CurrentLineNumber)
        visit(tuple(open_tags), attributes, parser.CurrentLineNumber)

    def end(_tag: str) -> None:
        open_tags.pop()

    def document_type(_name: str, system_id: str | None, _public_id: str | None, _has_internal: int) -> None:
        if system_id is not None:
            raise BadFile(
                path, "its document type is in another file, which is not opened", line=parser.CurrentLineNumber
            )

    def entity(*_declared: object) -> NoReturn:
        raise BadFile(path, "it declares entities, which are not read", line=parser.CurrentLineNumber)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = document_type
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise BadFile(path, f"this is not XML: {expat.ErrorString(error.code)}", line=error.lineno) from None
    except (LookupError, ValueError) as error:  # an encoding that Python does not know
        raise BadFile(path, f"this is not XML: {error}") from None
