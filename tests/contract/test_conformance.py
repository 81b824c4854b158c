"""Recorded exchanges of a CATMAID server, sent to ours: what agreed once must agree for ever.

`expected_sequences.txt` lists the sequences that must agree; one that agrees and is not listed there is to be added.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from types import ModuleType
from typing import Any

import aiohttp
import pytest

from tests.contract.target import Target

EXPECTED = Path(__file__).with_name("expected_sequences.txt")
INTENDED_DIFFERENCES = {
    ("projects-edit-details", 4): "title and comment of a project are for those who may see it",
    ("projects-edit-details", 5): "title and comment of a project are for those who may see it",
    ("server-tracing-setup", 1): "what a project lacks is for those who may see it",
}
"""Steps in which CATMAID tells people of projects that they may not see."""


@pytest.fixture(scope="module")
def kit(shared: Path) -> ModuleType:
    """The kit's own tool, which sends and compares."""
    spec = importlib.util.spec_from_file_location("replay", shared / "conformance" / "replay.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
async def target(shared: Path, server_dsn: str) -> AsyncIterator[tuple[Target, str]]:
    """Our service on the base state of the kit, and its URL."""
    running = Target(server_dsn)
    try:
        yield running, await running.start(shared / "conformance" / "base")
    finally:
        await running.stop()


async def disagreements(kit: ModuleType, sequence: dict[str, Any], target: tuple[Target, str]) -> list[Any] | None:
    """What differed in a sequence, and was not meant to; None if we cannot make the state that it needs."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        try:
            found: list[Any] = await kit.replay(sequence, target[0], session, target[1])
        except NotImplementedError:
            return None
    return [step for step in found if (sequence["id"], step["step"]) not in INTENDED_DIFFERENCES]


async def test_sequences_agree(shared: Path, kit: ModuleType, target: tuple[Target, str]) -> None:
    """The sequences listed agree, and no others do."""
    expected = set(EXPECTED.read_text().split())
    agreeing: set[str] = set()
    differing: dict[str, Any] = {}
    for path in sorted((shared / "conformance" / "sequences").glob("*.json")):
        sequence = json.loads(path.read_text(encoding="utf-8"))
        found = await disagreements(kit, sequence, target)
        if found:
            first = found[0]
            differing[sequence["id"]] = (first["step"], first["problems"][0])
        elif found == []:
            agreeing.add(sequence["id"])
    broken = {name: differing.get(name, "not there, or not possible") for name in expected - agreeing}
    assert not broken, f"sequences that used to agree: {broken}"
    assert not agreeing - expected, f"add to {EXPECTED.name}: {sorted(agreeing - expected)}"
