"""Register a stack by its address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from catmaid_server.db.store import Store
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.space import stacks
from catmaid_server.domain.space.stacks import NewStack
from catmaid_server.tiles.folders import require_in_folders
from catmaid_server.tiles.metadata.addresses import parsed_address
from catmaid_server.tiles.registration.prepared import PreparedMirror, prepared_mirror
from catmaid_server.tiles.registration.request import StackRequest, Triple
from catmaid_server.tiles.sources.opening import SourceMeans


class AddedStack(TypedDict):
    """A stack that was registered; `created` is false if the project had it already. Lengths in nm."""

    stack_id: int
    title: str
    dimension: tuple[int, int, int]
    resolution: tuple[float, float, float]
    translation: tuple[float, float, float]
    zoom_levels: int
    notes: list[str]
    """What was found, and decided because nobody asked for it."""
    created: bool


@dataclass(frozen=True, slots=True)
class StackLooker:
    """Looks at addresses. folders: those whose paths may be looked at; None for all of this machine."""

    means: SourceMeans
    folders: Sequence[Path] | None

    async def look(self, request: StackRequest) -> tuple[NewStack, Triple, list[str]]:
        """The stack, where its first voxel is, and notes.

        Raises `InvalidInput` with what is missing, `NotAllowed` for other folders, `ImagesUnavailable`.
        """
        addresses = (request.address, *request.mirrors)
        for text in addresses:
            address = parsed_address(text, request.tile_source_type)
            if not address.is_remote and self.folders is not None:
                require_in_folders(Path(address.location), self.folders)
        found = [await prepared_mirror(text, request, self.means) for text in addresses]
        first = found[0]
        for other in found[1:]:
            if other.dimension != first.dimension:
                raise InvalidInput(
                    f"Mirrors have the same images, but {other.mirror.image_base} has {_size(other)} and "
                    f"{first.mirror.image_base} {_size(first)}."
                )
        resolution = request.resolution or first.resolution
        if resolution is None:
            raise InvalidInput(
                f"{first.mirror.image_base} does not say how large a voxel is: say its resolution in nm."
            )
        if request.dimension not in (None, first.dimension):
            raise InvalidInput(f"The dimension is {_size(first)}, as {first.mirror.image_base} says itself.")
        levels = min(mirror.zoom_levels for mirror in found)
        stack = NewStack(
            title=request.title or first.title,
            dimension=first.dimension,
            resolution=resolution,
            zoom_levels=levels,
            downsample_factors=[(across, down, 1) for across, down in (first.zoom_factors or ())[:levels]],
            mirrors=[mirror.mirror for mirror in found],
            comment=request.comment,
            attribution=request.attribution,
            metadata=first.metadata,
            canary_location=(first.dimension[0] // 2, first.dimension[1] // 2, first.dimension[2] // 2),
            broken_sections=request.broken_sections,
        )
        translation = request.translation or first.translation or (0.0, 0.0, 0.0)
        return stack, translation, [note for mirror in found for note in mirror.notes]


async def add_stack(
    store: Store, looker: StackLooker, project_id: int, request: StackRequest, *, user_id: int
) -> AddedStack:
    """Register a stack in a project, unless the project has one with the same images. Raises as `StackLooker.look`."""
    plane = request.plane
    stack, translation, notes = await looker.look(request)
    revision = (stack.mirrors[0].source or {})["revision"]
    async with store.reading() as connection:
        known = await stacks.stack_with_revision(connection, project_id, revision)
    stack_id = known
    if stack_id is None:
        async with store.writing(user_id=user_id, project_id=project_id, label="stacks.add") as tx:
            stack_id = await stacks.register_stack(tx, project_id, stack, translation=translation, orientation=plane)
    return {
        "stack_id": stack_id,
        "title": stack.title,
        "dimension": stack.dimension,
        "resolution": stack.resolution,
        "translation": translation,
        "zoom_levels": stack.zoom_levels,
        "notes": notes,
        "created": known is None,
    }


def _size(mirror: PreparedMirror) -> str:
    return " x ".join(map(str, mirror.dimension)) + " pixels"
