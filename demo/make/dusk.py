"""The old harbour at dusk: gabled houses, lit windows, masts, long reflections."""

import numpy as np

from light import add, blur, glow, lay
from sea import Sea
from shape import Sheet, range_line, ridge
from sky import clouds, gradient

SHAPE = (1080, 1920)
HORIZON = 640


def houses(picture, rng):
    """A row of narrow houses along the quay; hands back the picture and the lit windows as light."""
    x = 250.0
    windows = Sheet(SHAPE)
    walls = ["#2c2440", "#38273f", "#241f3a", "#41293a", "#2f2b4a", "#3b2433"]
    lamps = []
    while x < 1640:
        width, height = rng.uniform(66, 108), rng.uniform(120, 205)
        left, top = x, HORIZON - height
        gable = rng.uniform(0.42, 0.7) * width
        steps = int(rng.integers(0, 3))
        points = [(left, HORIZON), (left, top)]
        if steps == 0:
            points += [(left + width / 2, top - gable)]
        elif steps == 1:
            for step in range(4):
                points += [(left + width * step / 8, top - gable * step / 3.4), (left + width * (step + 1) / 8, top - gable * step / 3.4)]
            points += [(left + width * (8 - step) / 8, top - gable * step / 3.4) for step in (3, 2, 1) for _ in (0,)]
        else:
            points += [(left + width * 0.3, top - gable * 0.25), (left + width * 0.36, top - gable), (left + width * 0.64, top - gable), (left + width * 0.7, top - gable * 0.25)]
        points += [(left + width, top), (left + width, HORIZON)]
        picture = lay(picture, walls[int(rng.integers(len(walls)))], Sheet(SHAPE).polygon(points).mask())
        columns, rows = int(width // 26), int(height // 38)
        for row in range(rows):
            for column in range(columns):
                if rng.random() < 0.42:
                    shade = int(rng.uniform(110, 255))
                    wx = left + width * (column + 0.5) / columns - 6
                    windows.box(wx, top + 12 + row * 38, 12, 20, 1, shade)
        if rng.random() < 0.5:
            lamps.append(left + width / 2)
        x += width + (rng.uniform(8, 40) if rng.random() < 0.16 else 0)
    return picture, windows.mask(), lamps


def draw():
    """The scene, before it is painted."""
    rng = np.random.default_rng(12)
    picture = gradient(SHAPE, HORIZON, [(0, "#141c46"), (0.4, "#4b3377"), (0.68, "#b9567d"), (0.86, "#f5906a"), (1, "#ffd79a")])
    picture = clouds(picture, HORIZON, 31, "#ff9f7a", "#4a3a76", 0.46, (900, 110), (0, 1), 4)
    picture = clouds(picture, HORIZON, 77, "#ffc9a0", "#8a4f86", 0.3, (500, 60), (0, 1), 3, 0.7)
    picture = lay(picture, "#5b3f74", ridge(SHAPE, range_line(1920, HORIZON + 2, 70, 700, 8)))
    picture, windows, lamps = houses(picture, rng)
    masts = Sheet(SHAPE)
    for x in rng.uniform(120, 1800, 20):
        height = rng.uniform(110, 260)
        masts.line([(x, HORIZON), (x + rng.uniform(-4, 4), HORIZON - height)], 2.6)
        masts.line([(x, HORIZON - height * 0.96), (x - height * 0.24, HORIZON - 12)], 0.9)
        masts.line([(x, HORIZON - height * 0.96), (x + height * 0.28, HORIZON - 12)], 0.9)
        masts.polygon([(x - 46, HORIZON - 15), (x + 52, HORIZON - 19), (x + 38, HORIZON + 1), (x - 36, HORIZON + 1)])
    tower = Sheet(SHAPE).box(1110, HORIZON - 360, 54, 360).polygon([(1104, HORIZON - 358), (1137, HORIZON - 490), (1170, HORIZON - 358)])
    picture = lay(picture, "#2a2342", tower.mask())
    picture = lay(picture, "#ffd27a", Sheet(SHAPE).ellipse(1137, HORIZON - 318, 15, 15).mask() * 0.9)
    picture = lay(picture, "#1c1930", masts.mask())
    picture = lay(picture, "#1a1730", Sheet(SHAPE).box(0, HORIZON - 9, 1920, 12).mask())
    picture = add(picture, "#ffbe5c", windows * 0.95 + blur(windows, 9) * 0.8)
    for x in lamps:
        picture = add(picture, "#ffb65a", glow(SHAPE, x, HORIZON - 34, 12, 1.6) * 1.1)
        picture = add(picture, "#ffe9bd", glow(SHAPE, x, HORIZON - 34, 4, 2.2))
    water = Sea(SHAPE, HORIZON, 5, 1.15, "#0e1734", 1.15, 0.55)
    return water.pour(picture)


SETTINGS = {"seed": 11, "fine": 0.85, "keep": 0.3}
