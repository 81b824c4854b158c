"""Skeletons of other projects, perhaps of other servers: where neurons of a project were imported from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.batches import parts
from catmaid_wire.forms import Form

_AT_ONCE: Final = 5_000


@dataclass(frozen=True)
class ForeignSkeleton:
    """A skeleton where it comes from.

    url : address of the server.
    project_id : its project there.
    skeleton_id : its id there, up to 2^63.
    """

    url: str
    project_id: int
    skeleton_id: int

    def in_words(self, here: str) -> str:
        """As a person says it who uses the server at the address `here`."""
        at = "" if _same(self.url, here) else f" at {self.url}"
        return f"skeleton {self.skeleton_id} of project {self.project_id}{at}"


def _same(one: str, other: str) -> bool:
    return one.removesuffix("/") == other.removesuffix("/")


async def origins_of(place: Place, skeleton_ids: Sequence[int]) -> dict[int, ForeignSkeleton]:
    """Where skeletons were imported from, by their id here; those that were made here are missing."""
    found: dict[int, ForeignSkeleton] = {}
    for part in parts(skeleton_ids, _AT_ONCE):
        answer = await place.read_json("POST", "skeletons/origin", form={"skeleton_ids": part})
        sources = {int(number): source for number, source in answer["data_sources"].items()}
        for skeleton_id, origin in answer["origins"].items():
            source = sources[int(origin["data_source_id"])]
            found[int(skeleton_id)] = ForeignSkeleton(
                str(source["url"]), int(source["source_project_id"]), int(origin["source_id"])
            )
    return found


async def imported_ids(place: Place, url: str, project_id: int, source_ids: Sequence[int]) -> dict[int, int]:
    """What skeletons of another server's project became here, by their id there; those that are not here are missing.

    Of several that one was imported as, the newest counts.
    """
    found: dict[int, int] = {}
    for part in parts(source_ids, _AT_ONCE):
        form: Form = {"source_ids": [str(one) for one in part], "source_url": url, "source_project_id": project_id}
        answer = await place.read_json("POST", "skeletons/from-origin", form=form)
        found |= {int(source_id): int(skeleton_id) for source_id, skeleton_id in answer.items()}
    return found
