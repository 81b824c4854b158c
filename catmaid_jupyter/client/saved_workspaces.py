"""Workspaces that users keep: in files, in notebooks, and by name in the server's store of client data."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.kept_outputs import WORKSPACE
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.client_data import ClientDatum, client_data, keep_client_datum
from catmaid_jupyter.client.frames import COUNT, TEXT, TIME, FrameSchema, frame
from catmaid_jupyter.client.naming import did_you_mean

STORE: Final = "workspaces"
WORKSPACES: Final[FrameSchema] = {"name": TEXT, "shared": "bool", "saved": TIME, "version": TEXT, "widgets": COUNT}
_LONGEST_NAME: Final = 200
_FIELD: Final = "workspace"


def is_file_name(target: str | os.PathLike[str]) -> bool:
    """Whether a file is meant, and not a name on the server."""
    return not isinstance(target, str) or target.endswith((".json", ".ipynb")) or os.sep in target


def read(place: Place, source: Any) -> Any:
    """The JSON value of a workspace: of a file, a notebook, a name on the server, or as it is given.

    `NotFound` if there is none.
    """
    if isinstance(source, dict):
        return source
    if not isinstance(source, str | os.PathLike):
        raise InvalidInput(
            "A workspace is made of widgets, as in project.workspace(viewer, v3), or opened by a file name that ends "
            f"in .json or .ipynb, by a name on the server, or by its state, not by {type(source).__name__}."
        )
    return _of_file(Path(source)) if is_file_name(source) else _of_server(place, str(source))


def keep(place: Place, name: str, value: dict[str, Any], *, shared: bool) -> None:
    """Keep a workspace on the server; another of its name is replaced. `InvalidInput` for no name."""
    name = name.strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise InvalidInput(f"A workspace needs a name of at most {_LONGEST_NAME} characters, or a file name in .json.")
    loop.run(keep_client_datum(_present(place), STORE, ClientDatum(name, {_FIELD: value}, shared)))


def forget(place: Place, name: str, *, shared: bool) -> None:
    """Forget a workspace of the server; `NotFound` if there is none of this name."""
    found = _all(place)
    if not any(one.name == name and one.shared == shared for one in found):
        whose = "for all users" if shared else "of yours"
        like = did_you_mean(name, [one.name for one in found])
        raise NotFound(f"There is no workspace {name!r:.200} {whose}.{like}")
    loop.run(keep_client_datum(_present(place), STORE, ClientDatum(name, {_FIELD: None}, shared)))


def table(place: Place) -> pd.DataFrame:
    """The workspaces on the server, as `Project.workspaces` has them."""
    found = _all(place)
    values = [one.value[_FIELD] for one in found]
    columns = {
        "name": [one.name for one in found],
        "shared": [one.shared for one in found],
        "saved": pd.to_datetime([value.get("saved") for value in values], utc=True, errors="coerce"),
        "version": [_version(value.get("as_of")) for value in values],
        "widgets": [len(value.get("widgets") or ()) for value in values],
    }
    return frame(columns, WORKSPACES)


def _version(as_of: Any) -> str:
    if not isinstance(as_of, dict):
        return ""
    return str(as_of.get("pin") or as_of.get("version") or "")


def _all(place: Place) -> list[ClientDatum]:
    data = loop.run(client_data(place, STORE))
    return [one for one in data if isinstance(one.value, dict) and isinstance(one.value.get(_FIELD), dict)]


def _of_server(place: Place, name: str) -> Any:
    found = _all(place)
    for one in found:  # of one name, the user's own comes first
        if one.name == name:
            return one.value[_FIELD]
    like = did_you_mean(name, [one.name for one in found])
    raise NotFound(
        f"There is no workspace {name!r:.200} on the server.{like} project.workspaces lists them; a file's name ends "
        "in .json or .ipynb."
    )


def _of_file(path: Path) -> Any:
    try:
        value = json.loads(path.expanduser().read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.") from None
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path} is no JSON: {error}") from None
    if path.suffix != ".ipynb":
        return value
    shown = list(_of_outputs(value))
    if not shown:
        raise NotFound(f"The notebook {path} has no workspace: show one in a cell, and save the notebook.")
    return shown[-1]


def _of_outputs(notebook: Any) -> Iterator[Any]:
    """The workspaces in the outputs of a notebook."""
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    for cell in cells if isinstance(cells, list) else ():
        for output in cell.get("outputs") or ():
            found = (output.get("data") or {}).get(WORKSPACE)
            if isinstance(found, dict):
                yield found


def _present(place: Place) -> Place:
    """The place at the present: what users keep by name is of no version."""
    return Place(place.http, place.project_id, place.capabilities)
