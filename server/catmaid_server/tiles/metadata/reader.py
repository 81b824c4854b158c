"""Small files beside images: of this machine, or of another server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.gateway.fetching import ObjectFetcher
from catmaid_server.tiles.sources.opening import is_url

_LARGEST: Final = 16 * 1024**2


class SourceReader:
    """Reads JSON below an address: a URL, or an absolute path."""

    def __init__(self, base: str, fetcher: ObjectFetcher, headers: Mapping[str, str] | None = None) -> None:
        self.base = base.rstrip("/")
        self._fetcher = fetcher
        self._headers = headers

    def below(self, path: str) -> SourceReader:
        """A reader of what lies further below."""
        return SourceReader(f"{self.base}/{path}" if path else self.base, self._fetcher, self._headers)

    async def json(self, name: str) -> dict[str, Any] | None:
        """A JSON object; None if there is no such file, or a page or picture in its place."""
        body = await self._read(name)
        if body is None:
            return None
        try:
            found = msgspec.json.decode(body)
        except msgspec.DecodeError:
            return None
        return found if isinstance(found, dict) else None

    async def _read(self, name: str) -> bytes | None:
        if is_url(self.base):
            found = await self._fetcher.fetch(f"{self.base}/{name}", headers=self._headers, fresh=True)
            return None if found is None else found.body
        return await asyncio.to_thread(_read_file, Path(self.base) / name)


def require_below(path: str) -> str:
    """A path that a source names, without a slash at the end. Raises `InvalidInput` if it leads out of the source."""
    parts = path.strip("/").split("/")
    if ".." in parts or path.startswith("/") or "\\" in path or "?" in path or "#" in path or "%" in path:
        raise InvalidInput(f"The source names {path!r} as a part of it, which lies outside.")
    return "/".join(part for part in parts if part not in ("", "."))


def _read_file(path: Path) -> bytes | None:
    try:
        return path.read_bytes() if path.stat().st_size <= _LARGEST else None
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
