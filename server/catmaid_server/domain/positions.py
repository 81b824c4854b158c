"""What the domain calls places in project space."""

from __future__ import annotations

from typing import TypeAlias

Position: TypeAlias = tuple[float, float, float]
"""x, y, z; nm."""

NodePosition: TypeAlias = tuple[int, float, float, float]
"""Id of a treenode or connector, and its x, y, z; nm."""
