"""A box in project space as CATMAID's clients say it."""

from __future__ import annotations

import msgspec

from catmaid_server.domain.values import Box


class Corners(msgspec.Struct):
    """Lowest and highest corner; nm."""

    minx: float = 0
    miny: float = 0
    minz: float = 0
    maxx: float = 0
    maxy: float = 0
    maxz: float = 0

    @property
    def box(self) -> Box:
        """The box between them."""
        return Box((self.minx, self.miny, self.minz), (self.maxx, self.maxy, self.maxz))
