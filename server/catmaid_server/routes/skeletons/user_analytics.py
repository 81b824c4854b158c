"""When users were at work."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from aiohttp import web

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.history import versions
from catmaid_server.domain.projects import working_hours
from catmaid_server.domain.times import parse_time
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, Permission, Routes
from catmaid_server.transfer.exporters.activity_plot import activity_svg

routes = Routes()

_DAY = timedelta(days=1)
_LONGEST = timedelta(days=3660)


class UserAnalytics(msgspec.Struct, kw_only=True):
    """Whose work is shown, and of when."""

    userid: int
    start: str = ""
    """First day, in ISO 8601; a week ago if it is not given."""
    end: str = ""
    """Last day, which is included; today if it is not given."""
    all_writes: bool = False
    """Whether every change counts, and not only nodes and reviews."""
    max_inactivity: int = 3
    """How many minutes without any event end a bout of work."""


@routes.get("/{project_id}/useranalytics", needs=Permission.BROWSE)
async def plot_user_analytics(
    call: Call, form: UserAnalytics
) -> Annotated[web.Response, Content(str, "image/svg+xml")]:
    """Draw what a user did day by day, as SVG."""
    async with call.reading() as connection:
        now = await versions.time_read(connection)
        start, end = _time(form.start, now - 7 * _DAY), _time(form.end, now) + _DAY
        if not timedelta() < end - start <= _LONGEST:
            raise InvalidInput("The end must not be before the start, nor ten years after it.")
        found = await working_hours.work(
            connection, call.project_id, form.userid, start, end, all_writes=form.all_writes
        )
    picture = await asyncio.to_thread(activity_svg, found, timedelta(minutes=max(form.max_inactivity, 0)))
    return web.Response(text=picture, content_type="image/svg+xml", headers={"Cache-Control": "no-cache"})


def _time(text: str, otherwise: datetime) -> datetime:
    return parse_time(text) if text.strip() else otherwise
