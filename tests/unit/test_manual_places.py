"""Errors lead to places of the manual that are there, and `help` shows the texts of traits."""

from __future__ import annotations

import io
import pickle
import pydoc
import re

import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api import manual
from catmaid_jupyter.widgets import StackViewer, TracingLayer, Viewer3D
from tests.helpers.folders import REPOSITORY

PAGE = (REPOSITORY / "docs" / f"{manual.PAGE}.md").read_text(encoding="utf-8")
HEADINGS = set(re.findall(r"^#+ .* \{#([\w-]+)\}$", PAGE, re.MULTILINE))


@pytest.mark.parametrize("error", [cj.NotFound, cj.NotAllowed, cj.InvalidInput, cj.Conflict, cj.Unreachable])
def test_each_kind_of_error_has_a_place_or_none(error: type[cj.CatmaidError]) -> None:
    place = error("Something else.").manual
    assert not place or place.partition("#")[2] in HEADINGS


@pytest.mark.parametrize(("piece", "heading"), manual.PLACES.items())
def test_messages_lead_to_headings(piece: str, heading: str) -> None:
    assert heading in HEADINGS
    assert cj.InvalidInput(f"Before {piece} behind").manual.endswith(f"#{heading}")
    sources = [
        path.read_text() for folder in ("catmaid_jupyter", "server") for path in (REPOSITORY / folder).rglob("*.py")
    ]
    assert sum(piece in source for source in sources) > 1, "nothing says this any more"


def test_a_traceback_ends_with_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manual, "_server", "")
    assert cj.NotFound("Something else.").__dict__.get("__notes__", []) == []
    error = cj.NotFound("There is no neuron 'x' in 'Demo'.")
    assert error.__notes__ == ["The manual says more: docs/how-to/troubleshooting.md#no-neuron"]
    assert str(error) == error.message
    assert pickle.loads(pickle.dumps(error)).manual == error.manual
    manual.shown_at("https://catmaid.example.org/")
    assert cj.Conflict("Changed.").manual == "https://catmaid.example.org/docs/how-to/troubleshooting/#conflict"


@pytest.mark.filterwarnings("ignore:Widget..*is deprecated")
@pytest.mark.parametrize(
    ("widget", "texts"),
    [
        (
            StackViewer,
            ["Zoom: nm of tissue under one screen pixel", "Height of the picture"],
        ),
        (TracingLayer, ["Id of the active treenode or connector"]),
        (Viewer3D, ["Height of the picture"]),
    ],
)
def test_help_shows_the_texts_of_traits(widget: type, texts: list[str]) -> None:
    shown = io.StringIO()
    pydoc.Helper(output=shown)(widget)
    for text in texts:
        assert text in shown.getvalue()
