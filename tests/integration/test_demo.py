"""The demo's projects, made once, and JupyterLab beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from catmaid_server.db.store import Store
from catmaid_server.demo import projects as demo
from catmaid_server.demo.lab import Lab
from catmaid_server.demo.notebooks import copy_notebooks
from catmaid_server.demo.specimen.spec import SpecimenSpec
from catmaid_server.demo.specimen.specimen import grow
from catmaid_server.domain.progress import Progress
from catmaid_server.domain.projects import projects
from catmaid_server.service.folder import ServiceError
from tests.helpers.patience import PATIENCE_S

SPEC = SpecimenSpec(seed=3, size_px=(256, 256, 12))


@pytest.fixture(autouse=True)
def _without_real_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "real_data", lambda: None)


async def count(store: Store, project: str, table: str) -> int:
    async with store.reading() as connection:
        project_id = await projects.require_project(connection, project)
        cursor = await connection.execute(f"SELECT count(*) FROM {table} WHERE project_id = %s", (project_id,))
        row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def test_projects_are_made_once(store: Store, tmp_path: Path) -> None:
    shown: list[str] = []

    @contextmanager
    def bar(title: str, unit: str) -> Iterator[Progress]:
        shown.append(title)
        yield lambda done, total: None

    titles = await demo.make_projects(store, tmp_path, bar, spec=SPEC, tell=shown.append)
    assert titles == [demo.DEMO, demo.SOLUTION]
    assert shown[0].startswith("Growing the specimen"), "before the work that takes long"
    specimen = grow(SPEC)
    for title, tracing in ((demo.SOLUTION, specimen.tracing), (demo.DEMO, specimen.partly_traced())):
        assert await count(store, title, "treenode") == sum(map(len, tracing.skeletons))
        assert await count(store, title, "connector") == len(tracing.connectors)
        assert await count(store, title, "connector_link") == sum(
            1 + len(set(synapse.postsynaptic)) for synapse in tracing.connectors
        )
        assert await count(store, title, "project_stack") == 1
    assert await count(store, demo.DEMO, "node_label") > 0
    assert shown
    shown.clear()
    await demo.make_projects(store, tmp_path, bar, spec=SPEC, tell=shown.append)
    assert not shown, "nothing is made twice"


def test_sections_are_the_same_in_any_order() -> None:
    specimen = grow(SPEC)
    painted = demo.PaintedInOrder(specimen)
    for z in (1, 0, 3, 2, 11, 5):
        assert (painted(z) == specimen.section(z)).all()


def test_lab_lets_its_token_in(tmp_path: Path) -> None:
    lab = Lab(tmp_path, log=tmp_path / "lab.log", host="127.0.0.1", port=0, environment={})
    try:
        url = urlsplit(lab.url("a notebook.ipynb"))
        assert url.path == "/lab/tree/a%20notebook.ipynb"
        with urlopen(f"http://{url.netloc}/api/contents?{url.query}", timeout=PATIENCE_S) as response:
            assert "lab.log" in {entry["name"] for entry in json.load(response)["content"]}
        with urlopen(f"http://{url.netloc}/lab?{url.query}", timeout=PATIENCE_S) as page:
            assert "apputils-extension:announcements" in page.read().decode(), "asks newcomers whether they want news"
    finally:
        lab.stop()


def test_notebooks_are_copied_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, work = tmp_path / "source", tmp_path / "work"
    source.mkdir()
    (source / "01_first_steps.ipynb").write_text("{}")
    monkeypatch.setattr("catmaid_server.demo.notebooks._source", lambda: source)
    (copy,) = copy_notebooks(work)
    copy.write_text("my own work")
    assert copy_notebooks(work) == [copy]
    assert copy.read_text() == "my own work"


def test_missing_notebooks_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catmaid_server.demo.notebooks.FIRST", "no such notebook.ipynb")
    with pytest.raises(ServiceError, match="not part of this installation"):
        copy_notebooks(tmp_path)
