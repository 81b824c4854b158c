"""The notebooks run from top to bottom in a project as the demo makes it, and are kept without outputs."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from catmaid_server import service
from catmaid_server.demo.specimen.spec import SpecimenSpec
from tests.helpers.demo import make_demo

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
EMPTY = re.compile(r"Empty DataFrame|Series\(\[\]|Selection of 0 |^(\[\]|\{\}|\(\)|set\(\))$")
SPEC = SpecimenSpec(seed=2, size_px=(384, 384, 12))


@pytest.fixture(scope="module")
async def data_dir(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Path]:
    """A data folder with the demo's projects; notebooks start the service themselves."""
    settings = await make_demo(tmp_path_factory.mktemp("notebooks"), SPEC, course=True)
    yield settings.folder
    await asyncio.to_thread(service.stop, settings)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
async def test_runs(path: Path, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATMAID_DATA_DIR", str(data_dir))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    for name in ("CATMAID_URL", "CATMAID_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": tmp_path}})
    await client.async_execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert any("application/vnd.jupyter.widget-view+json" in output.get("data", {}) for output in shown)
    assert not [output["text"] for output in shown if output.get("name") == "stderr"]
    # What a cell shows there is something to see of.
    plain = [output.get("data", {}).get("text/plain", "") for output in shown]
    assert [text for text in plain if EMPTY.search(text)] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_is_kept_clean(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert re.fullmatch(r"\d\d_[a-z_]+", path.stem)
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in notebook.cells)
    assert "widgets" not in notebook.metadata


def test_there_is_a_first_one() -> None:
    assert [path.name for path in NOTEBOOKS][:1] == ["01_first_steps.ipynb"]
