"""Where states of Neuroglancer are kept, below a project; CAVE's clients know the last part of the path."""

from typing import Final

STATES: Final = "nglstate/api/v1/"
