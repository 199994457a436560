"""A wooden pier that runs into the fog, its lamps still lit."""

import numpy as np

from light import add, blur, glow, lay
from noise import field
from sea import Sea
from shape import Sheet
from sky import clouds, gradient

SHAPE = (1080, 1920)
HORIZON = 500
VANISH = (1010, 492)


def at(side, distance, lift=0.0):
    """A point of the pier: side -1 to 1, distance from 1 (at our feet) outwards, lift above the planks."""
    return (VANISH[0] + side * 640 / distance, VANISH[1] + (600 - lift * 560) / distance)


def planks():
    """The deck: its mask, and light and dark of single planks."""
    deck = Sheet(SHAPE).polygon([at(-1, 1), at(1, 1), at(1, 60), at(-1, 60)]).mask()
    rng = np.random.default_rng(3)
    tones = Sheet(SHAPE)
    distance = 0.9
    while distance < 26:
        further = distance + 0.085
        tones.polygon([at(-1, distance), at(1, distance), at(1, further), at(-1, further)], int(rng.uniform(70, 255)))
        tones.line([at(-1, further), at(1, further)], max(0.6, 5 / distance), 8)
        distance = further
    return deck, tones.mask()


def draw():
    """The scene, before it is painted."""
    picture = gradient(SHAPE, HORIZON, [(0, "#54707f"), (0.5, "#8fa9ab"), (0.85, "#d8d6c4"), (1, "#ecdfc8")])
    picture = clouds(picture, HORIZON, 9, "#e6dccb", "#6f8891", 0.5, (900, 150), (0.4, 1), 2.4, 0.7)
    picture = add(picture, "#ffdfa6", glow(SHAPE, 1010, 470, 300, 1.3) * 0.6)
    picture = Sea(SHAPE, HORIZON, 33, 0.9, "#3d6570", 1.1, 0.5).pour(picture)
    posts = Sheet(SHAPE)
    for distance in np.geomspace(1.15, 16, 13):
        for side in (-1.03, 1.03):
            x, y = at(side, distance)
            posts.polygon([(x - 26 / distance, y - 6 / distance), (x + 26 / distance, y - 6 / distance), (x + 24 / distance, y + 330 / distance), (x - 24 / distance, y + 330 / distance)])
    picture = lay(picture, "#2d3a3f", blur(posts.mask(), 0.6))
    deck, tones = planks()
    grain = field(SHAPE, 500, 5, 6, 5)
    wood = np.array([0.30, 0.25, 0.22]) + (np.array([0.72, 0.62, 0.50]) - np.array([0.30, 0.25, 0.22])) * np.clip(tones * 0.75 + grain * 0.35 - 0.05, 0, 1)[..., None]
    picture = lay(picture, wood.astype(np.float32), deck)
    for distance in np.geomspace(13, 1.25, 11):
        haze = np.clip(1 - 1.6 / distance, 0, 1) * 0.75
        colour = np.array([0.13, 0.17, 0.19]) * (1 - haze) + np.array([0.80, 0.79, 0.72]) * haze
        rail = Sheet(SHAPE)
        nearer = max(1.0, distance / 1.27)
        for side in (-0.98, 0.98):
            foot, head = at(side, distance), at(side, distance, 0.42)
            rail.line([foot, head], 15 / distance)
            for lift in (0.41, 0.22):
                rail.line([at(side, distance, lift), at(side, nearer, lift)], 9 / distance)
        picture = lay(picture, colour.astype(np.float32), rail.mask())
    for number, distance in enumerate(np.geomspace(11, 1.7, 6)):
        side = -0.98 if number % 2 else 0.98
        haze = np.clip(1 - 1.6 / distance, 0, 1) * 0.7
        colour = np.array([0.10, 0.14, 0.16]) * (1 - haze) + np.array([0.80, 0.79, 0.72]) * haze
        foot, head = at(side, distance), at(side, distance, 1.35)
        arm = (head[0] - np.sign(side) * 70 / distance, head[1] - 6 / distance)
        lamp = Sheet(SHAPE).line([foot, head, arm], 12 / distance).ellipse(arm[0], arm[1] + 14 / distance, 22 / distance, 13 / distance)
        picture = lay(picture, colour.astype(np.float32), lamp.mask())
        picture = add(picture, "#ffc978", glow(SHAPE, arm[0], arm[1] + 26 / distance, 62 / distance + 8, 1.5) * 0.95)
        picture = add(picture, "#fff3d6", glow(SHAPE, arm[0], arm[1] + 24 / distance, 18 / distance + 2, 2.5))
    rows = np.arange(SHAPE[0], dtype=np.float32)[:, None] * np.ones((1, SHAPE[1]), np.float32)
    fog = np.exp(-(((rows - 505) / 70) ** 2)) * (0.45 + 0.5 * field(SHAPE, 800, 60, 12, 4))
    return lay(picture, "#e9e0cf", fog * 0.75)


SETTINGS = {"seed": 31, "fine": 0.95, "keep": 0.3}
