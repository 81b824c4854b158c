"""A service with a traced specimen, and people who work on it with clients of their own."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from catmaid_server.demo.specimen.spec import PlannedSynapse, SpecimenSpec, Tracing
from tests.helpers.service import Actor, Service

SPEC = SpecimenSpec(seed=3, size_px=(256, 256, 12))
SYNAPSES = 40
PAIRS = """
SELECT pre.skeleton_id, post.skeleton_id, pre.connector_id, pre.treenode_id, post.treenode_id
  FROM connector_link pre
  JOIN relation outgoing ON outgoing.id = pre.relation_id AND outgoing.name = 'presynaptic_to'
  JOIN connector_link post ON post.connector_id = pre.connector_id
  JOIN relation incoming ON incoming.id = post.relation_id AND incoming.name = 'postsynaptic_to'
"""
"""Pre- and postsynaptic skeleton, connector, and node on each side, of every synapse."""


class ClientHost:
    """A process of the clients' environment that runs scripts; importing the clients takes most of their time."""

    def __init__(self, python: Path, folder: Path) -> None:
        self._output = folder / "output"
        self._process = subprocess.Popen(
            [python, Path(__file__).with_name("host.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"MPLBACKEND": "agg"},
        )

    def run(self, script: Path, given: str) -> str:
        """What a script writes; `AssertionError` with its end if it fails."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._output.unlink(missing_ok=True)
        order = {"script": str(script), "given": given, "output": str(self._output)}
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        status = self._process.stdout.readline()
        written = self._output.read_text(encoding="utf-8")
        assert status == "0\n", written[-4000:]
        return written

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=60)


@dataclass
class Laboratory:
    """A service with a traced specimen, and people who work on it with clients of their own."""

    service: Service
    python: Path
    host: ClientHost

    async def run(self, script: str, actor: Actor | None = None, **values: object) -> Any:
        """What a script of this folder writes as JSON; it gets the service, a token and `values` in its environment."""
        given = {
            "url": self.service.url,
            "project_id": self.service.project_id,
            "token": (actor or self.service.tracer).token,
            **values,
        }
        return json.loads(await asyncio.to_thread(self.host.run, Path(__file__).with_name(script), json.dumps(given)))

    async def rows(self, query: str, *values: object) -> list[Any]:
        """Rows of the store; single values where there is one column."""
        async with self.service.store.reading() as connection:
            cursor = await connection.execute(query, values)
            return [row[0] if len(row) == 1 else row for row in await cursor.fetchall()]


def with_more_synapses(tracing: Tracing) -> Tracing:
    """Add synapses between neurons at random: specimens as small as this have hardly any."""
    random = np.random.default_rng(5)
    synapses = []
    for _ in range(SYNAPSES):
        presynaptic, *postsynaptic = (
            (int(index), int(random.integers(len(tracing.skeletons[index]))))
            for index in random.choice(len(tracing.skeletons) // 2, size=4, replace=False)
        )
        x, y, z = tracing.skeletons[presynaptic[0]].xyz[presynaptic[1]].tolist()
        synapses.append(PlannedSynapse((x + 10, y, z), presynaptic, postsynaptic))
    return dataclasses.replace(tracing, connectors=[*tracing.connectors, *synapses])
