"""Lists of students, as files have them."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput

_USER: Final = ("username", "user", "login", "name", "student", "student_id", "id")
_INITIALS: Final = ("initials", "short")


def initials_by_user(students: Any) -> dict[str, str]:
    """User names with their initials, empty where these are to be made.

    students : the path of a CSV file, a DataFrame, initials by user name, or user names. A table has the names in a
        column `username`, or in the only one; its column `initials` may be missing.
    """
    if isinstance(students, pd.DataFrame):
        rows = students.astype(object).where(students.notna(), "").astype(str).to_dict("records")
        return _of_rows([dict(row) for row in rows], "The table")
    if isinstance(students, Mapping):
        return {str(name).strip(): str(initials or "").strip() for name, initials in students.items()}
    if isinstance(students, str | os.PathLike):
        return _of_file(Path(students))
    if isinstance(students, Iterable):
        return {str(name).strip(): "" for name in students}
    raise InvalidInput(
        f"Students are given as a CSV file, a DataFrame or a list of user names, not {type(students).__name__}."
    )


def _of_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise InvalidInput(
            f"There is no file {str(path)!r}. For one student give a list, as [{str(path)!r}]; for a group of the "
            f"service give add_students(group={str(path)!r})."
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(f"{path.name} is no text in UTF-8: save it as “CSV UTF-8”.") from None
    if text.lower().startswith("sep="):  # Excel's note to itself
        text = text.partition("\n")[2]
    try:
        dialect: Any = csv.Sniffer().sniff(text.partition("\n")[0], delimiters=",;\t")
    except csv.Error:  # a single column
        dialect = csv.excel
    lines = [row for row in csv.reader(text.splitlines(), dialect) if any(cell.strip() for cell in row)]
    if not lines:
        raise InvalidInput(f"{path.name} is empty: it needs a column “username”.")
    titles = [title.strip().lower() for title in lines[0]]
    if not set(titles) & {*_USER, *_INITIALS} and len(titles) == 1:
        return _named_once([(row[0], "") for row in lines], path.name)
    return _of_rows([dict(zip(titles, row, strict=False)) for row in lines[1:]], path.name)


def _of_rows(rows: list[dict[Any, str]], what: str) -> dict[str, str]:
    if not rows:
        raise InvalidInput(f"{what} names nobody.")
    titles = {str(title).strip().lower(): title for title in rows[0]}
    user = next((titles[name] for name in _USER if name in titles), None)
    if user is None and len(titles) == 1:
        (user,) = titles.values()
    if user is None:
        raise InvalidInput(f"{what} needs a column “username”; it has {', '.join(titles)}.")
    initials = next((titles[name] for name in _INITIALS if name in titles), None)
    own = [(row.get(user) or "", (row.get(initials) or "") if initials is not None else "") for row in rows]
    return _named_once(own, what)


def _named_once(rows: Iterable[tuple[str, str]], what: str) -> dict[str, str]:
    """Initials by user name; `InvalidInput` for a row without a name, and for a name with two initials."""
    found: dict[str, str] = {}
    for place, (given, short) in enumerate(rows, 1):
        name, initials = given.strip(), short.strip()
        if not name:
            raise InvalidInput(f"{what} has no user name in row {place} of those who are named.")
        if found.setdefault(name, initials) != initials:
            raise InvalidInput(f"{what} names {name!r} twice, with the initials {found[name]!r} and {initials!r}.")
    return found
