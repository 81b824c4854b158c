"""Names of the relations by which treenodes are linked to connectors."""

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
