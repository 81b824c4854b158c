"""The manual's Python code runs in the demo's project, and so do the examples of docstrings; no name lacks one."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from catmaid_server import service
from catmaid_server.demo.specimen.spec import SpecimenSpec
from tests.helpers.demo import make_demo
from tests.helpers.folders import REPOSITORY
from tests.manual.blocks import PAGES, Block, blocks_of
from tests.manual.docstrings import docstrings, failures
from tests.manual.public import ELSEWHERE, exported, listed, public_names
from tests.manual.uses import Uses

SPEC: Final = SpecimenSpec(seed=7, size_px=(640, 640, 12))
FIRST: Final = REPOSITORY / "docs/how-to/try-the-examples.md"
WITH_CODE: Final = [page for page in PAGES if blocks_of(page)]
DOCSTRINGS: Final = {found.name: found for found in docstrings()}


@dataclass
class Manual:
    """What came of running all of it."""

    uses: Uses = field(default_factory=Uses)
    failures: dict[str, str] = field(default_factory=dict)
    """What went wrong, by page or name."""

    def run(self, page: Path) -> None:
        """Run a page, after the first cell of "Try the examples"."""
        mine = [block for block in blocks_of(page) if block.runs_here]
        first = blocks_of(FIRST)[: bool(mine) and page != FIRST]
        self.run_blocks(page.relative_to(REPOSITORY).as_posix(), [*first, *mine])

    def run_blocks(self, name: str, blocks: list[Block]) -> dict[str, Any]:
        """Run code in a namespace of its own, which is returned."""
        namespace: dict[str, Any] = {}
        try:
            for block in blocks:
                block.run(namespace, self.uses)
        except Exception:
            self.failures[name] = traceback.format_exc()
        return namespace


@pytest.fixture(scope="module")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[None]:
    """A demo, of which `cj.connect()` starts the service."""
    settings = await make_demo(tmp_path_factory.mktemp("manual"), SPEC)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CATMAID_DATA_DIR", str(settings.folder))
        patch.setenv("MPLBACKEND", "agg")
        code = tmp_path_factory.mktemp("code")
        patch.chdir(code)
        patch.setenv("CATMAID_IMAGE_FOLDERS", str(code))
        for name in ("CATMAID_URL", "CATMAID_TOKEN"):
            patch.delenv(name, raising=False)
        yield
    await asyncio.to_thread(service.stop, settings)


@pytest.fixture(scope="module")
def manual(demo: None) -> Manual:
    """Everything, run once: pages change the project, so that others find what "Try the examples" makes."""
    made = Manual()
    made.run(FIRST)
    for page in WITH_CODE:
        if page != FIRST:
            made.run(page)
    namespace = made.run_blocks("the examples of docstrings", blocks_of(FIRST)[:1])
    for name, docstring in DOCSTRINGS.items():
        failed = failures(docstring, namespace, made.uses)
        if failed:
            made.failures[name] = failed
    return made


@pytest.mark.parametrize("page", [page.relative_to(REPOSITORY).as_posix() for page in WITH_CODE])
def test_code_of_a_page_runs(page: str, manual: Manual) -> None:
    assert page not in manual.failures, manual.failures[page]


@pytest.mark.parametrize("name", DOCSTRINGS)
def test_examples_of_a_docstring_run(name: str, manual: Manual) -> None:
    assert name not in manual.failures, manual.failures[name]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.stem)
def test_code_that_runs_elsewhere_is_python(page: Path) -> None:
    for block in blocks_of(page):
        block.parsed()


def test_the_reference_has_all_that_is_exported() -> None:
    assert not exported() - set(listed())


def test_each_public_name_has_an_example(manual: Manual) -> None:
    """In a docstring, or on a page of the manual that runs; a few on pages that say what they need."""
    without = public_names().keys() - manual.uses.names
    assert not sorted(without - ELSEWHERE), (
        "These need an example, in a docstring or on a page of the manual that runs."
    )
    assert not sorted(ELSEWHERE - without), "These have an example that runs, or are gone: take them off ELSEWHERE."
    words = set().union(*(block.words() for page in WITH_CODE for block in blocks_of(page) if not block.runs_here))
    assert not [name for name in ELSEWHERE if name.rpartition(".")[2] not in words], "These have no example at all."
