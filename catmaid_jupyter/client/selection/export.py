"""Skeletons as a zip file of SWC files."""

from __future__ import annotations

import asyncio
import io
import re
import zipfile
from collections.abc import Sequence
from typing import Final

from catmaid_jupyter.api.errors import NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.morphology import read_morphology
from catmaid_jupyter.client.selection.table import names_of
from catmaid_jupyter.model.swc import swc_of_nodes

_AT_ONCE: Final = 8
_NAME_CHARACTERS: Final = 80


async def swc_zip(place: Place, skeleton_ids: Sequence[int]) -> bytes:
    """A zip file with an SWC file (nm) of each skeleton; `NotFound` if one is gone."""
    names = await names_of(place, skeleton_ids)
    missing = [skeleton_id for skeleton_id in skeleton_ids if skeleton_id not in names]
    if missing:
        raise NotFound(
            f"Skeleton {missing[0]} is not there any more: project.successors({missing[0]}) tells what became of it, "
            "and without_gone() of a Selection leaves it out."
        )
    turns = asyncio.Semaphore(_AT_ONCE)

    async def swc(skeleton_id: int) -> str:
        async with turns:
            morphology = await read_morphology(place, skeleton_id)
        title = f"{names[skeleton_id]} (skeleton {skeleton_id})"
        return swc_of_nodes(morphology.nodes, title=title, labelled=morphology.somata)

    texts = await asyncio.gather(*map(swc, skeleton_ids))
    files = {_file_name(names[one], one): text for one, text in zip(skeleton_ids, texts, strict=True)}
    return await asyncio.to_thread(_zipped, files)


def _zipped(files: dict[str, str]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return body.getvalue()


def _file_name(name: str, skeleton_id: int) -> str:
    safe = re.sub(r"[^\w .+-]+", "_", name).strip(" .")[:_NAME_CHARACTERS]
    return f"{safe}-{skeleton_id}.swc" if safe else f"{skeleton_id}.swc"
