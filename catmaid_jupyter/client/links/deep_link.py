"""CATMAID's deep links: addresses that say which place of which stack of a project to show, and what is active."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from catmaid_jupyter.api.errors import InvalidInput

_NAMED_PATH: Final = re.compile(r"(?P<base>.*/)(?P<project_id>\d+)/links/(?P<alias>[A-Za-z0-9_.-]+)/?")
_KNOWN: Final = frozenset(
    {
        "pid",
        "xp",
        "yp",
        "zp",
        "tool",
        "active_node_id",
        "active_skeleton_id",
        "layout",
        "link",
        "workspace",
        "composite",
    }
)
_STACK: Final = re.compile(r"(?:sid|s)\d+")
TRACING: Final = "tracingtool"


@dataclass(frozen=True, kw_only=True)
class CatmaidLink:
    """What a link says; None and empty where it does not."""

    server: str
    """Address of the server, with a slash at its end."""
    project_id: int
    alias: str = ""
    """Name of a link that the server keeps; then it says the rest."""
    workspace: str = ""
    """Name of a workspace that the server keeps for all users of the project."""
    position: tuple[float, float, float] | None = None
    """(x, y, z) nm."""
    tool: str = ""
    stacks: tuple[tuple[int, float], ...] = ()
    """Ids and zoom levels: each level halves the resolution."""
    active_node_id: int | None = None
    active_skeleton_id: int | None = None
    layout: str = ""
    unknown: tuple[str, ...] = ()
    """Names of parameters that mean nothing here."""

    @classmethod
    def parsed(cls, address: str) -> CatmaidLink:
        """Read a link; `InvalidInput`, which says what a link has, for anything else."""
        parts = urlsplit(address.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidInput(f"{address!r:.200} is no link: it begins with https:// and the name of a server.")
        # A name and password before the host are nobody's business here.
        host = parts.netloc.rpartition("@")[2]
        named = _NAMED_PATH.fullmatch(parts.path)
        if named is not None:
            server = urlunsplit((parts.scheme, host, named["base"], "", ""))
            return cls(server=server, project_id=int(named["project_id"]), alias=named["alias"])
        given = dict(parse_qsl(parts.query))
        if "pid" not in given:
            raise InvalidInput(
                f"{address!r:.200} says no project: CATMAID's links have ?pid=…&xp=…&yp=…&zp=…, or end in "
                "/PROJECT/links/NAME."
            )
        path = parts.path if parts.path.endswith("/") else f"{parts.path}/"
        active_node, active_skeleton = (given.get(name) for name in ("active_node_id", "active_skeleton_id"))
        return cls(
            server=urlunsplit((parts.scheme, host, path, "", "")),
            project_id=_whole("pid", given["pid"]),
            alias=given.get("link", ""),
            workspace=given.get("workspace", ""),
            position=_position(given),
            tool=given.get("tool", ""),
            stacks=tuple(_stacks(given)),
            active_node_id=None if active_node is None else _whole("active_node_id", active_node),
            active_skeleton_id=None if active_skeleton is None else _whole("active_skeleton_id", active_skeleton),
            layout=given.get("layout", ""),
            unknown=tuple(name for name in given if name not in _KNOWN and not _STACK.fullmatch(name)),
        )

    def __str__(self) -> str:
        if self.alias:
            return f"{self.server}{self.project_id}/links/{self.alias}"
        query: dict[str, object] = {"pid": self.project_id}
        if self.workspace:
            query["workspace"] = self.workspace
        if self.position is not None:
            x, y, z = (_short(value) for value in self.position)
            query |= {"zp": z, "yp": y, "xp": x}
        if self.tool:
            query["tool"] = self.tool
        for number, (stack_id, zoom) in enumerate(self.stacks):
            query |= {f"sid{number}": stack_id, f"s{number}": _short(zoom)}
        for name in ("active_skeleton_id", "active_node_id"):
            if getattr(self, name) is not None:
                query[name] = getattr(self, name)
        if self.layout:
            query["layout"] = self.layout
        return f"{self.server}?{urlencode(query, quote_via=quote)}"


def zoom_of(nm_per_pixel: float, resolution: float) -> float:
    """CATMAID's zoom level of a scale: each level halves the resolution."""
    return math.log2(nm_per_pixel / resolution)


def scale_of(zoom: float, resolution: float) -> float:
    """Nm of tissue under a screen pixel at a zoom level of CATMAID."""
    return float(resolution * 2.0**zoom)


def _position(given: dict[str, str]) -> tuple[float, float, float] | None:
    missing = [name for name in ("xp", "yp", "zp") if name not in given]
    if len(missing) == 3:
        return None
    if missing:
        raise InvalidInput(f"The link says only a part of the place: it lacks {', '.join(missing)}.")
    return _number("xp", given["xp"]), _number("yp", given["yp"]), _number("zp", given["zp"])


def _stacks(given: dict[str, str]) -> Iterator[tuple[int, float]]:
    number = 0
    while f"sid{number}" in given:
        stack_id = _whole(f"sid{number}", given[f"sid{number}"])
        yield stack_id, _number(f"s{number}", given.get(f"s{number}", "0"))
        number += 1


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InvalidInput(f"{name} of the link is a number, not {text!r:.60}.")
    return value


def _whole(name: str, text: str) -> int:
    if not re.fullmatch(r"-?\d{1,18}", text):
        raise InvalidInput(f"{name} of the link is a whole number, not {text!r:.60}.")
    return int(text)


def _short(value: float) -> float | int:
    """A number without a needless fraction, to a thousandth."""
    rounded = round(value, 3)
    return int(rounded) if rounded == int(rounded) else rounded
