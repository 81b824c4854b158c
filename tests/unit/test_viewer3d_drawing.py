"""How a 3D viewer draws: its traits refuse what cannot be drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from traitlets import TraitError

from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.widgets import Viewer3D
from tests.unit.test_selection_table import TracedProject


@pytest.fixture
def v3() -> Iterator[Viewer3D]:
    made = Viewer3D(Selection(TracedProject("history"), []), tubes=True, synapse_colors="partner")
    yield made
    made.close()


def test_what_is_drawn_is_synced(v3: Viewer3D) -> None:
    v3.tube_radius, v3.fog, v3.synapse_radius, v3.labels = 40, 0.5, 250, True
    state = v3.get_state(["tubes", "tube_radius", "fog", "synapses", "synapse_colors", "synapse_radius", "labels"])
    assert state == {
        "tubes": True,
        "tube_radius": 40.0,
        "fog": 0.5,
        "synapses": False,
        "synapse_colors": "partner",
        "synapse_radius": 250.0,
        "labels": True,
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tube_radius", -1),
        ("tube_radius", float("nan")),
        ("tube_radius", float("inf")),
        ("fog", 1.5),
        ("fog", float("nan")),
        ("synapse_radius", -0.5),
        ("synapse_radius", float("inf")),
        ("synapse_colors", "mood"),
        ("tubes", "yes"),
    ],
)
def test_what_cannot_be_drawn_is_refused(v3: Viewer3D, name: str, value: Any) -> None:
    before = getattr(v3, name)
    with pytest.raises(TraitError, match=name):
        setattr(v3, name, value)
    assert getattr(v3, name) == before
