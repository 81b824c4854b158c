"""A few skeletons as the front end's tests read them: the body of an answer, and what it holds as JSON.

`python -m tests.helpers.geometry_fixture` writes both anew; `npm run format` in js/ then lays out the JSON.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from catmaid_wire import geometry
from catmaid_wire.geometry import GeometryAnswer

FOLDER = Path(__file__).parents[2] / "js" / "test" / "viewer3d" / "fixtures"
BODY = FOLDER / "geometry.bin"
CONTENT = FOLDER / "geometry.json"


def _fixture() -> GeometryAnswer:
    walk = np.random.default_rng(5)
    branched = walk.integers(0, 60_000, (40, 3)) + np.array([400_000.0, 250_000.0, 90_000.5])
    parents = np.array([-1, *(walk.integers(0, row) for row in range(1, 40))])
    trees = {
        11: (branched, parents),
        12: ([[100.0, 200.0, 300.0]], [-1]),
        13: ([[5.5, 5.5, 5.5]] * 3, [-1, 0, 0]),
        2_000_000_014: ([[1e9, 1e9, 1e9], [1e9 + 10, 1e9, 1e9], [1e9, 1e9 + 500, 1e9 - 3]], [2, 0, -1]),
        15: ([[0, 0, 0], [250_000.25, -7, 1e6], [3, 2, 1]], [-1, 0, 1]),
        16: ([[0, 0, 0], [0, 90, 0], [50, 60, 40], [50, 60, 41]], [-1, 0, -1, 2]),
        17: (np.empty((0, 3)), []),
    }
    return GeometryAnswer(
        skeleton_ids=np.array(list(trees), np.int32),
        versions=np.array([1, 2, 2**53 - 1, 0, 5, 2**33, 7]),
        skeletons=[
            geometry.pack(np.array(positions, np.float64), np.array(above, np.int64))
            for positions, above in trees.values()
        ],
        unchanged=np.array([21, 22], np.int32),
        gone=np.array([23], np.int32),
    )


FIXTURE = _fixture()


def content_of(answer: GeometryAnswer) -> dict[str, Any]:
    """What a reader of the answer should find; positions in nm, rounded to 1e-6."""
    skeletons = []
    for skeleton_id, version, packed in zip(
        answer.skeleton_ids.tolist(), answer.versions.tolist(), answer.skeletons, strict=True
    ):
        positions, parents = geometry.unpack(packed)
        skeletons.append(
            {
                "skeleton_id": skeleton_id,
                "version": version,
                "encoding": packed.encoding,
                "box": list(packed.box),
                "positions": np.round(positions, 6).tolist(),
                "parents": parents.tolist(),
            }
        )
    return {"skeletons": skeletons, "unchanged": answer.unchanged.tolist(), "gone": answer.gone.tolist()}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    BODY.write_bytes(geometry.encode(FIXTURE))
    CONTENT.write_text(json.dumps(content_of(FIXTURE)) + "\n")
