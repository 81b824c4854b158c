"""Periodic noise, and small templates that are added to an image at many places at once."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from catmaid_server.demo.specimen.spec import Floats, Ints, Singles


class Texture:
    """Noise of one grain, zero mean and unit deviation, from which every section takes another part."""

    def __init__(self, rng: np.random.Generator, side: int, finest: float, coarsest: float = 0.0) -> None:
        """Keep wavelengths between about 4 `finest` and 4 `coarsest` px; 0 for all longer ones."""
        noise = rng.standard_normal((side, side), np.float32)
        band = ndimage.gaussian_filter(noise, finest, mode="wrap", truncate=3)
        if coarsest:
            band -= ndimage.gaussian_filter(noise, coarsest, mode="wrap", truncate=3)
        band -= band.mean()
        self._side = side
        self._tile: Singles = np.tile(band / band.std(), (2, 2))

    def part(self, rng: np.random.Generator, shape: tuple[int, int]) -> Singles:
        """A part of the texture at a random place, (y, x) float32; not to be written to."""
        side = self._side
        top, left = rng.integers(0, side, 2)
        if max(shape) <= side:
            part = self._tile[top : top + shape[0], left : left + shape[1]]
        else:
            rows, columns = (top + np.arange(shape[0])) % side, (left + np.arange(shape[1])) % side
            part = self._tile[rows][:, columns]
        return part[::-1] if rng.random() < 0.5 else part


class Stamps:
    """Variants of a small round mark, (variants, size, size) float32, each a little off the middle."""

    def __init__(self, variants: list[Singles]) -> None:
        self.variants: Singles = np.stack(variants)
        reach = self.variants.shape[1] // 2
        self._offsets = np.arange(-reach, self.variants.shape[1] - reach)

    def add(self, image: Singles, x: Floats, y: Floats, strength: Floats, variant: Ints) -> None:
        """Add marks centred on points (px) to an image, in place; those outside are cut off."""
        if not len(x):
            return
        rows = np.rint(y).astype(np.int64)[:, None] + self._offsets
        columns = np.rint(x).astype(np.int64)[:, None] + self._offsets
        marks = self.variants[variant % len(self.variants)] * strength[:, None, None].astype(np.float32)
        within = ((rows >= 0) & (rows < image.shape[0]))[:, :, None]
        within = within & ((columns >= 0) & (columns < image.shape[1]))[:, None, :]
        flat = (rows[:, :, None] * image.shape[1] + columns[:, None, :])[within]
        image += np.bincount(flat, marks[within], image.size).reshape(image.shape).astype(np.float32)


def ring_stamps(rng: np.random.Generator, radius: float, rim: float, lumen: float, variants: int = 12) -> Stamps:
    """Rings of a radius and rim width in px: 1 at the rim, `lumen` in the middle, 0 around; no two alike."""
    reach = int(np.ceil(radius * 1.3 + 2 * rim)) + 1
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    made = []
    for _ in range(variants):
        off_x, off_y = rng.uniform(-0.5, 0.5, 2)
        stretch, own = rng.uniform(0.86, 1.16), radius * rng.uniform(0.85, 1.2)
        distance = np.hypot((across - off_x) * stretch, (down - off_y) / stretch)
        edge = np.exp(-(((distance - own) / rim) ** 2))
        inner = np.clip((own - distance) / rim, 0, 1)
        made.append((edge + lumen * inner * (1 - edge)).astype(np.float32))
    return Stamps(made)


def dot_stamps(rng: np.random.Generator, radius: float, variants: int = 12) -> Stamps:
    """Soft dots of a radius in px."""
    reach = int(np.ceil(radius * 2.4)) + 1
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    made = []
    for _ in range(variants):
        off_x, off_y = rng.uniform(-0.5, 0.5, 2)
        stretch, own = rng.uniform(0.8, 1.25), radius * rng.uniform(0.8, 1.2)
        squared = ((across - off_x) * stretch) ** 2 + ((down - off_y) / stretch) ** 2
        made.append(np.exp(-((squared / own**2) ** 1.5)).astype(np.float32))
    return Stamps(made)
