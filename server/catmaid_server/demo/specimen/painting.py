"""Grey values of a section, as a transmission electron microscope shows stained tissue."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from catmaid_server.demo.specimen.field import Profiles, TissueField
from catmaid_server.demo.specimen.organelles import Interior, Mitochondrion
from catmaid_server.demo.specimen.spec import Floats, Ints, Reals, SectionPixels, Singles
from catmaid_server.demo.specimen.synapses import TBar
from catmaid_server.demo.specimen.textures import Stamps, Texture, dot_stamps, ring_stamps
from catmaid_server.demo.specimen.waves import WaveField

_STEP = 2
"""Pixels per point of the grid on which the profiles are evaluated."""
_MEMBRANE = 11.0
_MEMBRANE_GREY = np.float32(26)
_VESICLE = 19.0


class Painter:
    """Paints sections one by one; every section has its own random numbers, so that their order is free."""

    def __init__(self, field: TissueField, interior: Interior, seed: int) -> None:
        self.field, self.interior, self.seed = field, interior, seed
        spec = field.spec
        rng = np.random.default_rng((seed, 7))
        side = 1 << max(8, min(10, int(np.ceil(np.log2(max(spec.size_px[:2]))))))
        scale = 4.0 / spec.pixel
        self._fine = Texture(rng, side, 1.05 * scale, 3 * scale)
        self._clumps = Texture(rng, side, 2.6 * scale, 9 * scale)
        self._clouds = Texture(rng, side, 14 * scale, 50 * scale)
        self._camera = Texture(rng, side, 0.55)
        self._stain = WaveField.random(rng, [(2500.0, 9000.0, 1.0)])
        self._vesicles = ring_stamps(rng, _VESICLE / spec.pixel, 1.5 * scale, -0.15)
        self._tubules = ring_stamps(rng, 9 / spec.pixel, 1.9 * scale, 0.4)
        self._cores = dot_stamps(rng, 30 / spec.pixel)
        self._exposure = np.cumsum(rng.normal(0, 0.35, spec.depth)) * 0.4 + rng.normal(0, 1, spec.depth)
        self._exposure[rng.random(spec.depth) < 0.03] -= 3

    def paint(self, section: int, before: Profiles, here: Profiles, after: Profiles) -> SectionPixels:
        """Paint a section, given its profiles and those of its neighbours on the half-resolution grid."""
        rng = np.random.default_rng((self.seed, 11, section))
        shape = self.field.spec.size_px[1], self.field.spec.size_px[0]
        neuron = self.field.tissue.neuron_of_cell[here.cell]
        gap = _enlarge(here.gap, shape)
        image = self._cytoplasm(rng, neuron, shape)
        self._add_tubules(image, rng, section, here)
        self._add_vesicles(image, rng, section, here)
        for mitochondrion in self.interior.mitochondria.get(section, []):
            self._add_mitochondrion(image, rng, mitochondrion, here)
        image *= 1 - 0.16 * np.exp(gap * np.float32(-1 / 26))
        if self.field.tissue.tracheae:
            walls = np.isin(neuron, list(self.field.tissue.tracheae)) & (here.gap < 42)
            image -= 120 * _enlarge(ndimage.uniform_filter(walls.astype(np.float32), 3), shape)
        self._add_membranes(image, rng, before, here, after, gap)
        for t_bar in self.interior.t_bars.get(section, []):
            self._add_t_bar(image, rng, t_bar)
        return self._expose(image, rng, section)

    def _cytoplasm(self, rng: np.random.Generator, neuron: Ints, shape: tuple[int, int]) -> Singles:
        look = self.interior.look
        tone = _enlarge(ndimage.uniform_filter(look.tone[neuron].astype(np.float32), 3), shape)
        grain = _enlarge(look.grain[neuron].astype(np.float32), shape)
        granules = 0.55 * self._fine.part(rng, shape) + 0.75 * self._clumps.part(rng, shape)
        clouds = self._clouds.part(rng, shape)
        dark = np.maximum(granules + 0.3 * clouds - 0.3, 0) * 38 + granules * 6
        tone -= dark * grain
        tone += clouds * 4
        return tone

    def _inside(self, here: Profiles, x: Floats, y: Floats) -> tuple[Ints, Singles]:
        """Cell, and distance to the membrane in nm, at points in nm; cell -1 outside the image."""
        spacing = _STEP * self.field.spec.pixel
        column, row = np.rint(x / spacing).astype(int), np.rint(y / spacing).astype(int)
        rows, columns = here.cell.shape
        within = (column >= 0) & (row >= 0) & (column < columns) & (row < rows)
        column, row = np.clip(column, 0, columns - 1), np.clip(row, 0, rows - 1)
        return np.where(within, here.cell[row, column], -1), here.gap[row, column]

    def _add_tubules(self, image: Singles, rng: np.random.Generator, section: int, here: Profiles) -> None:
        cuts, centres = self.field.tissue.cuts[section], self.field.centres[section]
        offsets = [self.interior.tubules.get(disc) for disc in cuts.disc.tolist()]
        having = [index for index, offset in enumerate(offsets) if offset is not None]
        if not having:
            return
        places = [centres[i] + offsets[i] * (0.92 * cuts.width[i]) for i in having]
        place = np.concatenate(places)
        place += rng.normal(0, 9, place.shape)
        cell, gap = self._inside(here, place[:, 0], place[:, 1])
        own = (cell == np.repeat(cuts.cell[having], [len(part) for part in places])) & (gap > 20)
        strength = -rng.uniform(22, 66, int(own.sum()))
        self._mark(image, self._tubules, place[own], strength, rng)

    def _mark(self, image: Singles, stamps: Stamps, place: Floats, strength: Floats, rng: np.random.Generator) -> None:
        pixel = self.field.spec.pixel
        stamps.add(image, place[:, 0] / pixel, place[:, 1] / pixel, strength, rng.integers(0, 1 << 20, len(place)))

    def _add_vesicles(self, image: Singles, rng: np.random.Generator, section: int, here: Profiles) -> None:
        look, (width, height) = self.interior.look, self.field.spec.extent
        pitch = 47.0
        grid = np.mgrid[0 : int(height / pitch) + 1, 0 : int(width / pitch) + 1].reshape(2, -1).T[:, ::-1]
        place = (grid + rng.uniform(-0.32, 0.32, grid.shape)) * pitch
        cell, gap = self._inside(here, place[:, 0], place[:, 1])
        owner = self.field.tissue.neuron_of_cell[cell]
        chance = look.vesicles[owner]
        for t_bar in self.interior.t_bars.get(section, []):
            away = np.hypot(place[:, 0] - t_bar.x, place[:, 1] - t_bar.y)
            chance = np.where((cell == t_bar.cell) & (away < 300), np.maximum(chance, 1.1 - away / 380), chance)
        there = (rng.random(len(place)) < chance) & (gap > 25) & (cell >= 0)
        dense = rng.random(len(place)) < look.dense_cores[owner] * 0.6
        dense &= (gap > 34) & (cell >= 0)
        self._mark(image, self._vesicles, place[there], -rng.uniform(38, 78, int(there.sum())), rng)
        self._mark(image, self._cores, place[dense], -rng.uniform(90, 140, int(dense.sum())), rng)

    def _add_mitochondrion(
        self, image: Singles, rng: np.random.Generator, mitochondrion: Mitochondrion, here: Profiles
    ) -> None:
        pixel = self.field.spec.pixel
        window, x, y = self._window(mitochondrion.x, mitochondrion.y, mitochondrion.long + 24)
        if not x.size or not y.size:
            return
        shape = len(y), len(x)
        part = here.cell[window[0] // _STEP][:, window[1] // _STEP] == mitochondrion.cell
        gap = np.where(part, here.gap[window[0] // _STEP][:, window[1] // _STEP], -1)
        off_x, off_y = x[None, :] - mitochondrion.x, y[:, None] - mitochondrion.y
        along = off_x * np.cos(mitochondrion.angle) + off_y * np.sin(mitochondrion.angle)
        across = off_y * np.cos(mitochondrion.angle) - off_x * np.sin(mitochondrion.angle)
        wobble = self._clouds.part(rng, shape)
        radius = np.hypot(along / mitochondrion.long, across / mitochondrion.short) + 0.035 * wobble
        depth = np.minimum((1 - radius) * mitochondrion.short, ndimage.gaussian_filter(gap, 1.5) - 16)
        phase = off_x * np.cos(mitochondrion.cristae) + off_y * np.sin(mitochondrion.cristae)
        folds = np.sin(phase * (2 * np.pi / 33) + 0.9 * wobble + 0.5 * self._clumps.part(rng, shape))
        matrix = 92 + 9 * self._fine.part(rng, shape) + 8 * self._clumps.part(rng, shape)
        matrix += np.where(folds > 0.55, 26, 0) - 30 * np.exp(-(((folds - 0.1) / 0.35) ** 2))
        rim = np.exp(-(((depth - 4) / 4.5) ** 2)) + 0.7 * np.exp(-(((depth - 19) / 4.5) ** 2))
        matrix = matrix * (1 - 0.6 * np.minimum(rim, 1)) + 14 * np.exp(-(((depth - 11.5) / 3.5) ** 2))
        cover = np.clip(depth / (1.2 * pixel) + 0.5, 0, 1).astype(np.float32)
        target = image[window[0][0] : window[0][-1] + 1, window[1][0] : window[1][-1] + 1]
        target += cover * (matrix.astype(np.float32) - target)

    def _window(self, x: float, y: float, reach: float) -> tuple[tuple[Ints, Ints], Reals, Reals]:
        """Rows and columns within `reach` nm of a point, and their places in nm."""
        pixel, (width, height) = self.field.spec.pixel, self.field.spec.size_px[:2]
        columns = np.arange(max(0, int((x - reach) / pixel)), min(width, int((x + reach) / pixel) + 1))
        rows = np.arange(max(0, int((y - reach) / pixel)), min(height, int((y + reach) / pixel) + 1))
        return (rows, columns), columns * pixel, rows * pixel

    def _add_membranes(
        self,
        image: Singles,
        rng: np.random.Generator,
        before: Profiles,
        here: Profiles,
        after: Profiles,
        gap: Singles,
    ) -> None:
        """Darken membranes; a section is as thick as it is, so oblique ones come out broad and grey."""
        shape = image.shape[0], image.shape[1]
        roughness = self._clumps.part(rng, shape) * np.float32(1.6)
        middle = gap + roughness
        half = np.float32(_MEMBRANE)
        dark = np.zeros(shape, np.float32)
        for other in (before, after):
            signed = np.where(other.cell == here.cell, other.gap, -other.gap)
            edge = _enlarge((here.gap + np.clip(signed, -70, 70)) / 2, shape) + roughness
            centre, reach = (middle + edge) / 2, np.maximum(np.abs(middle - edge) / 2, 4)
            low, high = np.clip(centre - reach, -half, half), np.clip(centre + reach, -half, half)
            dark += (high - low) / (2 * reach)
        dark *= 0.5 * (1 - 0.1 * np.clip(self._clouds.part(rng, shape), -1, 2))
        image += dark * (_MEMBRANE_GREY - image)

    def _add_t_bar(self, image: Singles, rng: np.random.Generator, t_bar: TBar) -> None:
        window, x, y = self._window(t_bar.x, t_bar.y, 130)
        off_x, off_y = x[None, :] - t_bar.x, y[:, None] - t_bar.y
        inward = off_x * t_bar.inward_x + off_y * t_bar.inward_y
        aside = np.abs(off_y * t_bar.inward_x - off_x * t_bar.inward_y)
        shape = len(y), len(x)
        fuzz = 4 * self._clumps.part(rng, shape)
        platform = _soft(58 * t_bar.strength - aside + fuzz, 7) * _soft(13 - np.abs(inward - 50) + fuzz, 6)
        pedestal = _soft(19 - aside + fuzz, 6) * _soft(30 - np.abs(inward - 24), 6)
        density = _soft(72 - aside + fuzz, 14) * _soft(17 - np.abs(inward + 12) + fuzz, 7)
        halo = 0.3 * np.exp(-((aside / 62) ** 2) - ((inward - 28) / 46) ** 2)
        dark = np.maximum(np.maximum(platform, pedestal), np.maximum(0.72 * density, halo)) * t_bar.strength
        target = image[window[0][0] : window[0][-1] + 1, window[1][0] : window[1][-1] + 1]
        target += dark.astype(np.float32) * (16 - target)

    def _expose(self, image: Singles, rng: np.random.Generator, section: int) -> SectionPixels:
        """Blur, uneven stain, exposure and noise of the camera."""
        spec = self.field.spec
        image = ndimage.gaussian_filter(image, 0.85 * 4 / spec.pixel, truncate=2.5)
        x, y = np.arange(spec.size_px[0]) * spec.pixel, np.arange(spec.size_px[1]) * spec.pixel
        stain = self._stain.grid(x, y, 6.0 * section)
        gain = (1 + 0.02 * self._exposure[section]) * (1 + 0.025 * stain)
        image = (image - 125) * gain + (125 + 2.5 * self._exposure[section] + 3 * stain)
        image += self._camera.part(rng, spec.size_px[1::-1]) * (6 + 0.035 * image)
        grey: SectionPixels = np.clip(image + 0.5, 0, 255).astype(np.uint8)
        return grey


def _soft(distance: Reals, width: float) -> Floats:
    """0 to 1 as a distance goes from -width to width."""
    step: Floats = np.clip(distance / (2 * width) + 0.5, 0, 1)
    return step


def _enlarge(coarse: Singles, shape: tuple[int, int]) -> Singles:
    """Interpolate linearly from every second pixel to every pixel."""
    rows = np.empty((2 * coarse.shape[0] - 1, coarse.shape[1]), np.float32)
    rows[::2] = coarse
    rows[1::2] = (coarse[1:] + coarse[:-1]) * np.float32(0.5)
    fine = np.empty((len(rows), 2 * coarse.shape[1] - 1), np.float32)
    fine[:, ::2] = rows
    fine[:, 1::2] = (rows[:, 1:] + rows[:, :-1]) * np.float32(0.5)
    return fine[: shape[0], : shape[1]]
