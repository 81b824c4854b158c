"""The manual's page "From pymaid" has each public name of pymaid, and none that pymaid has not."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Final

from tests.helpers.folders import REPOSITORY

PAGE: Final = REPOSITORY / "docs/how-to/from-pymaid.md"
_LIST: Final = r"""
import inspect, json, pathlib, re, pymaid
public = [name for name, thing in vars(pymaid).items()
    if not name.startswith("_") and not inspect.ismodule(thing)
    and getattr(thing, "__module__", "").startswith("pymaid")]
known = set(dir(pymaid))
for file in pathlib.Path(pymaid.__file__).parent.rglob("*.py"):
    known |= set(re.findall(r"^(?:def|class) (\w+)", file.read_text(encoding="utf-8"), re.MULTILINE))
print(json.dumps({"public": public, "known": sorted(known)}))
"""
"""Prints what `import pymaid` gives of its own, and all names of its modules."""


def named_by_page() -> set[str]:
    """The names in the first column of the page's tables about pymaid."""
    tables = PAGE.read_text(encoding="utf-8").partition("## navis")[0]
    rows = re.findall(r"^\| (.+?) \| .+ \|$", tables, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_each_public_name_of_pymaid_is_on_the_page(clients: Path) -> None:
    ran = subprocess.run([clients, "-c", _LIST], capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = json.loads(ran.stdout.splitlines()[-1])
    named = named_by_page()
    assert len(found["public"]) > 100
    assert sorted(set(found["public"]) - named) == []
    assert sorted(named - set(found["known"])) == []
