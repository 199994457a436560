"""The open sea at sunrise, the sun a hand above the horizon."""

import numpy as np

from light import add, glow
from sea import Sea
from ship import sail
from sky import clouds, gradient

SHAPE = (1080, 1920)
HORIZON = 560


def draw():
    """The scene, before it is painted."""
    picture = gradient(SHAPE, HORIZON, [(0, "#3f77a6"), (0.35, "#8fb3bd"), (0.65, "#f3cf9f"), (0.88, "#ffb070"), (1, "#ff8f5c")])
    picture = clouds(picture, HORIZON, 20, "#ffd9b0", "#8f7f9c", 0.5, (1100, 90), (0.3, 1), 3.2)
    picture = clouds(picture, HORIZON, 4, "#fff0d2", "#c58f8c", 0.3, (420, 60), (0.3, 1), 4, 0.8)
    picture = add(picture, "#ffb35e", glow(SHAPE, 1240, 476, 210, 1.2) * 0.75)
    picture = add(picture, "#fff3c9", glow(SHAPE, 1240, 476, 44, 3.4) * 1.6)
    picture = sail(picture, 520, HORIZON + 3, 120, "#7d5a5c", "#3b2d3c", 0.3)
    water = Sea(SHAPE, HORIZON, 41, 1.6, "#12405a", 1.0, 0.62)
    picture = water.pour(picture)
    rows, columns = np.mgrid[HORIZON:1080, 0:1920].astype(np.float32)
    width = 26 + (rows - HORIZON) * 0.42
    path = np.exp(-(((columns - 1240) / width) ** 2))
    sparkle = np.clip(water.heights(0.0) * 2.2 + 0.1, 0, 1)
    lower = add(picture[HORIZON:], "#ffd08a", path * sparkle * 1.0)
    picture[HORIZON:] = add(lower, "#fff2cf", path**2 * np.clip(sparkle - 0.45, 0, 1) * 1.6)
    return picture


SETTINGS = {"seed": 21, "fine": 1.05, "keep": 0.22}
