"""How long searches take among 100,000 neurons, end to end over HTTP, made anew each time."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

from catmaid_server.domain.projects import projects
from catmaid_server.service import lifecycle
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings

NEURONS = 100_000
NODES = 3
_TURNS = 15
_PAGE = {"length": 100, "with_rows": "true"}

_MAKE = (
    "INSERT INTO neuron (project_id, name, user_id)"
    " SELECT %(project)s, (ARRAY['PN', 'LN', 'KC', 'DN', 'fragment'])[1 + n %% 5] || ' ' || n || ' '"
    "        || (ARRAY['left', 'right'])[1 + n %% 2], 1 FROM generate_series(1, %(neurons)s) AS n",
    "INSERT INTO skeleton (project_id, neuron_id, name, user_id)"
    " SELECT project_id, id, name, 1 FROM neuron WHERE project_id = %(project)s",
    "INSERT INTO treenode (project_id, skeleton_id, x, y, z, user_id, editor_id, edge)"
    " SELECT k.project_id, k.id, k.id %% 1000 * 900, n * 1000, k.id / 1000 * 800, 1, 1,"
    "        ST_MakeLine(ST_MakePoint(k.id %% 1000 * 900, n * 1000, k.id / 1000 * 800),"
    "                    ST_MakePoint(k.id %% 1000 * 900, n * 1000, k.id / 1000 * 800))"
    "   FROM skeleton k, generate_series(1, %(nodes)s) AS n WHERE k.project_id = %(project)s",
    "INSERT INTO annotation (project_id, name, user_id)"
    " SELECT %(project)s, (ARRAY['PN', 'LN', 'KC', 'DN', 'fragment'])[n], 1 FROM generate_series(1, 5) AS n",
    "INSERT INTO annotation (project_id, name, user_id)"
    " SELECT %(project)s, 'glomerulus ' || n, 1 FROM generate_series(1, 200) AS n",
    "INSERT INTO annotation_link (project_id, annotation_id, neuron_id, user_id)"
    " SELECT n.project_id, a.id, n.id, 1 FROM neuron n"
    "   JOIN annotation a ON a.project_id = n.project_id AND n.name LIKE a.name || ' %%'"
    "  WHERE n.project_id = %(project)s",
    "INSERT INTO annotation_link (project_id, annotation_id, neuron_id, user_id)"
    " SELECT n.project_id, a.id, n.id, 1 FROM neuron n"
    "   JOIN annotation a ON a.project_id = n.project_id AND a.name = 'glomerulus ' || 1 + n.id %% 200"
    "  WHERE n.project_id = %(project)s",
)
SEARCHES = {
    "name, a part": "name:4321",
    "name, an expression": "name:/^PN 1[0-9]{3} /",
    "name, of every fifth": "name:/^PN/",
    "annotation": 'annotation:"glomerulus 7"',
    "annotation, of every fifth": "annotation:PN",
    "name and annotation": "annotation:PN name:/^PN 4/",
    "annotation without another": "annotation:PN -annotation:fragment name:/^PN 4/ nodes:2..",
    "either of two, not a third": '(annotation:PN or annotation:LN) -annotation:"glomerulus 7"',
    "size": "nodes:3.. cable:..1000",
    "all neurons": "*",
}


def main() -> dict[str, tuple[float, float]]:
    """Print and return the ms of each search, of a first page of rows: the least and the median."""
    with tempfile.TemporaryDirectory(prefix="catmaid-bench-") as scratch:
        settings = Settings(data_dir=Path(scratch) / "data", workers=1, remember_bytes=0)
        project_id = asyncio.run(_make(settings))
        record = lifecycle.start(settings)
        try:
            token = (settings.folder / "admin.token").read_text().strip()
            figures = asyncio.run(_ask(record.url, token, project_id))
        finally:
            lifecycle.stop(settings)
    print(f"{f'search among {NEURONS:,} neurons':36} {'found':>8} {'least ms':>9} {'median ms':>10}")
    for name, (found, least, median) in figures.items():
        print(f"{name:36} {found:>8,} {least:>9.1f} {median:>10.1f}")
    return {name: (least, median) for name, (_, least, median) in figures.items()}


async def _make(settings: Settings) -> int:
    async with opened_store(settings) as store:
        async with store.writing(user_id=1, project_id=None, label="benchmark") as tx:
            project_id = await projects.create_project(tx, "Many neurons", owner_id=1)
            for statement in _MAKE:
                await tx.execute(statement, {"project": project_id, "neurons": NEURONS, "nodes": NODES})
        async with store.reading() as connection:
            await connection.execute("VACUUM ANALYZE")
    return project_id


async def _ask(url: str, token: str, project_id: int) -> dict[str, tuple[int, float, float]]:
    figures = {}
    async with aiohttp.ClientSession(f"{url.rstrip('/')}/", headers={"X-Authorization": f"Token {token}"}) as session:

        async def ask(form: dict[str, Any]) -> int:
            async with session.post(f"{project_id}/neurons/search", data=form) as response:
                response.raise_for_status()
                return int((await response.json())["total"])

        for name, query in SEARCHES.items():
            taken = []
            for _ in range(_TURNS):
                began = time.perf_counter()
                found = await ask({"query": query, **_PAGE})
                taken.append(1000 * (time.perf_counter() - began))
            figures[name] = (found, min(taken), statistics.median(taken))
    return figures
