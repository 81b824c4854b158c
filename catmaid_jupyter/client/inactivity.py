"""How long members of groups may do nothing, at one server."""

from __future__ import annotations

import pandas as pd

from catmaid_jupyter.api.http import Http
from catmaid_jupyter.client.accounts import group_id
from catmaid_jupyter.client.frames import INACTIVE_MEMBERS, INACTIVITY, frame
from catmaid_wire.forms import Form


async def periods(http: Http) -> pd.DataFrame:
    """The periods of groups, as `Instance.inactivity` has them."""
    listed = await http.read_json("GET", "groups/inactivity/")
    return frame({name: [one[name] for one in listed] for name in INACTIVITY}, INACTIVITY)


async def members(http: Http) -> pd.DataFrame:
    """Members who did nothing for too long, as `Instance.inactive_members` has them."""
    listed = await http.read_json("GET", "groups/inactivity/members/")
    return frame({name: [one[name] for one in listed] for name in INACTIVE_MEMBERS}, INACTIVE_MEMBERS)


async def set_period(
    http: Http, group: str, days: int | None, *, closes: bool, message: str, contacts: list[str]
) -> None:
    """Set the period of a group, or take it away."""
    path = f"groups/{await group_id(http, group)}/inactivity/"
    if days is None:
        await http.request("DELETE", path)
        return
    form: Form = {"days": days, "closes": closes, "message": message, "contacts": contacts}
    await http.request("PUT", path, form=form)
