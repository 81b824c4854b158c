"""Tags on the root nodes of many skeletons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.edits.base import new_key
from catmaid_jupyter.edits.labels import SetLabels

MOST_TAGGED: Final = 1000


async def tag_roots(project: Any, skeleton_ids: Sequence[int], tag: str) -> int:
    """Give the root nodes of skeletons a tag, which one undo takes back; tells how many have it now."""
    if not tag.strip():
        raise InvalidInput("A tag is a text that is not empty.")
    if len(skeleton_ids) > MOST_TAGGED:
        raise InvalidInput(f"At most {MOST_TAGGED} neurons are tagged at once, not {len(skeleton_ids)}.")
    group = new_key()
    for skeleton_id in skeleton_ids:
        root = await project.place.read_json("GET", f"skeletons/{skeleton_id}/root")
        edit = SetLabels(int(root["root_id"]), (tag.strip(),), delete_existing=False)
        await project.edits.apply(edit, group=group)
    return len(skeleton_ids)
