"""What a project is to be exported as."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

ExportFormat = Literal["swc", "eswc", "csv", "catmaid"]
WHOLE: Final = frozenset({"csv", "catmaid"})
"""They are of a whole project, with who made what."""


class ExportRequest(msgspec.Struct, kw_only=True):
    """What to export, and how."""

    format: ExportFormat = "swc"
    """`swc`, `eswc` (with authors, times and confidences): a file for each skeleton; `csv`: tables as `import bulk`
    reads them; `catmaid`: a file as CATMAID reads it."""
    skeleton_ids: list[int] = []
    """Only these skeletons, of `swc` and `eswc`; all if none are given."""


def title_of(wish: ExportRequest) -> str:
    """What an export is called in lists."""
    if wish.skeleton_ids:
        count = len(wish.skeleton_ids)
        return f"Export of {count} {'skeleton' if count == 1 else 'skeletons'} as {wish.format}"
    return f"Export of the project as {wish.format}"
