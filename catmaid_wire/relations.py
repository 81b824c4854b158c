"""Names of relations, by which treenodes are linked to connectors, and of others that clients of CATMAID expect."""

from __future__ import annotations

from typing import Final

PRESYNAPTIC: Final = "presynaptic_to"
POSTSYNAPTIC: Final = "postsynaptic_to"
GAP_JUNCTION: Final = "gapjunction_with"
TIGHT_JUNCTION: Final = "tightjunction_with"
DESMOSOME: Final = "desmosome_with"
ABUTTING: Final = "abutting"
ATTACHED: Final = "attached_to"
CLOSE: Final = "close_to"

OF_LINKS: Final = (
    PRESYNAPTIC,
    POSTSYNAPTIC,
    GAP_JUNCTION,
    TIGHT_JUNCTION,
    DESMOSOME,
    ABUTTING,
    ATTACHED,
    CLOSE,
)
"""All relations that a link may have."""

OF_DETAILS: Final = (PRESYNAPTIC, POSTSYNAPTIC, GAP_JUNCTION, DESMOSOME)
"""Relations that `compact-detail` gives by number."""

RECIPROCAL: Final = ("adjacent_to", "mirror_of")
"""Relations that A has to B whenever B has them to A."""

OF_PROJECTS: Final = (
    "is_a",
    "part_of",
    "annotated_with",
    "has_property",
    CLOSE,
    "model_of",
    "labeled_as",
    "element_of",
    PRESYNAPTIC,
    POSTSYNAPTIC,
    ABUTTING,
    GAP_JUNCTION,
    TIGHT_JUNCTION,
    DESMOSOME,
    ATTACHED,
    *RECIPROCAL,
)
"""All relations that clients of CATMAID expect in a project."""
