"""Image layers' kernel side: their looks, their place among a viewer's layers, the values of voxels."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import pytest
import traitlets

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.images.project_images import GroupMember
from catmaid_jupyter.client.stack import Stack
from catmaid_jupyter.widgets import ImageLayer, StackViewer
from catmaid_jupyter.widgets.base import Layer
from tests.unit.test_widgets_stack_viewer import FakeProject, info


class SeveralStacks(FakeProject):
    """A project with images, their labels, side views, and a group of the first two."""

    title = "several"

    def stack(self, key: int | str | None = None) -> Stack:
        stacks = {
            "raw": info(),
            "seg": info(sid=6, stitle="seg", metadata={"labels": True}),
            "side": info(sid=7, stitle="side", orientation=1),
        }
        return Stack.from_info(stacks[str(key or "raw")])

    def stack_group(self, _stack_id: int | None = None, group: int | str | None = None) -> list[GroupMember]:
        if group not in (None, "both"):
            raise NotFound("no such group")
        return [GroupMember(self.stack("raw"), "view"), GroupMember(self.stack("seg"), "channel")]


@pytest.fixture
def viewer() -> StackViewer:
    return StackViewer(SeveralStacks(), layers=[OverlayLayer()])  # type: ignore[arg-type]


class OverlayLayer(Layer):
    """A layer without a title."""

    _entry = "volume-layer"

    def __init__(self) -> None:
        super().__init__(SeveralStacks().instance)


def test_images_are_added_above_the_others_and_below_overlays(viewer: StackViewer) -> None:
    overlay = viewer.layers[0]
    first = viewer.add_layer("seg", blend="add", color_map="green")
    second = viewer.add_layer("raw", title="again")
    assert list(viewer.layers) == [first, second, overlay]
    layers: Any = viewer.layers
    assert layers["seg"] is first
    assert layers["again"] is second
    with pytest.raises(NotFound, match=r"no layer 'other'. Its image layers: 'seg', 'again'"):
        layers["other"]
    viewer.remove_layer("seg")
    viewer.remove_layer(second)
    assert list(viewer.layers) == [overlay]
    with pytest.raises(NotFound, match="not in this viewer"):
        viewer.remove_layer(second)
    with pytest.raises(InvalidInput, match="cut along xz and this viewer shows sections along xy"):
        viewer.add_layer("side")


def test_layers_that_a_page_names_are_the_layers_themselves(viewer: StackViewer) -> None:
    first, second = viewer.add_layer("seg"), viewer.layers[-1]
    viewer.set_state({"layers": [f"IPY_MODEL_{layer.model_id}" for layer in (second, first)]})
    assert viewer.layers[0] is second
    assert viewer.layers[1] is first


def test_the_black_of_labels_is_not_shown(viewer: StackViewer) -> None:
    layer = viewer.add_layer("seg")
    assert layer.stack["is_labels"]
    assert layer.threshold == (32, 255)
    assert viewer.add_layer("seg", threshold=None).threshold is None
    assert viewer.add_layer("raw").threshold is None


def test_channels_of_a_group_are_added_up_in_colours(viewer: StackViewer) -> None:
    (layer,) = viewer.add_stack_group()
    assert (layer.title, layer.blend, layer.color_map, layer.opacity) == ("seg", "add", "green", 1)
    assert viewer.add_stack_group("both") == [], "it is shown already"
    with pytest.raises(NotFound):
        viewer.add_stack_group("none")


def test_colour_maps_are_names_or_colours(viewer: StackViewer) -> None:
    viewer.color_map = "magma"
    viewer.color_map = ["black", (1, 0, 0), "#ffff00"]
    assert viewer.color_map == ["#000000", "#ff0000", "#ffff00"]
    for given in ("coolwarm", mpl.colormaps["coolwarm"]):
        viewer.color_map = given
        assert (len(viewer.color_map), viewer.color_map[0]) == (33, "#3b4cc0")
    for wrong in ("megma", [], ["red"], ["red", "nothing"], 3, None):
        with pytest.raises(traitlets.TraitError, match="another colour map of matplotlib"):
            viewer.color_map = wrong


def test_thresholds_are_two_grey_values(viewer: StackViewer) -> None:
    viewer.threshold = [10, 20.5]
    assert viewer.threshold == (10, 20.5)
    for wrong in (5, (20, 10), (-1, 10), (0, 256), (1, 2, 3), "ab", (float("nan"), 1)):
        with pytest.raises(traitlets.TraitError, match="two grey values from 0 to 255"):
            viewer.threshold = wrong


def test_unknown_arguments_are_refused_with_advice(viewer: StackViewer) -> None:
    with pytest.raises(TypeError, match="Did you mean 'opacity'"):
        viewer.add_layer("seg", opacty=0.3)
    with pytest.raises(traitlets.TraitError):
        ImageLayer(viewer.project, "seg", blend="burn")
