"""Water: a mirror that waves, more the nearer it is."""

import numpy as np

from light import rgb
from noise import look_up, tile

SIZE = 512


class Sea:
    """The water below a horizon. `swell` is the height of the waves, `tint` what it shows where it mirrors nothing."""

    def __init__(self, shape, horizon, seed, swell=1.0, tint="#0d2a3a", mirror=1.0, deep=0.6):
        self.shape, self.horizon, self.swell, self.mirror, self.deep = shape, horizon, swell, mirror, deep
        self.tint = rgb(tint)
        self.waves = [tile(SIZE, cells, seed + at, 3) for at, cells in enumerate((6, 10, 18))]
        height, width = shape
        rows, columns = np.mgrid[horizon:height, 0:width].astype(np.float32)
        self.rows, self.columns = rows, columns
        self.near = (rows - horizon + 0.5) / (height - horizon)
        self.far = 1 / (self.near + 0.15)
        self.across = (columns - width / 2) / width * self.far

    def heights(self, time):
        """Height of the waves at every pixel of the water, about -1 to 1."""
        a, b, c = self.waves
        x, z = self.across, self.far
        big = look_up(a, x * 260 + time * 5, z * 330 + time * 26)
        middle = look_up(b, x * 420 - time * 9, z * 560 + time * 40)
        small = look_up(c, x * 700 + time * 12, z * 900 - time * 30)
        return big * 0.8 + middle * 0.7 + small * 0.55

    def pour(self, picture, time=0.0):
        """The picture with water below its horizon, mirroring what stands above."""
        height, width = self.shape
        waves = self.heights(time)
        reach = self.swell * (5 + 120 * self.near**0.8)
        mirrored = self.horizon - (self.rows - self.horizon) * self.mirror - 1
        exact = np.clip(mirrored + waves * reach, 0, self.horizon - 1.001)
        rows = exact.astype(np.int64)
        part = (exact - rows)[..., None]
        columns = np.clip(self.columns + waves * reach * 0.16, 0, width - 1).astype(np.int64)
        mirror = picture[rows, columns] * (1 - part) + picture[rows + 1, columns] * part
        # Steeper looks see into the water, flat looks are thrown back.
        depth = np.clip(self.deep * self.near**0.7 + 0.18 * waves, 0, 1)[..., None]
        # Lights outshine what is below the surface.
        depth = depth * (1 - 0.85 * np.clip(mirror.min(axis=-1, keepdims=True), 0, 1) ** 3)
        water = mirror * (1 - depth) + self.tint * depth
        crest = np.clip(waves - 0.35, 0, 1)[..., None] * (0.25 + 0.4 * self.near[..., None])
        water = water + (mirror * 1.25 - water) * np.clip(crest * 2, 0, 1)
        out = picture.copy()
        out[self.horizon :] = np.clip(water, 0, 1)
        return out
