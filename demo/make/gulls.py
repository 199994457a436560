"""Gulls over the dunes, late light from the left."""

import numpy as np

from light import lay
from noise import field
from shape import Sheet, range_line, ridge
from sea import Sea
from sky import clouds, gradient

SHAPE = (1080, 1920)
HORIZON = 800


def curve(points, steps=14):
    """A smooth line through four guiding points (cubic Bezier)."""
    a, b, c, d = (np.array(point, np.float32) for point in points)
    t = np.linspace(0, 1, steps)[:, None]
    return (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d


def gull(picture, x, y, size, tilt=0.0, lift=1.0):
    """One gull that glides towards us and to the left; `size` is half its span, `lift` how high its wrists stand."""
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]], np.float32)

    def draw_on(picture, colour, points, opacity=1.0):
        turned = [tuple(turn @ (np.array(point, np.float32) * size) + (x, y)) for point in points]
        return lay(picture, colour, Sheet(SHAPE).polygon(turned).mask() * opacity)

    def wing(side, reach):
        wrist, tip = (side * 0.42 * reach, -0.30 * lift), (side * reach, -0.02 * lift)
        front = [*curve([(0, -0.05), (side * 0.14, -0.14), (side * 0.28 * reach, -0.30 * lift), wrist]), *curve([wrist, (side * 0.62 * reach, -0.31 * lift), (side * 0.84 * reach, -0.2 * lift), tip])]
        back = [*curve([tip, (side * 0.7 * reach, -0.15 * lift), (side * 0.5 * reach, -0.14 * lift), (side * 0.4 * reach, -0.08 * lift)]), *curve([(side * 0.4 * reach, -0.08 * lift), (side * 0.26, 0.0), (side * 0.16, 0.06), (0, 0.09)])]
        return front, back, tip

    for side, reach, colour in ((1, 1.0, "#c3c6cd"), (-1, 0.86, "#faf3e4")):
        front, back, tip = wing(side, reach)
        picture = draw_on(picture, colour, front + back)
        picture = draw_on(picture, "#9aa3b1", back + [(side * 0.42 * reach, -0.2 * lift)], 0.55)
        dark = [front[-5], front[-3], tip, back[3], back[5]]
        picture = draw_on(picture, "#343943", dark, 0.9)
    angle = np.linspace(0, 2 * np.pi, 40)
    body = np.stack([np.cos(angle) * 0.19, np.sin(angle) * 0.085 + 0.03], axis=-1)
    picture = draw_on(picture, "#b9b6b8", body + (0.0, 0.012))
    picture = draw_on(picture, "#fbf5e9", body * (0.94, 0.8) + (-0.01, -0.002))
    tail = [(0.14, 0.0), (0.34, -0.02), (0.33, 0.06), (0.14, 0.07)]
    picture = draw_on(picture, "#eee6d8", tail)
    head = np.stack([np.cos(angle) * 0.075, np.sin(angle) * 0.062], axis=-1)
    picture = draw_on(picture, "#fdf9ef", head + (-0.205, 0.012))
    return draw_on(picture, "#e2912f", [(-0.265, 0.0), (-0.345, 0.032), (-0.262, 0.038)])


def dunes(picture):
    """Sand and grass in front."""
    line = range_line(1920, 1010, 170, 900, 61, 5)
    sand = ridge(SHAPE, line)
    ripple = field(SHAPE, 240, 22, 15, 5)
    colour = np.array([0.80, 0.62, 0.42]) + (np.array([0.99, 0.86, 0.64]) - np.array([0.80, 0.62, 0.42])) * ripple[..., None]
    picture = lay(picture, colour.astype(np.float32), sand)
    rng = np.random.default_rng(7)
    for tone in ("#4f5a33", "#7d7f46", "#b7a45f"):
        blades = Sheet(SHAPE)
        for _ in range(900):
            x = int(rng.integers(0, 1919))
            if np.sin(x / 130.0) + np.sin(x / 57.0 + 1) < rng.uniform(-0.6, 1.6):
                continue
            y = line[x] + rng.uniform(-4, 60)
            length = rng.uniform(50, 140)
            lean = rng.uniform(0.15, 0.75)
            blades.line([tuple(p) for p in curve([(x, y), (x, y - length * 0.5), (x + length * lean * 0.4, y - length), (x + length * lean, y - length * 0.92)], 7)], rng.uniform(1.2, 2.6))
        picture = lay(picture, tone, blades.mask())
    return picture


def draw():
    """The scene, before it is painted."""
    picture = gradient(SHAPE, HORIZON, [(0, "#2f6fa3"), (0.4, "#78aecb"), (0.75, "#d9dccb"), (1, "#fbd9a6")])
    picture = clouds(picture, HORIZON, 44, "#fff1d8", "#8497ad", 0.56, (760, 300), (1, -0.4), 3.0)
    picture = clouds(picture, HORIZON, 71, "#ffe3b8", "#a9a3ad", 0.34, (420, 90), (1, -0.3), 3.4, 0.8)
    picture = Sea(SHAPE, HORIZON, 3, 0.7, "#2d6d80", 1.2, 0.65).pour(picture)
    for x, y, size, tilt, lift in [
        (1310, 560, 56, -0.1, 0.5), (1520, 330, 70, 0.12, 1.2), (330, 240, 64, 0.1, 0.6), (1010, 210, 92, -0.12, 1.1), (1690, 620, 44, 0.0, 0.9), (590, 455, 215, -0.1, 1.15),
    ]:
        picture = gull(picture, x, y, size, tilt, lift)
    return dunes(picture)


SETTINGS = {"seed": 17, "fine": 0.95, "keep": 0.3}
