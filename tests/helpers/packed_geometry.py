"""Read the geometry of skeletons over HTTP, and compare it with the rows of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from catmaid_wire import geometry
from catmaid_wire.geometry import GeometryAnswer
from tests.helpers.arbors import Tracer


async def read_geometry(
    tracer: Tracer, skeleton_ids: Sequence[int], known: Mapping[int, int] | None = None, **form: object
) -> GeometryAnswer:
    """The answer for skeletons, but for those of `known` versions."""
    wanted = {f"skeleton_ids[{place}]": skeleton_id for place, skeleton_id in enumerate(skeleton_ids)}
    versions = {f"known[{skeleton_id}]": version for skeleton_id, version in (known or {}).items()}
    return geometry.decode(await tracer.post("skeletons/geometry", **wanted, **versions, **form))


async def require_what_there_is(tracer: Tracer, answer: GeometryAnswer) -> None:
    """Compare with the rows of the store."""
    for skeleton_id, packed in zip(answer.skeleton_ids.tolist(), answer.skeletons, strict=True):
        rows = await tracer.rows(
            "SELECT id, coalesce(parent_id, -1), x, y, z FROM treenode WHERE skeleton_id = %s ORDER BY id", skeleton_id
        )
        ids = [row[0] for row in rows]
        positions, parents = geometry.unpack(packed)
        assert [ids[parent] if parent >= 0 else -1 for parent in parents] == [row[1] for row in rows]
        np.testing.assert_allclose(positions, [row[2:] for row in rows], atol=0.02)
