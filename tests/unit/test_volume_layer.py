"""The volume layer's kernel side: which volumes it shows, and the outlines that its page asks for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from catmaid_jupyter import InvalidInput, NotFound, Volume
from catmaid_jupyter.api import loop
from catmaid_jupyter.client.project import Project
from catmaid_jupyter.widgets import VolumeLayer
from catmaid_jupyter.widgets.rpc import methods_of
from catmaid_jupyter.widgets.volume_layer import outline_cache

BOX = Volume.of(((0, 0, 0), (10, 20, 30)), "box")
FAR = Volume.of(((0, 0, 100), (5, 5, 200)), "far")
OPEN = Volume.of((BOX.vertices, BOX.faces[2:]), "open")


def volume_named(key: int | str) -> Volume:
    if key != "box":
        raise NotFound(f"There is no volume {key!r} in this project.")
    return BOX


PROJECT = cast("Project", SimpleNamespace(instance=SimpleNamespace(submit=loop.submit), volume=volume_named))


def outlines(layer: VolumeLayer, keys: list[int], *depths: float) -> tuple[Any, list[list[float]]]:
    answer = loop.run(methods_of(layer)["outlines"]({"keys": keys, "depths": depths}))
    return answer.result, np.frombuffer(answer.buffers[0]).reshape(-1, 2).tolist()


def keys_of(layer: VolumeLayer) -> list[int]:
    return [shown["key"] for shown in layer.shown_volumes]


def test_outlines_come_by_section_and_volume() -> None:
    layer = VolumeLayer(PROJECT, ["box", FAR], opacity=0.5)
    assert [shown["name"] for shown in layer.shown_volumes] == ["box", "far"]
    assert layer.volumes == [BOX, FAR]
    result, points = outlines(layer, [*keys_of(layer), 0], 15, 150)
    (of_box,) = result["rings"][0][0]
    (of_far,) = result["rings"][1][1]
    assert result == {"rings": [[[of_box], [], []], [[], [of_far], []]], "gaps": []}
    assert np.max(points[:of_box], axis=0).tolist() == [10, 20]
    assert np.max(points[of_box:], axis=0).tolist() == [5, 5]
    with pytest.raises(InvalidInput, match="At most 9 sections"):
        outlines(layer, [], *range(10))


def test_other_volumes_have_other_keys_and_colours() -> None:
    layer = VolumeLayer(PROJECT)
    assert layer.shown_volumes == []
    layer.show({"box": "red", OPEN: "#00ff0080"})
    before = keys_of(layer)
    assert [shown["color"] for shown in layer.shown_volumes] == ["#ff0000", "#00ff0080"]
    assert outlines(layer, before, 15)[0]["gaps"] == before[1:]
    layer.show("box")
    assert not set(before) & set(keys_of(layer))
    assert outlines(layer, before, 15) == ({"rings": [[[], []]], "gaps": []}, [])
    mistakes: list[tuple[Any, type[Exception], str]] = [
        ("bax", NotFound, "no volume 'bax'"),
        (1.5, InvalidInput, "not float"),
        ({"box": "redd"}, InvalidInput, "'redd' is no colour"),
    ]
    for wrong, error, message in mistakes:
        with pytest.raises(error, match=message):
            layer.show(wrong)
    assert layer.volumes == [BOX]


def test_outlines_are_computed_once_and_forgotten_when_they_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = outline_cache.OutlineCache()
    assert cache.outline(BOX, 15) is cache.outline(BOX, 15)
    assert cache.outline(BOX, 16) is not cache.outline(BOX, 15)
    monkeypatch.setattr(outline_cache, "_MOST_POINTS", 0)
    before = cache.outline(BOX, 17)
    assert cache.outline(BOX, 18) is cache.outline(BOX, 18)
    assert cache.outline(BOX, 17) is not before
