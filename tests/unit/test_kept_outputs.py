"""What widgets show is kept in files, and goes into notebooks when these are saved."""

from __future__ import annotations

import base64
import importlib
import inspect
import io
import os
import pkgutil
import stat
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from catmaid_jupyter import widgets
from catmaid_jupyter.api.kept_outputs import HTML, PNG, WORKSPACE, keep_output, kept_output
from catmaid_jupyter.jupyter.saving import add_kept_outputs
from catmaid_jupyter.widgets.base import Layer, Widget
from catmaid_jupyter.widgets.kept_views import KeepsPicture, KeepsRows, html_of_rows, keep_picture

WIDGET = "0123456789abcdef0123456789abcdef"
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(autouse=True)
def runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Jupyter's runtime folder, for the time of a test."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    return tmp_path / "runtime"


def _address(picture: Image.Image, kind: str = "JPEG") -> str:
    file = io.BytesIO()
    picture.save(file, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"


def _noise(width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(pixels)


def _notebook(**data: Any) -> dict[str, Any]:
    output = {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}
    cells = [{"cell_type": "markdown", "source": "text"}, {"cell_type": "code", "source": "v", "outputs": [output]}]
    return {"type": "notebook", "content": {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}}


def _saved(model: dict[str, Any]) -> dict[str, Any]:
    add_kept_outputs(model=model, path="a.ipynb", contents_manager=None)
    data: dict[str, Any] = model["content"]["cells"][1]["outputs"][0]["data"]
    return data


def test_a_notebook_is_saved_with_what_its_widgets_show() -> None:
    keep_picture(WIDGET, [_address(_noise(60, 40))])
    keep_output(WIDGET, HTML, b"<p>rows</p>")
    keep_output(WIDGET, WORKSPACE, b'{"rows": [["w1"]]}')
    data = _saved(_notebook(**{VIEW: {"model_id": WIDGET}, "text/plain": "a widget"}))
    assert data.keys() == {VIEW, "text/plain", PNG, HTML, WORKSPACE}
    assert data[WORKSPACE] == {"rows": [["w1"]]}, "as JSON, not as text"
    assert Image.open(io.BytesIO(base64.b64decode(data[PNG]))).size == (60, 40)
    assert data[HTML] == "<p>rows</p>"


@pytest.mark.parametrize("model_id", [WIDGET, "../../etc/passwd", 7, None, ""])
def test_a_widget_of_which_nothing_is_kept_stays_as_it_is(model_id: object) -> None:
    before = {VIEW: {"model_id": model_id}, "text/plain": "a widget"}
    assert _saved(_notebook(**before)) == before


def test_other_files_and_outputs_stay_as_they_are() -> None:
    file = {"type": "file", "content": "text"}
    add_kept_outputs(model=file)
    assert file == {"type": "file", "content": "text"}
    assert _saved(_notebook(**{"text/plain": "7"})) == {"text/plain": "7"}
    add_kept_outputs(model={"type": "notebook", "content": None})


def test_a_picture_is_small_enough_for_a_notebook() -> None:
    keep_picture(WIDGET, [_address(_noise(1024, 700))])
    body = base64.b64decode(kept_output(WIDGET)[PNG])
    assert len(body) <= 300_000
    width, height = Image.open(io.BytesIO(body)).size
    assert abs(width / height - 1024 / 700) < 0.01


def test_pictures_side_by_side_make_one() -> None:
    keep_picture(WIDGET, [_address(_noise(100, 50)), _address(_noise(60, 100)), ""])
    assert Image.open(io.BytesIO(base64.b64decode(kept_output(WIDGET)[PNG]))).size == (130, 50)


@pytest.mark.parametrize(
    "address", ["", "https://example.org/a.png", "data:image/png;base64,AAAA", "data:image/png;base64"]
)
def test_what_is_no_picture_is_not_kept(address: str) -> None:
    keep_picture(WIDGET, [address])
    assert kept_output(WIDGET) == {}


def test_rows_are_told_as_text(runtime_folder: Path) -> None:
    shown = {"titles": ["name", "nodes"], "rows": [["<b>PN</b>", "7"]], "total": 1200}
    assert html_of_rows(shown) == (
        "<table><thead><tr><th>name</th><th>nodes</th></tr></thead>"
        "<tbody><tr><td>&lt;b&gt;PN&lt;/b&gt;</td><td>7</td></tr></tbody></table><p>and 1,199 more</p>"
    )


def test_only_the_user_may_read_what_is_kept(runtime_folder: Path) -> None:
    keep_output(WIDGET, PNG, b"picture")
    (folder,) = runtime_folder.iterdir()
    (file,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_old_files_are_removed(runtime_folder: Path) -> None:
    keep_output(WIDGET, PNG, b"old")
    old = next(next(runtime_folder.iterdir()).iterdir())
    long_ago = time.time() - 40 * 86_400
    os.utime(old, (long_ago, long_ago))
    keep_output(WIDGET.replace("0", "f"), PNG, b"new")
    assert not old.exists()
    assert kept_output(WIDGET.replace("0", "f")) == {PNG: base64.b64encode(b"new").decode()}


def test_every_widget_that_is_shown_keeps_a_picture_or_rows() -> None:
    for module in pkgutil.walk_packages(widgets.__path__, f"{widgets.__name__}."):
        importlib.import_module(module.name)
    shown = {one for one in _below(Widget) if not inspect.isabstract(one) and not issubclass(one, Layer)}
    names = {one.__name__ for one in shown if hasattr(one, "_entry") and one.__module__.startswith("catmaid_jupyter.")}
    keeping = {one.__name__ for one in _below(KeepsPicture) | _below(KeepsRows)}
    # The model is never shown, courses are nobody's but their people's, and two have rows in traits of their own.
    assert names - keeping == {
        "SelectionModel", "CourseWidget", "AssignmentWidget", "DifferencesPanel", "JobsWidget", "Tutorial",
    }  # fmt: skip


def _below(kind: type) -> set[type]:
    """All classes that are derived from one."""
    children: list[type] = kind.__subclasses__()
    return {*children, *(one for child in children for one in _below(child))}
