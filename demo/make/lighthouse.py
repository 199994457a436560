"""The lighthouse on its rocks in the last light before the storm."""

import numpy as np

from light import add, blur, glow, lay
from noise import field
from sea import Sea
from shape import Sheet, range_line, ridge
from sky import clouds, gradient

SHAPE = (1080, 1920)
HORIZON = 730
LAMP = (1352, 262)


def tower(picture, x, foot, head, width, bands=5):
    """A round tower: red and white bands, gallery, lantern; lit from the left."""
    shape = picture.shape[:2]
    height = foot - head

    def edge(share):
        return width * (0.5 - 0.17 * share)

    body = Sheet(shape).polygon([(x - edge(0), foot), (x + edge(0), foot), (x + edge(1), head), (x - edge(1), head)]).mask()
    picture = lay(picture, "#efe6d6", body)
    for band in range(0, bands, 2):
        low, high = band / bands, (band + 1) / bands
        points = [(x - edge(low), foot - height * low), (x + edge(low), foot - height * low), (x + edge(high), foot - height * high), (x - edge(high), foot - height * high)]
        picture = lay(picture, "#b8392d", Sheet(shape).polygon(points).mask())
    columns = np.arange(shape[1], dtype=np.float32)[None, :] * np.ones((shape[0], 1), np.float32)
    picture = lay(picture, "#1b2238", np.clip((columns - x) / width * 1.3 + 0.3, 0, 0.82) * body)
    u = width / 100
    panes = Sheet(shape)
    for share in (0.16, 0.46, 0.72):
        panes.box(x - 8 * u, foot - height * share - 20 * u, 15 * u, 24 * u, 4 * u)
    picture = lay(picture, "#ffd27a", panes.mask() * 0.95)
    iron = Sheet(shape).box(x - 46 * u, head - 8 * u, 92 * u, 10 * u).box(x - 40 * u, head - 66 * u, 80 * u, 6 * u)
    iron.polygon([(x - 42 * u, head - 64 * u), (x + 42 * u, head - 64 * u), (x, head - 106 * u)]).line([(x, head - 100 * u), (x, head - 132 * u)], 4 * u)
    for side in (-44, -30, -15, 0, 15, 30, 44):
        iron.line([(x + side * u, head - 6 * u), (x + side * u, head - 30 * u)], 2.4 * u)
    iron.line([(x - 45 * u, head - 29 * u), (x + 45 * u, head - 29 * u)], 2.6 * u)
    picture = lay(picture, "#ffe7ad", Sheet(shape).box(x - 27 * u, head - 62 * u, 54 * u, 54 * u).mask())
    bars = Sheet(shape)
    for side in (-27, -9, 9, 27):
        bars.line([(x + side * u, head - 62 * u), (x + side * u, head - 6 * u)], 3 * u)
    return lay(picture, "#2a2733", np.clip(iron.mask() + bars.mask(), 0, 1))


def rocks(picture, foot, seed, left, right, top, dark="#1d2030", bright="#8a6a5e"):
    """A rocky island between left and right, lit from the left."""
    shape = picture.shape[:2]
    columns = np.arange(shape[1], dtype=np.float32)
    middle, half = (left + right) / 2, (right - left) / 2
    dome = np.clip(1 - ((columns - middle) / half) ** 2, 0, 1) ** 0.6
    rough = range_line(shape[1], 0, 1, 150, seed, 7)
    line = foot + 6 - dome * (foot - top) * (0.78 - 0.34 * rough)
    mask = ridge(shape, line) * (dome > 0)[None, :]
    stone = field(shape, 130, 60, seed + 2, 6)
    side = np.clip(0.42 + (stone - stone[:, np.clip(np.arange(shape[1]) + 9, 0, shape[1] - 1)]) * 5, 0, 1)
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    side = side * np.clip(1.25 - (rows - line[None, :]) / 150, 0.15, 1)
    tone = lambda text: np.array([int(text[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32)
    colour = tone(dark) + (tone(bright) - tone(dark)) * side[..., None]
    return lay(picture, colour.astype(np.float32), mask * (rows <= foot + 4))


def beam(picture, x, y, towards, spread, strength, colour="#ffe2a3"):
    """A beam from the lamp towards an angle (radians), fading with distance."""
    rows, columns = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]].astype(np.float32)
    distance = np.hypot(columns - x, rows - y) + 1
    off = np.abs(np.angle(np.exp(1j * (np.arctan2(rows - y, columns - x) - towards))))
    light = np.exp(-((off / spread) ** 2)) * np.exp(-distance / 900)
    return add(picture, colour, light * strength)


def draw():
    """The scene, before it is painted."""
    picture = gradient(SHAPE, HORIZON, [(0, "#1e2c4a"), (0.4, "#3f5878"), (0.72, "#8c8c95"), (0.9, "#e6a877"), (1, "#ffc98a")])
    picture = clouds(picture, HORIZON, 55, "#b9a3a0", "#27334f", 0.62, (900, 260), (-0.7, 1), 3.0, 0.92)
    picture = clouds(picture, HORIZON, 28, "#f6b98b", "#5a5f7a", 0.34, (520, 80), (-0.7, 1), 3.4, 0.75)
    picture = beam(picture, *LAMP, np.pi + 0.10, 0.045, 0.75)
    picture = beam(picture, *LAMP, 0.10, 0.05, 0.6)
    picture = rocks(picture, HORIZON, 8, 1000, 1790, 560)
    picture = tower(picture, LAMP[0], 628, 302, 104)
    house = Sheet(SHAPE).box(1430, 560, 120, 70).mask()
    picture = lay(picture, "#d8cbb9", house)
    picture = lay(picture, "#3a3040", Sheet(SHAPE).polygon([(1420, 562), (1445, 522), (1536, 522), (1560, 562)]).mask())
    picture = lay(picture, "#ffcf7d", Sheet(SHAPE).box(1450, 582, 20, 24).box(1506, 582, 20, 24).mask())
    picture = rocks(picture, HORIZON, 19, 1080, 1700, 615)
    picture = add(picture, "#ffdf9b", glow(SHAPE, *LAMP, 70, 1.4) * 0.9)
    picture = add(picture, "#ffffff", glow(SHAPE, *LAMP, 20, 2.4) * 1.0)
    picture = Sea(SHAPE, HORIZON, 61, 1.9, "#10283a", 1.25, 0.6).pour(picture)
    foam = Sheet(SHAPE).ellipse(1390, HORIZON + 6, 400, 15).mask()
    surf = np.clip((field(SHAPE, 70, 10, 4, 5) - 0.45) * 3, 0, 1)
    return lay(picture, "#f2e6da", blur(foam, 4) * surf * 0.9)


SETTINGS = {"seed": 41, "fine": 0.9, "keep": 0.3}
