"""What administrators do with a project: rename it, grant permissions, delete it."""

from __future__ import annotations

import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.loop import gather
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.accounts import CAPABILITY, user_or_group_id
from catmaid_jupyter.client.frames import MEMBERS, frame
from catmaid_jupyter.client.naming import one_name
from catmaid_wire.forms import FormValue


async def rename(place: Place, title: str) -> str:
    """Change the title of the project; returns it as the server has it."""
    title = one_name(title, "title", " Neurons get names by project.rename_neurons({skeleton_id: name}).")
    place.require_present()
    return str((await place.http.request("POST", place.path(""), form={"title": title})).json()["title"])


async def delete(place: Place, title: str, confirm: str | None) -> None:
    """Delete the project if `confirm` is its title. `InvalidInput` if it is not, which says what is in the project."""
    place.require_present()
    if CAPABILITY in place.capabilities:  # the server compares, with the title as it is now
        await place.http.request("DELETE", place.path(""), params={"confirm": confirm or ""})
        return
    if confirm != title:
        raise InvalidInput(f"To delete project {place.project_id} and all that is in it, give confirm={title!r}.")
    await place.http.request("DELETE", place.path(""))


async def members(place: Place) -> pd.DataFrame:
    """The permissions granted in the project, as `Project.members` has them."""
    users, groups = await gather(
        place.read_json("GET", "permissions/project-user"), place.read_json("GET", "permissions/project-group")
    )
    rows = [
        *((row["user_name"], "user", sorted(row["permissions"])) for row in users.values()),
        *((row["group_name"], "group", sorted(row["permissions"])) for row in groups.values()),
    ]
    columns = zip(*sorted(rows, key=lambda row: (row[1] == "group", row[0])), strict=True) if rows else [(), (), ()]
    return frame(dict(zip(MEMBERS, columns, strict=True)), MEMBERS)


async def grant(place: Place, name: str, permission: str, *, given: bool = True) -> None:
    """Grant or revoke a permission of a user or a group in the project."""
    place.require_present()
    kind, holder_id = await user_or_group_id(place.http, name)
    form: dict[str, FormValue] = {f"{kind}_id": holder_id, "permissions": [[permission, "true" if given else "false"]]}
    await place.http.request("POST", place.path(f"permissions/project-{kind}"), form=form)
