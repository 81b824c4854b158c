"""Whoever shows a widget waits for what it needs, and not for what few need."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
from unittest.mock import Mock

import IPython
import pytest
import traitlets

from catmaid_jupyter.client import imports_ahead
from catmaid_jupyter.widgets.trait_texts import TellsTraits

_SHOWN = """
import sys
import catmaid_jupyter, catmaid_jupyter.widgets.viewer3d, catmaid_jupyter.widgets.workspace
from catmaid_jupyter.client.selection.colors import rgba_of
assert rgba_of("#e69f00") == 0xE69F00FF and rgba_of("#E69F0080") == 0xE69F0080
print(*{"matplotlib", "scipy", "pythreejs", "trimesh", "shapely"} & set(sys.modules))
"""


def test_widgets_are_imported_without_slow_libraries() -> None:
    made = subprocess.run([sys.executable, "-c", _SHOWN], check=True, capture_output=True, text=True)
    assert made.stdout.strip() == ""


def test_sources_are_read_when_somebody_asks_for_names_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Mock(wraps=inspect.getsource)
    monkeypatch.setattr(inspect, "getsource", read)

    class Told(traitlets.HasTraits, metaclass=TellsTraits):
        __module__ = "catmaid_jupyter.widgets.trait_texts"

        size = traitlets.Int()

    assert Told().size == 0
    assert not read.called
    assert "size" in dir(Told)
    assert read.call_count == 1
    assert "size" in dir(Told)
    assert read.call_count == 1


def test_a_trait_of_a_widget_has_the_text_beneath_it() -> None:
    from catmaid_jupyter.widgets import Viewer3D  # noqa: PLC0415

    assert "height" in dir(Viewer3D)
    assert Viewer3D.height.__doc__


def test_a_kernel_imports_widgets_while_it_waits_for_the_next_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, imported = Mock(), Mock()
    loop.call_later.side_effect = lambda _delay, call, *values: call(*values)
    loop.call_soon.side_effect = lambda call, *values: call(*values)
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: loop)
    monkeypatch.setattr(imports_ahead, "import_module", imported)
    monkeypatch.setattr(imports_ahead, "_MODULES", ("sys", "not_there_yet", "nor_this"))
    imports_ahead.import_widgets_soon()
    assert not loop.call_later.called, "a script needs no widgets"
    monkeypatch.setattr(IPython, "get_ipython", lambda: Mock(kernel=Mock()))
    imports_ahead.import_widgets_soon()
    assert [call.args[0] for call in imported.call_args_list] == ["sys", "not_there_yet", "nor_this"]
