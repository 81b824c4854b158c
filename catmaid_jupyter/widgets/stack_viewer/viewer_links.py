"""Links to what a stack viewer shows."""

from __future__ import annotations

from typing import Any

import traitlets

from catmaid_jupyter.api import loop
from catmaid_jupyter.client.links.deep_link import TRACING, CatmaidLink, zoom_of
from catmaid_jupyter.client.stack import GRID_ID
from catmaid_jupyter.widgets.stack_viewer.layer_list import tracing_layer_of


class ViewerLinks(traitlets.HasTraits):
    """The links of a stack viewer, which has `project`, `stack`, `position`, `nm_per_pixel` and `layers`."""

    project: Any
    stack: Any
    position: Any
    nm_per_pixel: Any
    layers: Any

    def url(self, name: str | None = None, *, message: str = "", public: bool = False) -> str:
        """A link to what the viewer shows, which `cj.open` and `Project.open` open, and CATMAID's own page.

        name : keep it on the server under a name (letters, digits, `-`, `_`, `.`), which needs the right to annotate;
            the link is short then. message : what to tell who opens it. public : also for others of the project.

        Who follows it with a browser is told where it leads. `InvalidInput` if the name is taken.
        """
        layer = tracing_layer_of(self.layers, self.project)
        active = None if layer is None else layer.active_node
        stack_id, scale = int(self.stack["id"]), self.nm_per_pixel
        zoom = 0.0 if scale is None else zoom_of(scale, self.stack["resolution"][0])
        link = CatmaidLink(
            server=self.project.instance.url,
            project_id=self.project.id,
            position=tuple(self.position),
            tool="navigator" if layer is None else TRACING,
            stacks=() if stack_id == GRID_ID else ((stack_id, zoom),),
            # What is not written yet has ids below 0.
            active_node_id=active if active is not None and active > 0 else None,
            active_skeleton_id=None if layer is None else layer.active_skeleton,
        )
        if name is None:
            return str(link)
        form: dict[str, Any] = {"alias": name, "is_public": public, "message": message or None, "tool": link.tool}
        form |= {f"location_{axis}": value for axis, value in zip("xyz", self.position, strict=True)}
        kind = "connector" if layer is not None and layer.active_kind == "connector" else "treenode"
        form |= {f"active_{kind}_id": link.active_node_id, "active_skeleton_id": link.active_skeleton_id}
        form["stacks"] = [list(one) for one in link.stacks]
        place = self.project.place
        place.require_present()
        made = loop.run(place.http.request("POST", place.path("links/"), form=form)).json()
        return str(CatmaidLink(server=link.server, project_id=link.project_id, alias=str(made["alias"])))
