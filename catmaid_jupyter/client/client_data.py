"""Values that clients keep by name on the server: for a user or for all of a project, or for a user everywhere."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.api.place import Place
from catmaid_wire.forms import FormValue


class ClientDatum(NamedTuple):
    """A value, and whether it is for all users of the project."""

    name: str
    value: Any
    shared: bool


async def client_data(place: Place, store: str) -> list[ClientDatum]:
    """The values of a project that the user sees in a store, by name; of one name, the user's own first."""
    try:
        data = await place.http.read_json("GET", f"client/datastores/{store}/", params={"project_id": place.project_id})
    except (NotFound, InvalidInput):  # nobody has kept any; CATMAID answers 400
        return []
    found = [
        ClientDatum(str(datum["key"]), datum["value"], datum["user"] is None)
        for datum in data
        if datum["project"] == place.project_id
    ]
    return sorted(found, key=lambda one: (one.name.lower(), one.name, one.shared))


async def keep_client_datum(place: Place, store: str, datum: ClientDatum) -> None:
    """Keep a value; another of its name is replaced. Single values cannot be deleted: keep an empty one."""
    place.require_present()
    await _ensure_store(place.http, store)
    form: dict[str, FormValue] = {
        "key": datum.name,
        "value": json.dumps(datum.value),
        "project_id": place.project_id,
        "ignore_user": datum.shared,
    }
    await place.http.request("PUT", f"client/datastores/{store}/", form=form)


async def user_datum(http: Http, store: str, name: str) -> Any:
    """A value that the user keeps for all projects; None if there is none."""
    try:
        data = await http.read_json("GET", f"client/datastores/{store}/", params={"key": name})
    except (NotFound, InvalidInput):  # nobody has kept any; CATMAID answers 400
        return None
    own = (datum["value"] for datum in data if (datum["key"], datum["project"]) == (name, None) and datum["user"])
    return next(own, None)


async def keep_user_datum(http: Http, store: str, name: str, value: Any) -> None:
    """Keep a value of the user for all projects; another of its name is replaced."""
    await _ensure_store(http, store)
    form: dict[str, FormValue] = {"key": name, "value": json.dumps(value)}
    await http.request("PUT", f"client/datastores/{store}/", form=form)


async def _ensure_store(http: Http, store: str) -> None:
    known = await http.read_json("GET", "client/datastores/")
    if store not in {one["name"] for one in known}:
        await http.request("POST", "client/datastores/", form={"name": store})
