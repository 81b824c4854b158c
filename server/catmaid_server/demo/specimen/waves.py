"""Smooth random fields that have a closed form, so that an image and a single point agree exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from catmaid_server.demo.specimen.spec import Floats, Reals, Singles


@dataclass(frozen=True, slots=True)
class WaveField:
    """A sum of plane waves over x, y (nm) whose phases drift from section to section.

    All arrays are (k,): wave numbers `kx`, `ky` in rad/nm, `drift` in rad/section, `phase` in rad, `amplitude`.
    """

    kx: Floats
    ky: Floats
    drift: Floats
    phase: Floats
    amplitude: Floats

    @classmethod
    def random(cls, rng: np.random.Generator, octaves: list[tuple[float, float, float]], waves: int = 14) -> WaveField:
        """Draw a field from octaves of (shortest wavelength nm, longest wavelength nm, standard deviation)."""
        shortest, longest, deviation = (np.repeat(column, waves) for column in np.array(octaves).T)
        count = len(deviation)
        wave_number = 2 * np.pi / np.exp(rng.uniform(np.log(shortest), np.log(longest)))
        heading = rng.uniform(0, 2 * np.pi, count)
        return cls(
            kx=wave_number * np.cos(heading),
            ky=wave_number * np.sin(heading),
            drift=rng.normal(0, 0.11, count),
            phase=rng.uniform(0, 2 * np.pi, count),
            amplitude=deviation * np.sqrt(2 / waves),
        )

    def at(self, x: Floats, y: Floats, section: float) -> Floats:
        """Values at points; x and y (n,) in nm."""
        phase = np.outer(x, self.kx) + np.outer(y, self.ky) + (self.phase + self.drift * section)
        values: Floats = np.sin(phase) @ self.amplitude
        return values

    def grid(self, x: Reals, y: Reals, section: float) -> Singles:
        """Values on the grid of columns x and rows y, in nm: (len(y), len(x)) float32."""
        across = np.outer(self.kx, x)
        down = np.outer(y, self.ky) + (self.phase + self.drift * section)
        rows = np.hstack([np.sin(down) * self.amplitude, np.cos(down) * self.amplitude])
        columns = np.vstack([np.cos(across), np.sin(across)])
        return rows.astype(np.float32) @ columns.astype(np.float32)
