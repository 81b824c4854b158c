"""What a link says, as widgets of a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import CatmaidError, InvalidInput, NotFound
from catmaid_jupyter.client.links import neuroglancer
from catmaid_jupyter.client.links.deep_link import TRACING, CatmaidLink, scale_of
from catmaid_jupyter.client.links.layout_text import WIDGETS, widget_names


class LinkOpening:
    """Makes the widgets of a link, and notes what cannot be shown as it says."""

    def __init__(self, project: Any) -> None:
        self.project = project
        self.notes: list[str] = []

    def deep_link(self, link: CatmaidLink, password: str | None) -> list[Any]:
        """The widgets of CATMAID's link: viewers first."""
        if link.project_id != self.project.id:
            raise InvalidInput(
                f"The link is of project {link.project_id}, not of project {self.project.id} "
                f"{self.project.title!r:.100}: cj.open(link) opens it there."
            )
        if urlsplit(link.server).hostname != urlsplit(self.project.instance.url).hostname:
            self.notes.append(f"The link is of {link.server}; here is {self.project.instance.url}.")
        if link.alias:
            link = self._named(link, password)
        if link.unknown:
            self.notes.append(f"The link also says {', '.join(link.unknown)}, which means nothing here.")
        viewers = self._viewers(link)
        return viewers + self._other_widgets(link, viewers[0])

    def neuroglancer_link(self, address: str) -> list[Any]:
        """A viewer and the table of the neurons of Neuroglancer's link."""
        place = self.project.place
        state = neuroglancer.state_in(place, address)
        wanted, others = neuroglancer.neurons_of(place, state)
        there = set(self.project.skeletons["id"].tolist()) if wanted else set()
        gone = [one for one in wanted if one not in there]
        if gone:
            self.notes.append(f"There is no skeleton {', '.join(map(str, gone[:10]))} here.")
        if others:
            self.notes.append(f"Layers that are not of this project are left out: {', '.join(others)}.")
        found = self.project.selection([one for one in wanted if one in there])
        colors = {one: color for one, color in wanted.items() if color and one in there}
        if colors:
            found.set_colors(colors)
        options: dict[str, Any] = {"nm_per_pixel": neuroglancer.scale_of_state(state)}
        position = neuroglancer.position_of(state)
        if position is not None:
            options["position"] = position
        return [self.project.viewer(selection=found, **options), found]

    def _named(self, link: CatmaidLink, password: str | None) -> CatmaidLink:
        """What the server keeps of a link."""
        place = self.project.place
        params = {} if password is None else {"password": password}
        told = loop.run(place.read_json("GET", f"links/{link.alias}/details", params=params))
        if told.get("message"):
            self.notes.append(f"{link.alias}: {told['message']}")
        places = [told.get(f"location_{axis}") for axis in "xyz"]
        active = told.get("active_treenode") or told.get("active_connector")
        return replace(
            link,
            position=None if None in places else (float(places[0]), float(places[1]), float(places[2])),
            tool=str(told.get("tool") or ""),
            stacks=tuple((int(stack), float(zoom)) for stack, zoom in told.get("stacks") or ()),
            active_node_id=active,
            active_skeleton_id=told.get("active_skeleton"),
            layout=str(told.get("layout") or ""),
        )

    def _viewers(self, link: CatmaidLink) -> list[Any]:
        made = []
        for stack_id, zoom in link.stacks or ((None, None),):
            try:
                stack = self.project.stack(stack_id)
            except NotFound:
                if stack_id is not None:
                    self.notes.append(f"The link's stack {stack_id} is not in this project: what it has is shown.")
                stack = None
            made.append(self.project.viewer(stack, **self._look(link, stack, zoom)))
        for other in made[1:]:
            made[0].link(other)
        for viewer in made:
            if link.tool not in (TRACING, ""):
                viewer.layers = []
        if made[0].layers:
            self._activate(made[0], link)
        return made

    def _look(self, link: CatmaidLink, stack: Any, zoom: float | None) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if zoom is not None and stack is not None:
            options["nm_per_pixel"] = scale_of(zoom, stack.resolution[0])
        if link.position is not None:
            options["position"] = link.position
        return options

    def _activate(self, viewer: Any, link: CatmaidLink) -> None:
        if link.active_node_id is not None:
            try:
                place = self.project.locate(link.active_node_id)
            except NotFound:
                self.notes.append(f"Node {link.active_node_id}, which the link makes active, is gone.")
            else:
                viewer.active_node = link.active_node_id
                if link.position is None:
                    viewer.position = place
        if link.active_skeleton_id is not None:
            try:
                self.project.skeleton(link.active_skeleton_id)
            except CatmaidError:
                self.notes.append(f"Skeleton {link.active_skeleton_id}, which the link makes active, is gone.")
            else:
                viewer.layers[-1].active_skeleton = link.active_skeleton_id

    def _other_widgets(self, link: CatmaidLink, viewer: Any) -> list[Any]:
        """The widgets of the layout beside the viewers."""
        names = widget_names(link.layout)
        kinds = [WIDGETS.get(name.lower(), "") for name in names]
        lacking = sorted({name for name, kind in zip(names, kinds, strict=True) if not kind})
        if lacking:
            self.notes.append(f"Of the link's layout there is nothing here for {', '.join(lacking)}.")
        active = getattr(viewer, "active_skeleton", None)
        found = self.project.selection(() if active is None else [active])
        makers = _makers(self.project, found, viewer)
        return [makers[kind]() for kind in dict.fromkeys(kinds) if kind in makers]


def _makers(project: Any, found: Any, viewer: Any) -> Mapping[str, Any]:
    """What makes the widgets of `WIDGETS`."""
    return {
        "3d": lambda: project.viewer3d(found, viewer if viewer.stack["plane"] == "xy" else None),
        "connectivity": lambda: project.connectivity(found, viewer),
        "matrix": lambda: project.matrix(found),
        "search": project.neuron_search,
        "annotations": project.annotation_browser,
        "navigator": lambda: project.navigator(found, viewer),
        "selection": lambda: found,
        "review": lambda: project.review_table(found, viewer),
        "treenodes": lambda: project.treenode_table(found, viewer),
        "connectors": lambda: project.connector_table(found, viewer),
        "tags": lambda: project.tag_table(found, viewer),
        "history": lambda: project.history(viewer),
    }
