"""Islands behind islands in the morning mist, one red sail."""

from light import add, glow, lay
from noise import field
from sea import Sea
from shape import range_line, ridge
from ship import sail
from sky import gradient

import numpy as np

SHAPE = (1080, 1920)
HORIZON = 690


def draw():
    """The scene, before it is painted."""
    picture = gradient(SHAPE, HORIZON, [(0, "#5d8a9b"), (0.4, "#a6c4c0"), (0.75, "#f0dfc0"), (1, "#f9e9cf")])
    picture = add(picture, "#ffe3a8", glow(SHAPE, 640, 330, 240, 1.3) * 0.7)
    picture = add(picture, "#fff7df", glow(SHAPE, 640, 330, 46, 4) * 1.1)
    layers = [
        (440, 300, 900, 3, "#b9ccc6"), (520, 300, 700, 14, "#98b5b4"), (590, 280, 620, 29, "#74999d"),
        (650, 250, 520, 35, "#4d7a82"), (HORIZON + 4, 190, 430, 46, "#2b5560"),
    ]
    rows = np.arange(SHAPE[0], dtype=np.float32)[:, None] * np.ones((1, SHAPE[1]), np.float32)
    for base, height, scale, seed, colour in layers:
        line = range_line(SHAPE[1], base, height, scale, seed, 7)
        picture = lay(picture, colour, ridge(SHAPE, line))
        mist = np.clip((rows - (base - height * 0.55)) / (height * 0.75), 0, 1) * (field(SHAPE, 700, 90, seed + 5, 4) * 0.5 + 0.5)
        picture = lay(picture, "#efe3cd", mist * (0.75 if base < HORIZON else 0.35) * ridge(SHAPE, line))
    picture = sail(picture, 1330, HORIZON + 4, 190, "#c9482f", "#3a2622", 0.25)
    water = Sea(SHAPE, HORIZON, 77, 0.75, "#255560", 1.1, 0.45)
    return water.pour(picture)


SETTINGS = {"seed": 8, "fine": 1.1, "keep": 0.2}
