"""A cup of coffee by the window of the terminal, the harbour out of focus behind it."""

import numpy as np

from light import add, blur, glow, lay, ramp
from noise import field
from sea import Sea
from shape import Sheet, range_line, ridge
from ship import ferry
from sky import clouds, gradient

SHAPE = (1080, 1920)
EDGE = 650


def view():
    """What the window shows, out of focus."""
    picture = gradient(SHAPE, 430, [(0, "#6fa9c4"), (0.6, "#c5dcd8"), (1, "#fbe6c0")])
    picture = clouds(picture, 430, 6, "#fff6e4", "#a8bcc6", 0.45, (500, 120), (-1, -1), 3)
    picture = lay(picture, "#7fa3a6", ridge(SHAPE, range_line(1920, 432, 80, 500, 3)))
    picture = ferry(picture, 1110, 436, 420)
    picture = Sea(SHAPE, 430, 4, 1.0, "#2c6f83", 1.0, 0.5).pour(picture)
    return np.stack([blur(picture[..., channel], 7) for channel in range(3)], axis=-1)


def table(picture):
    """The table top, with the light of the window lying on it."""
    rows, columns = np.mgrid[0:1080, 0:1920].astype(np.float32)
    near = np.clip((rows - EDGE) / (1080 - EDGE), 0, 1)
    grain = field(SHAPE, 1300, 9, 12, 6)
    rings = 0.5 + 0.5 * np.sin((rows - EDGE) * (0.05 + 0.02 * (1 - near)) + grain * 9)
    wood = ramp(np.clip(grain * 0.6 + rings * 0.3, 0, 1), [(0, "#5b3520"), (0.5, "#96602f"), (1, "#c9924f")])
    wood = wood * (1.08 - 0.38 * near[..., None])
    picture = lay(picture, wood, np.clip(rows - EDGE, 0, 1))
    # Two panes of light, cast towards us and to the right.
    light = Sheet(SHAPE).polygon([(250, EDGE), (800, EDGE), (1010, 1080), (250, 1080)]).polygon([(900, EDGE), (1420, EDGE), (1900, 1080), (1150, 1080)])
    picture = add(picture, "#ffc983", blur(light.mask(), 10) * np.clip(rows - EDGE, 0, 1) * 0.42)
    return lay(picture, "#3a2114", Sheet(SHAPE).box(0, EDGE - 5, 1920, 9).mask() * 0.8)


def cup(picture, x, y, size):
    """Saucer, cup, coffee with a leaf of milk; y is the middle of the saucer."""
    u = size / 100
    columns = np.arange(1920, dtype=np.float32)[None, :] * np.ones((1080, 1), np.float32)
    shadow = Sheet(SHAPE).ellipse(x + 38 * u, y + 12 * u, 118 * u, 26 * u).mask()
    picture = lay(picture, "#2a160d", blur(shadow, 14) * 0.65)
    picture = lay(picture, "#c9c2b8", Sheet(SHAPE).ellipse(x, y + 5 * u, 104 * u, 27 * u).mask())
    picture = lay(picture, "#f7f2e9", Sheet(SHAPE).ellipse(x, y, 104 * u, 26 * u).mask())
    picture = lay(picture, "#d9d0c3", Sheet(SHAPE).ellipse(x, y + 1 * u, 62 * u, 14 * u).mask())
    picture = lay(picture, "#1f5a78", (Sheet(SHAPE).ellipse(x, y, 100 * u, 24.6 * u).mask() - Sheet(SHAPE).ellipse(x, y, 97 * u, 23.6 * u).mask()).clip(0, 1))
    handle = (Sheet(SHAPE).ellipse(x + 64 * u, y - 40 * u, 28 * u, 25 * u).mask() - Sheet(SHAPE).ellipse(x + 63 * u, y - 40 * u, 17 * u, 15 * u).mask()).clip(0, 1)
    picture = lay(picture, "#ded6ca", handle)
    body = [(x - 62 * u, y - 74 * u), (x - 60 * u, y - 48 * u), (x - 52 * u, y - 22 * u), (x - 36 * u, y - 4 * u), (x - 24 * u, y + 3 * u), (x + 24 * u, y + 3 * u), (x + 36 * u, y - 4 * u), (x + 52 * u, y - 22 * u), (x + 60 * u, y - 48 * u), (x + 62 * u, y - 74 * u)]
    mask = Sheet(SHAPE).polygon(body).mask()
    shade = ramp((columns - (x - 62 * u)) / (124 * u), [(0, "#e7dccb"), (0.22, "#fffaf0"), (0.55, "#e9e1d6"), (0.85, "#a89f9a"), (1, "#c9bdb0")])
    picture = lay(picture, shade, mask)
    rows = np.arange(1080, dtype=np.float32)[:, None] * np.ones((1, 1920), np.float32)
    stripe = np.exp(-(((rows - (y - 50 * u) + ((columns - x) / u) ** 2 * 0.0022 * -u) / (2.6 * u)) ** 2)) * mask
    picture = lay(picture, "#1f5a78", np.clip(stripe * 1.4, 0, 1))
    picture = lay(picture, "#fffaf2", Sheet(SHAPE).ellipse(x, y - 74 * u, 62 * u, 17 * u).mask())
    picture = lay(picture, "#b9a58f", Sheet(SHAPE).ellipse(x, y - 73 * u, 58 * u, 15 * u).mask())
    coffee = Sheet(SHAPE).ellipse(x, y - 71.5 * u, 55.5 * u, 13 * u).mask()
    picture = lay(picture, "#7a4522", coffee)
    picture = lay(picture, "#b9793f", Sheet(SHAPE).ellipse(x, y - 71.5 * u, 48 * u, 11 * u).mask())
    leaf = Sheet(SHAPE)
    for step in range(5):
        leaf.ellipse(x - 24 * u + step * 11 * u, y - 71.5 * u, (13 - step * 2.2) * u, (8 - step * 1.5) * u)
    veins = Sheet(SHAPE).line([(x - 36 * u, y - 71.5 * u), (x + 30 * u, y - 71.5 * u)], 1.3 * u)
    for step in range(4):
        veins.line([(x - 20 * u + step * 11 * u, y - 71.5 * u), (x - 27 * u + step * 11 * u, y - 77 * u + step * u)], u)
        veins.line([(x - 20 * u + step * 11 * u, y - 71.5 * u), (x - 27 * u + step * 11 * u, y - 66 * u - step * u)], u)
    picture = lay(picture, "#f6e7cf", leaf.mask() * 0.95)
    return lay(picture, "#b9793f", veins.mask() * 0.8)


def roll(picture, x, y, size):
    """A croissant on a plate."""
    u = size / 100
    picture = lay(picture, "#2a160d", blur(Sheet(SHAPE).ellipse(x + 34 * u, y + 16 * u, 150 * u, 34 * u).mask(), 14) * 0.6)
    picture = lay(picture, "#bfb8ae", Sheet(SHAPE).ellipse(x, y + 6 * u, 138 * u, 36 * u).mask())
    picture = lay(picture, "#f5f0e7", Sheet(SHAPE).ellipse(x, y, 138 * u, 35 * u).mask())
    picture = lay(picture, "#ddd5c9", Sheet(SHAPE).ellipse(x, y + 1 * u, 98 * u, 23 * u).mask())
    picture = lay(picture, "#5a3418", blur(Sheet(SHAPE).ellipse(x + 6 * u, y + 3 * u, 88 * u, 15 * u).mask(), 5) * 0.6)
    for step in (0, 6, 1, 5, 2, 4, 3):
        angle = (step - 3) / 3
        cx, cy = x + angle * 62 * u, y - (27 - 15 * angle**2) * u
        rx, ry = (20 - 4.5 * abs(angle)) * u, (30 - 14 * abs(angle)) * u
        tilt = [(np.cos(t) * rx + np.sin(t) * ry * angle * 0.55, np.sin(t) * ry) for t in np.linspace(0, 2 * np.pi, 40)]
        picture = lay(picture, "#8e4d1b", Sheet(SHAPE).polygon([(cx + px, cy + py) for px, py in tilt]).mask())
        picture = lay(picture, "#cf8635", Sheet(SHAPE).polygon([(cx + px * 0.86 - 1.5 * u, cy + py * 0.9 - 1.5 * u) for px, py in tilt]).mask())
        picture = lay(picture, "#f0bd6b", blur(Sheet(SHAPE).polygon([(cx + px * 0.42 - 5 * u, cy + py * 0.5 - 7 * u) for px, py in tilt]).mask(), 4) * 0.85)
    return picture


def draw():
    """The scene, before it is painted."""
    picture = view()
    frame = Sheet(SHAPE).box(0, 0, 1920, 26).box(838, 0, 34, EDGE).box(0, 0, 60, EDGE).box(1560, 0, 34, EDGE).box(0, EDGE - 40, 1920, 40)
    picture = lay(picture, "#31424c", frame.mask())
    picture = lay(picture, "#6f8790", Sheet(SHAPE).box(838, 26, 8, EDGE - 66).box(60, 26, 8, EDGE - 66).box(1560, 26, 8, EDGE - 66).box(0, EDGE - 40, 1920, 6).mask())
    picture = add(picture, "#ffe2b0", glow(SHAPE, 350, 60, 520, 1.2) * 0.4)
    picture = table(picture)
    picture = roll(picture, 1360, 865, 175)
    picture = cup(picture, 640, 895, 265)
    rows = np.arange(1080, dtype=np.float32)[:, None] * np.ones((1, 1920), np.float32)
    columns = np.arange(1920, dtype=np.float32)[None, :] * np.ones((1080, 1), np.float32)
    drift = 40 * np.sin(rows / 62) + 26 * np.sin(rows / 33 + 1)
    steam = np.exp(-(((columns - 640 - drift) / (34 + (690 - rows) * 0.13).clip(14, 120)) ** 2)) * np.clip((700 - rows) / 60, 0, 1) * np.clip((rows - 250) / 350, 0, 1)
    return add(picture, "#fff6e6", steam * field(SHAPE, 60, 130, 2, 4) * 0.5)


SETTINGS = {"seed": 23, "fine": 0.85, "keep": 0.32}
