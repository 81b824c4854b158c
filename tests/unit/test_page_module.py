"""Large front-end modules are sent once for all widgets that share one."""

from __future__ import annotations

from catmaid_jupyter.widgets import Viewer3D
from catmaid_jupyter.widgets.page_module import page_module
from catmaid_jupyter.widgets.static import bundle


def test_a_module_is_the_same_until_it_is_closed() -> None:
    first = page_module("viewer3d")
    assert page_module("viewer3d") is first
    assert first.text == bundle("viewer3d").read_text(encoding="utf-8")

    first.close()
    second = page_module("viewer3d")
    assert second is not first
    assert page_module("viewer3d") is second


def test_a_viewer_in_space_gives_its_pages_little_and_refers_to_the_rest() -> None:
    assert "_page_module" in Viewer3D.class_traits(sync=True)
    assert len(Viewer3D._esm) < 2_000 < len(page_module("viewer3d").text)
