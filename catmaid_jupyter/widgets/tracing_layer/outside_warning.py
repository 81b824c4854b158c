"""A tracing layer warns of new nodes that are outside a volume."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from catmaid_jupyter.widgets.rpc import method

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project
    from catmaid_jupyter.client.space.volume import Volume


class OutsideWarning:
    """For a widget with the trait `warns_outside`."""

    project: Project
    _inner_volume: Volume | None = None

    def warn_outside(self, volume: Volume | int | str | None) -> None:
        """Warn of nodes that are made outside a volume, itself, its id or its name; None: no more.

        `NotFound` if there is no such volume.
        """
        is_known = volume is None or not isinstance(volume, int | str)
        self._inner_volume = volume if is_known else self.project.volume(volume)  # type: ignore[assignment,arg-type]
        self.set_trait("warns_outside", volume is not None)  # type: ignore[attr-defined]

    @method
    async def _outside(self, params: dict[str, Any]) -> str | None:
        """Name of the volume that a place (``{x, y, z}``, nm) is outside of; None if it is inside."""
        volume = self._inner_volume
        if volume is None:
            return None
        place = [[float(params[axis]) for axis in "xyz"]]
        is_inside = await asyncio.to_thread(volume.contains, place)
        return None if bool(is_inside[0]) else volume.name
