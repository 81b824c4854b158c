"""The public names: what the page of the reference lists, with the members of its classes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any, Final

import catmaid_jupyter as cj
from catmaid_jupyter import widgets
from tests.helpers.folders import REPOSITORY
from tests.manual.uses import definer_of, name_of

REFERENCE: Final = REPOSITORY / "docs/reference/python.md"
_FOR_PAGES: Final = {
    "actions", "asked_view", "automatic_camera", "claim", "code", "controls", "edits_place", "edits_repeat",
    "emit", "emit_soon", "end_preview_outline", "fail", "finish", "first_rows", "forget_preview_points", "found_node",
    "from_parts", "has_viewer", "heard", "hidden_groups", "import_offer", "kept_names", "kernel_id", "keys_place",
    "lacking",
    "last_version", "layer_id", "leave_out_deleted_volumes", "model", "personal_tags", "previews", "project_id",
    "read_only", "sample", "saved_box", "saved_for_page", "send_state", "set_state", "show_unasked", "show_user_keys",
    "shown_objects", "snapshot", "take", "target_model", "tell_parts", "user_keys", "version_shown",
    "visibility_groups",
}  # fmt: skip
"""Members of widgets that only their pages, and other modules, read and call."""
ELSEWHERE: Final = {
    "catmaid_jupyter.client.exchange.project_exchange.ProjectExchange.to_navis",
    "catmaid_jupyter.client.images.project_images.ProjectImages.stack_group",
    "catmaid_jupyter.client.instance.Instance.revoke_tokens",
    "catmaid_jupyter.client.project_widgets.ProjectWidgets.tutorial",
    "catmaid_jupyter.client.selection.neurons.SelectedNeurons.to_navis",
    "catmaid_jupyter.widgets.stack_viewer.viewer.StackViewer.add_stack_group",
    "catmaid_jupyter.widgets.tutorial.tutorial.Tutorial",
    "catmaid_jupyter.widgets.tutorial.tutorial.Tutorial.done",
    "catmaid_jupyter.widgets.tutorial.tutorial.Tutorial.step",
    "catmaid_jupyter.widgets.tutorial.tutorial.Tutorial.text",
    "catmaid_jupyter.widgets.tutorial.tutorial.Tutorial.titles",
    "catmaid_jupyter.widgets.tutorial.tutorial.Tutorial.verdict",
    "catmaid_jupyter.widgets.viewer3d.export_job.ExportJob.result",
}
"""Names whose examples need what the test has not: navis, a stack group, a full specimen, a page, a token to spare."""


def listed() -> list[str]:
    """The names on the page of the reference."""
    return re.findall(r"^::: (\S+)$", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)


def exported() -> set[str]:
    """The names that `import *` gives."""
    return {f"{module.__name__}.{name}" for module in (cj, widgets) for name in module.__all__ if name[0] != "_"}


def public_names() -> dict[str, Any]:
    """Each public name of the reference, where it is defined, and what it is."""
    found: dict[str, Any] = {}
    for name in listed():
        thing = _named(name)
        if isinstance(thing, ModuleType):
            found |= {f"{name}.{one}": getattr(thing, one) for one in getattr(thing, "__all__", ())}
        elif isinstance(thing, type):
            found |= {name_of(thing): thing, **dict(_members(thing))}
        else:
            found[name] = thing
    return found


def _named(name: str) -> Any:
    """A module, or what a module has."""
    owner, _, last = name.rpartition(".")
    module = import_module(owner)
    return getattr(module, last) if hasattr(module, last) else import_module(name)


def _members(owner: type) -> Iterator[tuple[str, Any]]:
    hidden = _FOR_PAGES | getattr(owner, "_internal", frozenset())
    for name in dir(owner):
        definer = definer_of(owner, name)
        if name.startswith("_") or name in hidden or definer is None or not _of_house(definer):
            continue
        yield f"{name_of(definer)}.{name}", inspect.getattr_static(owner, name)


def _of_house(owner: type) -> bool:
    return owner.__module__.startswith("catmaid_jupyter.")
