"""The images of a stack as a layer of a stack viewer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import traitlets

from catmaid_jupyter.client.stack import Stack
from catmaid_jupyter.widgets.base import Layer
from catmaid_jupyter.widgets.saved_widget import PageScope, SavedWidget
from catmaid_jupyter.widgets.stack_images.image_looks import HasImageLook
from catmaid_jupyter.widgets.stack_images.stack_tiles import GivesTiles, stack_state
from catmaid_jupyter.widgets.traits import FiniteFloat
from catmaid_jupyter.widgets.view_state import StateReader, StateWriter
from catmaid_wire.image_looks import BLENDS

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project

_LABELS_SHOWN: Final = (32.0, 255.0)
"""All colours of labels, and not the black of 0."""


class ImageLayer(GivesTiles, HasImageLook, Layer):
    """Show the images of a stack above those of a `StackViewer`, where they lie in the project.

    Parameters
    ----------
    project
        Whose stack to show.
    stack
        The stack, its id or its title.
    traits
        Any trait of this class, such as ``opacity=0.3`` or ``color_map="green"``.

    Raises
    ------
    NotFound
        If the project has no such stack.
    TypeError
        For an argument that does not exist.
    """

    _entry = "image-layer"
    _not_kept: ClassVar = frozenset({"stack"})

    stack = traitlets.Dict().tag(sync=True)
    """The stack as the page knows it, as in `StackViewer.stack`."""

    title = traitlets.Unicode().tag(sync=True)
    """What the layer is called: `viewer.layers[title]`."""

    visible = traitlets.Bool(True).tag(sync=True)
    """Whether it is shown."""

    opacity = FiniteFloat(0.5, min=0.0, max=1.0).tag(sync=True)
    """Opacity of the image, 0 to 1."""

    blend = traitlets.Enum(tuple(BLENDS), "normal").tag(sync=True)
    """How it is put on what is below: normal, add, screen, multiply, overlay, lighten, darken or difference."""

    def __init__(self, project: Project, stack: Stack | int | str, **traits: Any) -> None:
        self._refuse_unknown(traits)
        shown = stack if isinstance(stack, Stack) else project.stack(stack)
        self.project = project
        self._find_tiles(shown)
        state = stack_state(shown, self._hosts)
        looks = {"threshold": _LABELS_SHOWN} if state["is_labels"] else {}
        given = {"title": shown.title, **looks, **traits}
        super().__init__(project.instance, stack=state, **given)

    def tell_parts(self, _writer: StateWriter, /) -> dict[str, Any]:
        """The stack."""
        return {"stack": self.stack["id"]}

    @classmethod
    def from_parts(cls, reader: StateReader, parts: Mapping[str, Any], /) -> Self:
        """The layer of the stack. `NotFound` if that is gone."""
        return cls(reader.project, int(parts["stack"]))

    async def saved_for_page(self, _scope: PageScope) -> SavedWidget:
        """Nothing: pages have the images of the viewers' own stacks."""
        left_out = (
            f"The images of the layer {self.title!r} are left out: pages have those of a viewer's own stack only."
        )
        return SavedWidget((), state={"visible": False}, left_out=(left_out,))

    def __repr__(self) -> str:
        return f"<ImageLayer {self.title!r} of {self.project.title!r}>"
