"""How the time of edits grows with the size of the skeletons that they touch, end to end over HTTP."""

from __future__ import annotations

import asyncio
import json
import math
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from catmaid_server.service import lifecycle
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings
from catmaid_server.transfer.importers.swc import import_swc

SIZES = (1_000, 10_000, 100_000)
EDITS = ("import swc", "move one node", "reroot", "join", "split in the middle")
_UNCHECKED = json.dumps({"nocheck": True})


def main(sizes: Sequence[int] = SIZES) -> dict[str, list[float]]:
    """Print seconds for each edit and size, and the exponent between the last two sizes; return the seconds."""
    with tempfile.TemporaryDirectory(prefix="catmaid-bench-") as scratch:
        settings = Settings(data_dir=Path(scratch) / "data")
        imports = {size: asyncio.run(_import(settings, Path(scratch), size)) for size in sizes}
        record = lifecycle.start(settings)
        try:
            token = (settings.folder / "admin.token").read_text().strip()
            columns = [[imports[size], *asyncio.run(_edit(record.url, token, f"Lines of {size}"))] for size in sizes]
        finally:
            lifecycle.stop(settings)
    seconds = {name: [column[row] for column in columns] for row, name in enumerate(EDITS)}
    print(f"{'seconds for skeletons of':24}" + "".join(f"{size:>10,}" for size in sizes) + "  exponent")
    for name, values in seconds.items():
        exponent = math.log(values[-1] / values[-2]) / math.log(sizes[-1] / sizes[-2]) if len(values) > 1 else math.nan
        print(f"{name:24}" + "".join(f"{value:10.3f}" for value in values) + f"{exponent:10.2f}")
    return seconds


async def _import(settings: Settings, folder: Path, size: int) -> float:
    """Import two lines of nodes into a project of their own; the seconds that one took."""
    paths = []
    for line in range(2):
        rows = (f"{i + 1} 0 {10 * i} {1000 * line} 0 -1 {i or -1}" for i in range(size))
        paths.append(folder / f"{size} {line}.swc")
        paths[-1].write_text("\n".join(rows))
    async with opened_store(settings) as store:
        await import_swc(store, paths[:1], project=f"Lines of {size}", user="admin")
        began = time.perf_counter()
        await import_swc(store, paths[1:], project=f"Lines of {size}", user="admin")
        return time.perf_counter() - began


async def _edit(url: str, token: str, title: str) -> list[float]:
    """The seconds that each edit took; small edits come first, as they do in a service that is in use."""
    async with aiohttp.ClientSession(f"{url.rstrip('/')}/", headers={"X-Authorization": f"Token {token}"}) as session:

        async def ask(method: str, path: str, **form: object) -> object:
            data = {name: str(value) for name, value in form.items()} or None
            async with session.request(method, path, data=data) as response:
                body = await response.read()
                if response.status != 200:
                    raise SystemExit(f"{path}: {response.status} {body[:300]!r}")
                return json.loads(body)

        async def timed(path: str, **form: object) -> float:
            began = time.perf_counter()
            await ask("POST", path, **form, state=_UNCHECKED)
            return time.perf_counter() - began

        projects = await ask("GET", "projects/")
        assert isinstance(projects, list)
        project = next(found["id"] for found in projects if found["title"] == title)
        skeletons = await ask("GET", f"{project}/skeletons/")
        assert isinstance(skeletons, list)
        lines = []
        for skeleton in sorted(skeletons):
            detail = await ask("GET", f"{project}/skeletons/{skeleton}/compact-detail")
            assert isinstance(detail, list)
            lines.append([row[0] for row in detail[0]])
        first, second = lines
        for _ in range(6):
            await timed(f"{project}/treenode/{first[3]}/radius", radius=5, option=0)
        middle = len(first) // 2
        moved = {"t[0][0]": first[middle], "t[0][1]": 1, "t[0][2]": 2, "t[0][3]": 3}
        return [
            await timed(f"{project}/node/update", **moved),
            await timed(f"{project}/skeleton/reroot", treenode_id=first[-1]),
            await timed(f"{project}/skeleton/join", from_id=first[0], to_id=second[0]),
            await timed(f"{project}/skeleton/split", treenode_id=second[middle]),
        ]


if __name__ == "__main__":
    main()
