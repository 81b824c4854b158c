"""Regions of a project that somebody drew, in people's hands."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client import tables
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.client.space import saved_regions
from catmaid_jupyter.client.space.drawn_region import DrawnRegion
from catmaid_jupyter.client.space.project_space import ProjectSpace

_MOST_NODES: Final = 1_000_000


class ProjectRegions(ProjectSpace):
    """What `Project` does with regions, which viewers draw (see `StackViewer.regions`)."""

    title: str
    instance: Any

    @property
    def regions(self) -> dict[str, DrawnRegion]:
        """Regions that are kept on the server, by name. A user's own hide those for all of a name."""
        return loop.run(saved_regions.kept_regions(self.place))

    def keep_region(self, region: DrawnRegion, *, shared: bool = False) -> None:
        """Keep a region under its name, in this project, for this user; another of the name is replaced.

        shared : for all users of the project, which its administrators may do.
        """
        loop.run(saved_regions.keep_region(self.place, region, shared=shared))

    def forget_region(self, name: str, *, shared: bool = False) -> None:
        """Forget a region. `NotFound` if there is none of this name."""
        loop.run(saved_regions.forget_region(self.place, name, shared=shared))

    def neurons_in(self, region: DrawnRegion | str) -> Selection:
        """The neurons that have a treenode in a region, as a selection.

        region : itself, as in `viewer.regions[0]`, or the name of one that is kept.

        `NotFound` if there is none of this name, `InvalidInput` if there are more than a million treenodes around it.
        """
        where = region if isinstance(region, DrawnRegion) else loop.run(saved_regions.kept_region(self.place, region))
        nodes, more = loop.run(tables.nodes_in_box(self.place, *where.box, _MOST_NODES))
        if more:
            raise InvalidInput(f"There are more than {_MOST_NODES:,} treenodes around {where.name!r}: make it smaller.")
        is_inside = where.contains(nodes[["x", "y", "z"]].to_numpy())
        selection = Selection(self)
        selection.add(np.unique(nodes["skeleton_id"].to_numpy()[is_inside]))
        return selection
