"""A project, as its selections need it."""

from __future__ import annotations

from typing import Any, Protocol

from catmaid_jupyter.client.neurons import TracedProject


class SelectionProject(TracedProject, Protocol):
    """A project, as a `Selection` and its widgets need it."""

    @property
    def instance(self) -> Any:
        """The connection, which runs what widgets ask for."""
