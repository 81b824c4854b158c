"""Files of what a 3D viewer shows: what may be asked for, and what becomes of it when pages send it, or do not."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from catmaid_jupyter.api.errors import CatmaidError, InvalidInput, Unreachable
from catmaid_jupyter.client.geometry.past_edges import PastEdges
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.widgets import Viewer3D
from catmaid_jupyter.widgets.rpc import methods_of
from catmaid_jupyter.widgets.viewer3d import export_job, exports
from tests.unit.test_selection_table import TracedProject


@pytest.fixture
def v3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Viewer3D]:
    made = Viewer3D(Selection(TracedProject("history"), [17]))
    monkeypatch.setattr(export_job, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    yield made
    made.close()


async def page(v3: Viewer3D, job: int, content: bytes, size: int | None = None) -> None:
    """What a page does that makes a file."""
    call = methods_of(v3)
    assert await call["export_claim"]({"job": job})
    assert not await call["export_claim"]({"job": job})
    assert await call["export_progress"]({"job": job, "progress": 0.5})
    for start in range(0, len(content), 4):
        v3._message_received(v3, {"export_piece": job}, [memoryview(content[start : start + 4])])
    await call["export_finish"]({"job": job, "size": len(content) if size is None else size})


async def test_a_file_is_written_when_it_is_whole(v3: Viewer3D, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    job: Any = v3.screenshot(path, wait=False)
    assert not job.is_done
    await page(v3, job.number, b"0123456789")
    assert (job.is_done, job.result(), path.read_bytes()) == (True, path, b"0123456789")
    lost: Any = v3.svg(tmp_path / "a.svg", wait=False)
    await page(v3, lost.number, b"0123", size=10)
    with pytest.raises(Unreachable, match=r"Of a\.svg came 4 of 10 bytes"):
        lost.result()
    failed: Any = v3.gltf(tmp_path / "a.glb", wait=False)
    await methods_of(v3)["export_finish"]({"job": failed.number, "error": "There is too much."})
    with pytest.raises(InvalidInput, match="There is too much"):
        failed.result()
    cancelled: Any = v3.turntable(tmp_path / "a.gif", wait=False)
    cancelled.cancel()
    assert not await methods_of(v3)["export_progress"]({"job": cancelled.number, "progress": 0.5})
    closed: Any = v3.growth(tmp_path / "b.zip", wait=False)
    v3.close()
    with pytest.raises(CatmaidError, match="The viewer was closed before"):
        closed.result()
    assert [one.name for one in tmp_path.iterdir()] == ["a.png"]


def test_no_page_and_a_page_that_is_gone(v3: Viewer3D, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_job, "CLAIM_S", 0.0)
    with pytest.raises(Unreachable, match="No page that shows the viewer has answered"):
        v3.screenshot(tmp_path / "a.png")
    monkeypatch.setattr(export_job, "SILENCE_S", 0.0)
    job: Any = v3.screenshot(tmp_path / "a.png", wait=False)
    assert job.claim()
    time.sleep(0.001)
    with pytest.raises(Unreachable, match=r"Nothing was heard .* of the page that made a\.png"):
        job.result()
    found: list[BaseException] = []

    def handler() -> None:
        try:
            v3.screenshot(tmp_path / "a.png")
        except InvalidInput as error:
            found.append(error)

    thread = threading.Thread(target=handler, name="subshell-1")
    thread.start()
    thread.join()
    assert "A callback of a widget cannot wait" in str(found)
    monkeypatch.setattr(export_job, "get_ipython", lambda: None)
    with pytest.raises(Unreachable, match="There is no page"):
        v3.screenshot(tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_a_closed_viewer_makes_nothing(v3: Viewer3D, tmp_path: Path) -> None:
    v3.close()
    with pytest.raises(CatmaidError, match=r"The viewer was closed, so there is no picture for a\.png"):
        v3.screenshot(tmp_path / "a.png")


def test_what_cannot_be_made_is_said(v3: Viewer3D, tmp_path: Path) -> None:
    wrong: list[tuple[str, Any, dict[str, Any], str]] = [
        ("screenshot", "a.png", {"width": 0}, "1 to 16,384, not 0"),
        ("screenshot", "a.png", {"width": 100_000}, "1 to 16,384, not 100000"),
        ("screenshot", "a.png", {"width": True}, "whole number of pixels"),
        ("screenshot", "a.png", {"width": float("nan")}, "whole number of pixels"),
        ("screenshot", "a.png", {"width": "wide"}, "whole number of pixels"),
        ("screenshot", "a.png", {"width": 16_384, "height": 16_384}, "at most 100 million pixels"),
        ("screenshot", "a.jpg", {}, r"ends with \.png, not 'a\.jpg'"),
        ("screenshot", "none/a.png", {}, "There is no folder"),
        ("svg", "a.svg", {"volumes": "fog"}, "'outlines' or as 'facets'"),
        ("gltf", "a.gltf", {}, r"ends with \.glb"),
        ("turntable", "a.mp4", {}, r"\.webm or \.gif or \.zip"),
        ("turntable", "a.gif", {"seconds": 0}, "seconds is a number above 0"),
        ("turntable", "a.gif", {"fps": 100}, "at most 60 frames a second"),
        ("growth", "a.gif", {"seconds": 1000}, "25,000 frames; at most 3,000"),
        ("growth", "a.gif", {"transparent": True}, r"Only frames in a \.zip"),
        ("growth", "a.gif", {"by": "day"}, "by 'creation' or by 'version', not by 'day'"),
    ]
    for name, path, options, sentence in wrong:
        with pytest.raises(InvalidInput, match=sentence):
            getattr(v3, name)(tmp_path / path, **options, wait=False)
    (tmp_path / "d.png").mkdir()
    with pytest.raises(InvalidInput, match="is a folder"):
        v3.screenshot(tmp_path / "d.png")
    no_path: Any = 5
    with pytest.raises(InvalidInput, match="not as int"):
        v3.screenshot(no_path)


async def test_pages_get_the_edges_that_neurons_ever_had(v3: Viewer3D, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = np.arange(18, dtype=np.float64).reshape(3, 2, 3) + 1e9
    found = PastEdges(np.array([17, 17, 18]), ends, np.array([40, 52, 45]), np.array([0, 0, 52]))

    async def read_past_edges(_place: Any, _ids: Any) -> PastEdges:
        return found

    monkeypatch.setattr(exports, "read_past_edges", read_past_edges)
    answer = await methods_of(v3)["past_edges"]({"skeleton_ids": [17, 18]})
    assert answer.result == {
        "corner": [1e9, 1e9 + 1, 1e9 + 2],
        "versions": 3,
        "skeleton_ids": [17, 18],
        "edges": [2, 1],
    }
    positions, first, last = answer.buffers
    assert np.frombuffer(positions, "<f4").tolist() == [3.0 * (place // 3) for place in range(18)]
    assert np.frombuffer(first, "<u4").tolist() == [0, 2, 1]
    assert np.frombuffer(last, "<u4").tolist() == [3, 3, 2]


def test_growth_by_version_needs_history(tmp_path: Path) -> None:
    viewer = Viewer3D(Selection(TracedProject(), [17]))
    with pytest.raises(InvalidInput, match="does not offer growth by version"):
        viewer.growth(tmp_path / "a.gif", by="version")
    viewer.close()
