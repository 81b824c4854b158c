"""Objects of pythreejs in a 3D viewer, and the viewer as a scene of pythreejs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets
from ipywidgets import Widget as IpyWidget
from ipywidgets import widget_serialization

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.widgets.rpc import method

if TYPE_CHECKING:
    import pandas as pd

_MISSING = "This needs pythreejs: pip install 'catmaid-jupyter[pythreejs]'."


class PythreejsObjects(traitlets.HasTraits):
    """What a viewer has of pythreejs; the widget has `project`, `selection`, `volumes`, `camera` and `height`."""

    project: Any

    objects: traitlets.List[Any] = traitlets.List(traitlets.Instance(IpyWidget), read_only=True).tag(
        sync=True, **widget_serialization
    )
    """The objects of pythreejs that were added (see `add`); read only."""

    _problems: tuple[dict[str, str], ...] = ()

    def add(self, *objects: Any) -> None:
        """Show objects of pythreejs (Mesh, Line, Points, Group, lights, …), which stay alive: changes are seen at once.

        Places are in project space (nm). What could not be drawn, `not_drawn` tells.

        `InvalidInput` for anything else than an Object3D of pythreejs.
        """
        kind = require_pythreejs().Object3D
        for one in objects:
            if not isinstance(one, kind):
                raise InvalidInput(_no_object(one))
        new = [one for one in objects if not any(one is known for known in self.objects)]
        self.set_trait("objects", [*self.objects, *new])

    def remove(self, *objects: Any) -> None:
        """Show objects no more that were added. `InvalidInput` for one that was not."""
        for one in objects:
            if not any(one is known for known in self.objects):
                raise InvalidInput(f"{type(one).__name__} is none of the objects that were added (see `objects`).")
        self.set_trait("objects", [one for one in self.objects if not any(one is gone for gone in objects)])

    @property
    def not_drawn(self) -> pd.DataFrame:
        """What a page could not draw of the added objects: object (an added one), part (name or type), reason."""
        import pandas as pd  # noqa: PLC0415  it takes long to import

        by_id = {one.model_id: one for one in self.objects}
        rows = [
            (by_id[one["model_id"]], one["object"], one["reason"]) for one in self._problems if one["model_id"] in by_id
        ]
        return pd.DataFrame(rows, columns=["object", "part", "reason"])

    def to_pythreejs(self) -> Any:
        """The visible neurons, the volumes and the added objects as a `pythreejs.Renderer`, which shows itself.

        Neurons are one LineSegments with colours of vertices, below a Group that is in the middle of them. All that is
        shown is in the Group `project space, nm`, the scene's first child: what is added there has its place in the
        project. The camera is that of the viewer, or one that sees all if no page has shown the viewer.
        """
        from catmaid_jupyter.widgets.viewer3d import pythreejs_scene  # noqa: PLC0415  needs the extra

        require_pythreejs()
        return pythreejs_scene.renderer_of(self)

    @method
    async def _not_drawn(self, params: dict[str, Any]) -> None:
        """What a page could not draw: ``{problems: [{model_id, object, reason}]}``."""
        names = ("model_id", "object", "reason")
        self._problems = tuple({name: str(one[name])[:1000] for name in names} for one in params["problems"])


def require_pythreejs() -> Any:
    """The module pythreejs. `InvalidInput` with a sentence where it is not installed."""
    try:
        import pythreejs  # noqa: PLC0415  an extra
    except ImportError:
        raise InvalidInput(_MISSING) from None
    return pythreejs


def _no_object(given: Any) -> str:
    name = type(given).__name__
    if isinstance(given, IpyWidget):
        return (
            f"{name} is no object of a scene: what is added is an Object3D of pythreejs, such as a Mesh, a "
            "LineSegments, a Group or a light; a geometry or a material is a part of one."
        )
    return f"What is added is an Object3D of pythreejs, such as a Mesh or a Group, not {name} ({given!r:.60})."
