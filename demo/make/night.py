"""Portrait: the lighthouse under the stars, for the sign that shows the way."""

import numpy as np

from light import add, glow, lay
from lighthouse import beam, rocks, tower
from sea import Sea
from shape import range_line, ridge
from sky import clouds, gradient, stars

SHAPE = (1920, 1080)
HORIZON = 1330
LAMP = (560, 806)


def draw():
    """The scene, before it is painted."""
    picture = gradient(SHAPE, HORIZON, [(0, "#070d24"), (0.35, "#10234a"), (0.68, "#25506f"), (0.9, "#5f8f94"), (1, "#d9b98c")])
    rows, columns = np.mgrid[0:1920, 0:1080].astype(np.float32)
    band = np.exp(-(((columns - 820 + rows * 0.45) / 190) ** 2))
    picture = add(picture, "#6f86c4", band * np.clip(1 - rows / 1100, 0, 1) * 0.34)
    picture = stars(picture, HORIZON, 5, 1500, 1.0)
    picture = clouds(picture, HORIZON, 66, "#9fb6bd", "#1d3a58", 0.36, (760, 110), (0, 1), 3, 0.75)
    picture = beam(picture, *LAMP, np.pi + 0.24, 0.06, 0.7)
    picture = beam(picture, *LAMP, -0.24, 0.06, 0.7)
    picture = lay(picture, "#1b3850", ridge(SHAPE, range_line(1080, HORIZON + 2, 60, 420, 5)))
    picture = rocks(picture, HORIZON, 12, 180, 960, 1170, "#0d1626", "#5d6f78")
    picture = tower(picture, LAMP[0], 1222, 852, 122)
    picture = rocks(picture, HORIZON, 31, 240, 900, 1206, "#0b1322", "#4d5f6a")
    picture = add(picture, "#ffdf9b", glow(SHAPE, *LAMP, 85, 1.4) * 0.95)
    picture = add(picture, "#ffffff", glow(SHAPE, *LAMP, 24, 2.4))
    return Sea(SHAPE, HORIZON, 15, 1.3, "#081a2c", 1.25, 0.5).pour(picture)


SETTINGS = {"seed": 51, "fine": 0.9, "keep": 0.3}
