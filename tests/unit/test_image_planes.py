"""Volumes along other planes, and levels of detail that do not begin where full resolution does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorstore
from numpy.typing import NDArray

from catmaid_server.tiles.pyramid import halved
from catmaid_server.tiles.registration.adding import StackLooker
from catmaid_server.tiles.registration.request import StackRequest
from tests.helpers.image_hosts import sections_of
from tests.helpers.image_sources import looking, whole_section
from tests.helpers.made_volumes import mean_of_blocks, write_levels


@pytest.fixture(scope="module")
def volume(shared: Path) -> NDArray[np.uint8]:
    return sections_of(shared / "data/vnc1/raw")


@pytest.fixture
async def looker(tmp_path: Path) -> AsyncIterator[StackLooker]:
    async with looking(tmp_path) as made:
        yield made


@pytest.mark.parametrize("kind", ["zarr", "n5", "precomputed"])
async def test_sections_along_xz_and_zy_keep_their_rows_until_pixels_are_square(
    looker: StackLooker, volume: NDArray[np.uint8], tmp_path: Path, kind: str
) -> None:
    """Levels of 4 x 4 x 40 nm that are reduced in x and y alone, an odd number of pixels large."""
    full = volume[:9, :333, :517]
    levels = [full, np.stack([halved(section) for section in full])]
    levels.append(np.stack([halved(section) for section in levels[1]]))
    await write_levels(tmp_path / "made", kind, levels)
    # 517 pixels to the right need a level more than 333 down until a tile shows the whole section.
    for orientation, order, count in (("xz", (1, 0, 2), 5), ("zy", (2, 1, 0), 4)):
        said: dict[str, Any] = {"orientation": orientation, "tile_size": (64, 64)}
        stack, _, _ = await looker.look(StackRequest(address=str(tmp_path / "made"), **said))
        factors = [tuple(factor[:2]) for factor in stack.downsample_factors or ()]
        # 40 nm is 2**3.3 times 4: rows are halved when that is nearer to a square.
        squarer = [(1, 1), (2, 1), (4, 1), (8, 1), (16, 2)]
        assert factors == [pair if orientation == "xz" else pair[::-1] for pair in squarer[:count]]
        for zoom, factor in enumerate(factors):
            finest = min(zoom, 2)
            section = levels[finest].transpose(order)[301 >> finest]  # (depth, down, right)
            steps = squarer[zoom][0] >> finest, squarer[zoom][1]
            rows, cols = steps[::-1] if orientation == "xz" else steps
            expected = mean_of_blocks(section, rows, cols)
            shown = await whole_section(looker, stack, zoom, 301, (factor[0], factor[1]))
            assert np.array_equal(shown, expected), (orientation, zoom)


async def test_levels_that_begin_elsewhere_are_put_where_they_lie(
    looker: StackLooker, volume: NDArray[np.uint8], tmp_path: Path
) -> None:
    """Full resolution begins at an odd voxel, and its level one that covers the voxel before."""
    full = volume[:2, :200, :200]
    begin = (103, 101, 0)
    spec = {
        "driver": "neuroglancer_precomputed",
        "kvstore": {"driver": "file", "path": f"{tmp_path}/made/"},
        "multiscale_metadata": {"type": "image", "data_type": "uint8", "num_channels": 1},
    }
    scale = {"encoding": "raw", "chunk_size": [64, 64, 2]}
    canvas = np.zeros((2, 304, 304), np.uint8)
    canvas[:, begin[1] : begin[1] + 200, begin[0] : begin[0] + 200] = full
    coarse = canvas[:, ::4, ::4]  # pixel n covers 4 n to 4 n + 3
    for factor, values, at in ((1, full, begin), (4, coarse[:, 25:76, 25:76], (25, 25, 0))):
        size = [values.shape[2], values.shape[1], 2]
        made = await tensorstore.open(
            {
                **spec,
                "scale_metadata": {
                    **scale,
                    "size": size,
                    "voxel_offset": at,
                    "resolution": [8 * factor, 8 * factor, 30],
                },
            },
            create=True,
        )
        await made.write(values.transpose(2, 1, 0)[..., None])
    stack, _, _ = await looker.look(StackRequest(address=str(tmp_path / "made"), zoom_levels=3, tile_size=(64, 64)))
    shown = (await whole_section(looker, stack, 2, 1, (4, 4))).astype(int)
    # Pixel n of the zoom level is 103 + 4 n to 106 + 4 n in x: three quarters of it are those of the next of the level.
    assert np.array_equal(shown[:49, :49], coarse[1, 25:74, 26:75])
