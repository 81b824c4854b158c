"""Has anything changed since the client looked? The checks behind the `state` of CATMAID's write requests.

A state names edition times as the client saw them: of one node (`{"edition_time": t}`), of the parent
(`{"parent": [id, t]}`), of a neighbourhood (also children and links, which must be complete), or of several
nodes (`[[id, t], ...]`). `{"nocheck": true}` switches the check off. Times are ISO 8601 or seconds since 1970;
they match within a millisecond. Ids are numbers or their digits as text; a root has no parent, or one of id -1 or null.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeGuard

import msgspec

from catmaid_server.domain.errors import InvalidInput, StateMismatch

TOLERANCE = timedelta(milliseconds=1)

_NO_PARENT = -1
_DIGITS = re.compile(r"-?[0-9]{1,19}", re.ASCII)


class State:
    """The edition times that a client saw."""

    def __init__(self, text: str | None, *, knows_links: bool = True) -> None:
        """Read the `state` parameter. A client without `knows_links` need not list links to connectors."""
        if not text:
            raise InvalidInput('No state provided: send the edition times you saw, or {"nocheck": true}.')
        try:
            self._seen: Any = _with_numbers(msgspec.json.decode(text))
        except (msgspec.DecodeError, RecursionError):
            raise InvalidInput("The state is not valid JSON.") from None
        self._text = text
        self._knows_links = knows_links
        self.off = isinstance(self._seen, dict) and self._seen.get("nocheck") is True

    def require_node(self, edition_time: datetime) -> None:
        """The node itself is as seen."""
        if not self.off and not _same(self._field("edition_time"), edition_time):
            raise self._mismatch()

    def require_parent(self, edition_times: Mapping[int, datetime]) -> None:
        """The node named as parent is as seen; `edition_times` must hold it if it exists."""
        if not self.off:
            self._require_pairs([self._field("parent")], edition_times)

    def parent_id(self) -> int | None:
        """The node named as parent, if one is."""
        pair = self._seen.get("parent") if isinstance(self._seen, dict) else None
        return pair[0] if _is_pair(pair) and pair[0] != _NO_PARENT else None

    def node_ids(self) -> list[int]:
        """The nodes of a state of several nodes."""
        if self.off:
            return []
        if not isinstance(self._seen, list) or not all(_is_pair(pair) for pair in self._seen):
            raise self._mismatch()
        return [pair[0] for pair in self._seen]

    def require_nodes(self, edition_times: Mapping[int, datetime]) -> None:
        """Each named node is as seen, and at least one is named."""
        if self.off:
            return
        if not isinstance(self._seen, list) or not self._seen:
            raise self._mismatch()
        self._require_pairs(self._seen, edition_times)

    def require_neighbourhood(
        self,
        edition_time: datetime,
        parent: tuple[int, datetime] | None,
        children: Iterable[tuple[int, datetime]],
        links: Iterable[tuple[int, datetime]],
    ) -> None:
        """Node, parent, all children and all links are as seen, none more and none less."""
        if self.off:
            return
        self.require_node(edition_time)
        self._require_actual_parent(parent)
        self._require_exactly(self._field("children"), dict(children))
        if self._knows_links or self._field("links"):
            self._require_exactly(self._field("links"), dict(links))

    def require_upper_end(self, edition_time: datetime, edition_times: Mapping[int, datetime]) -> None:
        """The node above an edge is as seen, named as parent or as the node itself; `edition_times` as for parents."""
        if isinstance(self._seen, dict) and "parent" not in self._seen:
            self.require_node(edition_time)
        else:
            self.require_parent(edition_times)

    def require_children(self, children: Iterable[tuple[int, datetime]]) -> None:
        """The named children are as seen."""
        if not self.off:
            seen = self._field("children")
            if not isinstance(seen, list):
                raise self._mismatch()
            self._require_pairs(seen, dict(children))

    def require_connector(self, edition_time: datetime, links: Iterable[tuple[int, datetime]]) -> None:
        """A connector and all its links are as seen."""
        if self.off:
            return
        self.require_node(edition_time)
        self._require_exactly(self._field("c_links"), dict(links))

    def _require_actual_parent(self, parent: tuple[int, datetime] | None) -> None:
        seen = self._seen.get("parent")
        if parent is None:
            if seen is not None and not (_is_pair(seen) and seen[0] == _NO_PARENT):
                raise self._mismatch()
        else:
            self._require_pairs([seen], dict([parent]))

    def _require_exactly(self, seen: Any, actual: Mapping[int, datetime]) -> None:
        if not isinstance(seen, list):
            raise self._mismatch()
        self._require_pairs(seen, actual)
        if {pair[0] for pair in seen} != set(actual):
            raise self._mismatch()

    def _require_pairs(self, seen: Iterable[Any], actual: Mapping[int, datetime]) -> None:
        for pair in seen:
            if not _is_pair(pair) or pair[0] not in actual or not _same(pair[1], actual[pair[0]]):
                raise self._mismatch()

    def _field(self, name: str) -> Any:
        if not isinstance(self._seen, dict) or name not in self._seen:
            raise self._mismatch()
        return self._seen[name]

    def _mismatch(self) -> StateMismatch:
        return StateMismatch(
            "This has changed since you looked: the state you sent is not that of the store. "
            f"Reload and try again. You sent: {self._text[:500]}"
        )


def _with_numbers(seen: Any) -> Any:
    """A state whose ids are numbers: CATMAID's front end sends some as text, since they were keys of its objects."""
    if isinstance(seen, list):
        return [_with_number(pair) for pair in seen]
    if not isinstance(seen, dict):
        return seen
    for name in ("children", "links", "c_links"):
        if isinstance(pairs := seen.get(name), list):
            seen[name] = [_with_number(pair) for pair in pairs]
    parent = _with_number(seen.get("parent"))
    if isinstance(parent, list) and parent and parent[0] in (None, ""):
        parent[0] = _NO_PARENT
    return seen | {"parent": parent} if "parent" in seen else seen


def _with_number(pair: Any) -> Any:
    if isinstance(pair, list) and pair and isinstance(pair[0], str) and _DIGITS.fullmatch(pair[0]):
        return [int(pair[0]), *pair[1:]]
    return pair


def _is_pair(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list) and len(value) >= 2 and isinstance(value[0], int)


def _same(seen: Any, actual: datetime) -> bool:
    time = _parsed_time(seen)
    return time is not None and abs(time - actual) <= TOLERANCE


def _parsed_time(seen: Any) -> datetime | None:
    try:
        if isinstance(seen, str):
            time = datetime.fromisoformat(seen)
            return time if time.tzinfo else time.replace(tzinfo=UTC)
        if isinstance(seen, int | float) and not isinstance(seen, bool):
            return datetime.fromtimestamp(seen, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None
