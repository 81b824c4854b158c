"""Get objects from the servers of others: each once for all who want it, with patience and within limits."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final, TypeAlias

import aiohttp
import msgspec
from yarl import URL

from catmaid_server.tiles.cache import SingleFlight
from catmaid_server.tiles.gateway.disk_cache import DiskCache, KeptObject, is_current
from catmaid_server.tiles.gateway.disk_writes import DiskWrites
from catmaid_server.tiles.gateway.failures import HostRefused, ImagesUnavailable
from catmaid_server.tiles.gateway.host_client import HostClient
from catmaid_server.tiles.gateway.host_states import HostStates
from catmaid_server.tiles.gateway.hosts import ImageHosts
from catmaid_server.tiles.gateway.plain_http import HostAnswer

_GONE: Final = frozenset({404, 410})
_LATER: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS: Final = 4
_ANY_BYTES: Final = "application/octet-stream"
_REMEMBERED_FAILURES: Final = 10_000
_REMEMBERED_HOSTS: Final = 1_000


@dataclass(frozen=True, kw_only=True)
class FetchLimits:
    """How patient fetching is (seconds), how large an object may be (bytes), and how many one host is asked at once.

    A request without an answer for `stalls_s` gives its turn to another one; up to `stalled` of them go on beside.
    """

    connect_s: float = 5.0
    answer_s: float = 10.0
    in_all_s: float = 20.0
    pauses_s: tuple[float, ...] = (0.2, 0.8)
    failure_kept_s: float = 5.0
    missing_kept_s: float = 600.0
    kept_s: float = 86_400.0
    largest: int = 128 * 1024**2
    at_once: int = 8
    stalled: int = 8
    stalls_s: float = 2.0
    host_rests_s: float = 10.0


@dataclass(frozen=True, slots=True)
class SourceObject:
    """An object as its server gave it; `content_range` if it is a part."""

    body: bytes
    content_type: str
    etag: str = ""
    content_range: str = ""


Check: TypeAlias = Callable[[SourceObject], None]


@dataclass(frozen=True, slots=True)
class _Wanted:
    key: str
    url: URL
    byte_range: str
    headers: Mapping[str, str]
    check: Check | None


class ObjectFetcher:
    """Gets objects by their addresses.

    Parameters
    ----------
    hosts
        Which servers may be asked.
    disk
        Keeps objects beyond the process; None for not at all.
    limits
        How patient to be.
    """

    def __init__(self, hosts: ImageHosts, disk: DiskCache | None = None, limits: FetchLimits | None = None) -> None:
        self.hosts = hosts
        self.requests = 0
        self._disk = disk
        self._writes = None if disk is None else DiskWrites(disk)
        self._limits = limits or FetchLimits()
        self._states = HostStates(
            self._limits.at_once, self._limits.stalled, self._limits.stalls_s, self._limits.host_rests_s
        )
        self._flight: SingleFlight[str, SourceObject | None] = SingleFlight()
        self._failures: dict[str, tuple[float, ImagesUnavailable]] = {}
        self._allowed: set[tuple[str, str]] = set()
        self._client = HostClient(
            hosts,
            connect_s=self._limits.connect_s,
            answer_s=self._limits.answer_s,
            largest=self._limits.largest,
            connections=self._limits.at_once + self._limits.stalled,
        )

    async def close(self) -> None:
        """End all connections, when all is written."""
        if self._writes is not None:
            await self._writes.close()
        await self._client.close()

    async def fetch(
        self,
        url: str,
        *,
        byte_range: str = "",
        headers: Mapping[str, str] | None = None,
        check: Check | None = None,
        fresh: bool = False,
    ) -> SourceObject | None:
        """An object, or part of it; None if there is none.

        byte_range: as in HTTP's header, such as `bytes=0-99`. check: raises `ImagesUnavailable` for what is not as it
        should be, before it is kept. fresh: ask the server, whatever was kept of its answers. Raises
        `ImagesUnavailable` if it cannot be had.
        """
        given = dict(headers or {})
        address = URL(url, encoded=True)
        self._require(address)
        key = "\n".join([url, byte_range, *(f"{name}: {value}" for name, value in sorted(given.items()))])
        failed = self._failures.get(key)
        if failed is not None:
            if failed[0] > time.monotonic() and not fresh:
                raise failed[1]
            del self._failures[key]
        wanted = _Wanted(key, address, byte_range, given, check)
        return await self._flight.do(key, lambda: self._obtain(wanted, fresh=fresh))

    async def _obtain(self, wanted: _Wanted, *, fresh: bool) -> SourceObject | None:
        if self._disk is None or self._writes is None:
            return _as_object(*await self._remembering_failure(wanted, None))
        async with AsyncExitStack() as claim:
            await claim.enter_async_context(self._disk.claim(wanted.key))
            found = await self._kept(wanted.key)
            if found is not None and is_current(found[0]) and not fresh:
                return _as_object(*found)
            try:
                known, body = await self._remembering_failure(wanted, found)
            except ImagesUnavailable:
                if found is None or found[0].status in _GONE:
                    raise
                return _as_object(*found)  # what was once there is better than nothing
            await self._writes.put(wanted.key, known, body, claim.pop_all())
        return _as_object(known, body)

    async def _kept(self, key: str) -> tuple[KeptObject, bytes] | None:
        assert self._disk is not None
        assert self._writes is not None
        found = self._writes.find(key)
        if found is None and self._disk.has(key):
            found = await asyncio.to_thread(self._disk.find, key)
        return found

    async def _remembering_failure(
        self, wanted: _Wanted, old: tuple[KeptObject, bytes] | None
    ) -> tuple[KeptObject, bytes]:
        try:
            known, body = await self._patiently(wanted, old)
            found = _as_object(known, body)
            if found is not None and wanted.check is not None:
                wanted.check(found)
        except ImagesUnavailable as error:
            if len(self._failures) >= _REMEMBERED_FAILURES:
                self._failures.clear()
            self._failures[wanted.key] = (time.monotonic() + self._limits.failure_kept_s, error)
            raise
        return known, body

    async def _patiently(self, wanted: _Wanted, old: tuple[KeptObject, bytes] | None) -> tuple[KeptObject, bytes]:
        """Ask again after a pause where that can help; a host that keeps failing is left alone for a while."""
        host = wanted.url.host or ""
        async with self._states.turn(host):
            try:
                async with asyncio.timeout(self._limits.in_all_s):
                    for pause in (*self._limits.pauses_s, None):
                        try:
                            answer = await self._once(wanted, old)
                        except HostRefused:
                            raise
                        except _Unsteady as error:
                            if pause is None:
                                raise
                            await asyncio.sleep(error.pause or pause)
                        else:
                            self._states.succeeded(host)
                            return answer
            except (_Unsteady, TimeoutError) as error:
                reason = str(error) or f"{host} gave no answer within {self._limits.in_all_s:g} s."
                self._states.failed(host, reason)
                raise ImagesUnavailable(reason) from None
        raise AssertionError("unreachable")

    async def _once(self, wanted: _Wanted, old: tuple[KeptObject, bytes] | None) -> tuple[KeptObject, bytes]:
        asked = wanted.url
        sent = dict(wanted.headers)
        if wanted.byte_range:
            sent["Range"] = wanted.byte_range
        if old is not None and old[0].etag:
            sent["If-None-Match"] = old[0].etag
        for _ in range(_MOST_REDIRECTS + 1):
            self._require(asked)
            self.requests += 1
            try:
                answer = await self._client.ask(asked, sent)
                if answer.status not in _REDIRECTS or "location" not in answer.headers:
                    return self._received(asked, answer, old)
                target = asked.join(URL(answer.headers["location"]))
                if target.origin() != asked.origin():
                    sent.pop("Authorization", None)
                asked = target
            except TimeoutError:
                raise _Unsteady(f"{asked.host} gave no answer within {self._limits.answer_s:g} s.") from None
            except aiohttp.ClientError as error:
                raise _Unsteady(_why(asked, error)) from None
            except ValueError:
                raise ImagesUnavailable(f"{asked.host} sends on to something that is no address.") from None
        raise ImagesUnavailable(f"{asked.host} sends on more than {_MOST_REDIRECTS} times.")

    def _require(self, url: URL) -> None:
        """As `ImageHosts.require`, which says the same of all addresses that begin alike."""
        begin = url.scheme, url.raw_authority
        if begin in self._allowed:
            return
        self.hosts.require(url)
        if len(self._allowed) >= _REMEMBERED_HOSTS:
            self._allowed.clear()
        self._allowed.add(begin)

    def _received(
        self, asked: URL, answer: HostAnswer, old: tuple[KeptObject, bytes] | None
    ) -> tuple[KeptObject, bytes]:
        now = time.time()
        headers = answer.headers
        if answer.status == 304 and old is not None:
            return msgspec.structs.replace(old[0], until=now + self._limits.kept_s), old[1]
        if answer.status in _GONE or (answer.status == 403 and (asked.host or "").endswith(".amazonaws.com")):
            return KeptObject(status=404, until=now + self._limits.missing_kept_s), b""
        if answer.status in _LATER:
            raise _Unsteady(f"{asked.host} answered {answer.status} {answer.reason}.", _retry_after(headers))
        if answer.status not in (200, 206):
            raise ImagesUnavailable(f"{asked.host} answered {answer.status} {answer.reason} for {asked.path}.")
        known = KeptObject(
            status=answer.status,
            until=now + max(self._limits.kept_s, _max_age(headers.get("cache-control", ""))),
            content_type=headers.get("content-type", _ANY_BYTES).partition(";")[0].strip().lower(),
            content_range=headers.get("content-range", "") if answer.status == 206 else "",
            etag=headers.get("etag", ""),
        )
        return known, answer.body


class _Unsteady(ImagesUnavailable):
    """It may be better in a moment; `pause` is for how long the server asks, in seconds."""

    def __init__(self, message: str, pause: float | None = None) -> None:
        super().__init__(message)
        self.pause = pause


def _as_object(known: KeptObject, body: bytes) -> SourceObject | None:
    if known.status in _GONE:
        return None
    return SourceObject(body, known.content_type, known.etag, known.content_range)


def _why(asked: URL, error: aiohttp.ClientError) -> str:
    if isinstance(error, aiohttp.ClientPayloadError):
        return f"{asked.host} broke off in the middle of {asked.path}."
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"There is no host {asked.host}."
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"The certificate of {asked.host} is not good: {error.certificate_error}."
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"{asked.host} cannot be reached: {error.strerror or error.os_error}."
    return f"{asked.host} does not speak proper HTTP: {error}."


def _retry_after(headers: Mapping[str, str]) -> float | None:
    text = headers.get("retry-after", "")
    return min(float(text), 5.0) if text.isascii() and text.isdecimal() else None


def _max_age(cache_control: str) -> float:
    found = re.search(r"max-age=(\d{1,9})", cache_control)
    return float(found[1]) if found else 0.0
