from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from catmaid_server.tiles.pyramid import halved, level_extent, padded, zoom_levels

extents = st.integers(1, 300_000)


@given(arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=9)))
def test_a_pixel_is_the_mean_of_the_four_above_it(image: NDArray[np.uint8]) -> None:
    """Half is rounded up, and the last row or column of an odd image counts twice."""
    small = halved(image)
    assert small.shape == (level_extent(image.shape[0], 1), level_extent(image.shape[1], 1))
    for row, col in np.ndindex(small.shape):
        rows = [min(2 * row + i, image.shape[0] - 1) for i in (0, 1)]
        cols = [min(2 * col + i, image.shape[1] - 1) for i in (0, 1)]
        total = sum(int(image[r, c]) for r in rows for c in cols)
        assert small[row, col] == (total + 2) // 4


@given(extents, extents, st.sampled_from([256, 512, 1024]))
def test_the_last_level_and_no_earlier_one_fits_a_tile(width: int, height: int, tile_size: int) -> None:
    levels = zoom_levels(width, height, tile_size)
    assert max(level_extent(width, levels - 1), level_extent(height, levels - 1)) <= tile_size
    assert levels == 1 or max(level_extent(width, levels - 2), level_extent(height, levels - 2)) > tile_size


@given(extents, st.integers(0, 10))
def test_halving_step_by_step_gives_the_extent_of_the_level(extent: int, zoom: int) -> None:
    stepwise = extent
    for _ in range(zoom):
        stepwise = (stepwise + 1) // 2
    assert level_extent(extent, zoom) == stepwise


def test_padding_is_black_and_below_and_right_of_the_image() -> None:
    tile = padded(np.full((2, 3), 7, np.uint8), 5, 4)
    assert tile.shape == (4, 5)
    assert (tile[:2, :3] == 7).all()
    assert tile.sum() == 2 * 3 * 7
