"""What `Project` does with links."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.links import neuroglancer
from catmaid_jupyter.client.links.deep_link import CatmaidLink
from catmaid_jupyter.client.links.neuroglancer import NeuroglancerState
from catmaid_jupyter.client.links.opening_links import LinkOpening
from catmaid_jupyter.client.neuron_choice import Neurons, skeleton_ids_of
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.client.selection.colors import in_turn, text_of

if TYPE_CHECKING:
    from catmaid_jupyter.widgets import StackViewer
    from catmaid_jupyter.widgets.workspace import Workspace


class ProjectLinks(Public):
    """What `Project` does with links."""

    title: str
    instance: Any
    place: Place

    if TYPE_CHECKING:

        def workspace(self, *widgets: Any, layout: Any = "row") -> Workspace:
            """As of the project."""

    def open(self, link: str, *, password: str | None = None) -> Workspace:
        """A workspace of what a link shows: place, zoom, stacks, what is active, and widgets.

        link : of CATMAID (`https://…/?pid=1&xp=…&yp=…&zp=…&tool=tracingtool&sid0=…&s0=…&active_node_id=…`), also one
            with a name (`https://…/1/links/fig2`); of `StackViewer.url`, `Workspace.url`; or of Neuroglancer
            (`https://…/#!{…}`).
        password : of a named link that has one.

        A warning tells what is gone, and which of CATMAID's widgets have no counterpart here. `InvalidInput` for what
        is no link, or one of another project; `NotFound` for a name that the server does not know.

        >>> project.open(viewer.url()).widgets[0].position == viewer.position
        True
        """
        opening = LinkOpening(self)
        if neuroglancer.is_link(link):
            widgets = opening.neuroglancer_link(link)
        else:
            deep = CatmaidLink.parsed(link)
            if deep.workspace and deep.project_id == self.place.project_id:
                return self.workspace(deep.workspace)
            widgets = opening.deep_link(deep, password)
        for note in opening.notes:
            warnings.warn(note, stacklevel=2)
        return self.workspace(*widgets)

    def neuroglancer(
        self, neurons: Neurons = (), viewer: StackViewer | None = None, *, image: str | None = None, page: str = ""
    ) -> NeuroglancerState:
        """A state of Neuroglancer with neurons, in the colours of a Selection; it has `link` and `short_link()`.

        viewer : whose place and zoom it has; by default the middle of the project's first stack.
        image : source of an image as Neuroglancer reads it, such as `precomputed://gs://bucket/em`; by default none,
            since it does not read CATMAID's tiles.
        page : address of the Neuroglancer; it reads neurons from this service by its source `catmaid://`.

        >>> project.neuroglancer(found[:3], viewer).link
        'https://...'
        """
        found = neurons if isinstance(neurons, Selection) else None
        if found is not None:
            colors = found.colors
        else:
            ids = skeleton_ids_of(self.place, neurons) if not isinstance(neurons, tuple) or neurons else []
            colors = dict(zip(ids, (text_of(int(one)) for one in in_turn(len(ids))), strict=True))
        shown = viewer if viewer is not None else self.viewer()  # type: ignore[attr-defined]
        right, down, deep = shown.stack["resolution"]
        resolution = {"xy": (right, down, deep), "xz": (right, deep, down), "zy": (deep, down, right)}
        state = neuroglancer.state_of(
            self.place,
            resolution=resolution[shown.stack["plane"]],
            position=shown.position,
            nm_per_pixel=shown.nm_per_pixel,
            colors=colors,
            image=image,
        )
        return NeuroglancerState(self.place, state, page or neuroglancer.PAGE)
