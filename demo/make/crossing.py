"""The ferry on its way, on a bright morning."""

from light import lay
from sea import Sea
from shape import range_line, ridge
from ship import ferry, wake
from sky import clouds, gradient

SHAPE = (1080, 1920)
HORIZON = 590


def draw():
    """The scene, before it is painted."""
    picture = gradient(SHAPE, HORIZON, [(0, "#2f7fb8"), (0.45, "#6fb3d6"), (0.8, "#c3e0e6"), (1, "#f3efdc")])
    picture = clouds(picture, HORIZON, 52, "#fffaf0", "#9fb6c8", 0.5, (620, 210), (-0.5, -1), 3.6)
    picture = clouds(picture, HORIZON, 14, "#ffffff", "#b9cad4", 0.32, (300, 50), (-0.5, -1), 3, 0.8)
    for base, height, scale, seed, colour in [
        (HORIZON + 2, 130, 620, 91, "#a9c6d0"), (HORIZON + 2, 84, 460, 17, "#7fa9b3"), (HORIZON + 2, 44, 340, 23, "#55857f"),
    ]:
        picture = lay(picture, colour, ridge(SHAPE, range_line(1920, base, height, scale, seed)))
    picture = ferry(picture, 470, HORIZON + 22, 900)
    # Everything that stands on the water is mirrored at its own foot.
    water = Sea(SHAPE, HORIZON + 22, 9, 1.25, "#0f4f66", 1.0, 0.62)
    shore = picture.copy()
    picture[HORIZON : HORIZON + 22] = lay(picture[HORIZON : HORIZON + 22], "#3f8494", (1 - hull_mask()) * 0.9)
    mirrored = water.pour(shore)
    picture[HORIZON + 22 :] = mirrored[HORIZON + 22 :]
    picture = wake(picture, 470, HORIZON + 22, 480, 30, 8)
    return wake(picture, 1290, HORIZON + 24, 40, 16, 3, strength=0.9)


def hull_mask():
    """Where the hull covers the strip between horizon and waterline."""
    import numpy as np

    blank = np.zeros((*SHAPE, 3), np.float32)
    drawn = ferry(blank, 470, HORIZON + 22, 900)
    return (drawn.sum(axis=-1) > 0).astype(np.float32)[HORIZON : HORIZON + 22]


SETTINGS = {"seed": 5, "fine": 0.9, "keep": 0.34}
