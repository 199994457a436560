"""Vessels, drawn from the side on a sheet: ferry, sailing boat, fishing boat."""

import numpy as np

from light import blur, lay
from shape import Sheet


def ferry(picture, x, y, size, sun=1.0, panes_lit=None):
    """A car ferry whose waterline stands at y, bow to the right; `size` is its length in pixels, `sun` its brightness.

    `panes_lit` is the colour of lit windows; without it they are dark.
    """
    shape = picture.shape[:2]
    u = size / 100

    def at(points):
        return [(x + px * u, y - py * u) for px, py in points]

    def shade(colour):
        return np.clip(np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32) * sun, 0, 1)

    hull = Sheet(shape).polygon(at([(1, 0), (0, 9), (84, 9), (100, 12.5), (95, 0)])).mask()
    picture = lay(picture, shade("#1d3f63"), hull)
    band = Sheet(shape).polygon(at([(0.3, 6.2), (0, 9), (84, 9), (100, 12.5), (98.6, 9.4), (84, 6.2)])).mask()
    picture = lay(picture, shade("#f4f1ea"), band)
    picture = lay(picture, shade("#b6402f"), Sheet(shape).polygon(at([(1, 0), (0.8, 1.7), (95.5, 1.7), (95, 0)])).mask())
    decks = [((3, 9), (82, 9), (79, 15), (5, 15)), ((8, 15), (76, 15), (73, 20), (10, 20)), ((46, 20), (72, 20), (68, 25.5), (48, 25.5))]
    for number, deck in enumerate(decks):
        mask = Sheet(shape).polygon(at(deck)).mask()
        picture = lay(picture, shade(("#f7f4ec", "#efece4", "#f9f6ef")[number]), mask)
        left, right, top = deck[3][0], deck[2][0], deck[2][1]
        below = Sheet(shape).polygon(at([(left - 1, top), (right + 3, top), (right + 3, top - 0.7), (left - 1, top - 0.7)])).mask()
        picture = lay(picture, shade("#8d99a4"), below * 0.8)
    panes = Sheet(shape)
    for row, (left, right, level) in enumerate([(8, 76, 11), (13, 70, 16.6)]):
        step = 2.6 if row == 0 else 2.2
        for px in np.arange(left, right, step):
            panes.box(x + px * u, y - (level + 1.9) * u, 1.5 * u, 1.7 * u, 0.4 * u)
    panes.polygon(at([(50, 22), (69.6, 22), (68.6, 24.3), (50.4, 24.3)]))
    picture = lay(picture, panes_lit or shade("#2b4a63"), panes.mask())
    funnel = Sheet(shape).polygon(at([(20, 20), (31, 20), (29, 31), (19.5, 31)])).mask()
    picture = lay(picture, shade("#c8452f"), funnel)
    picture = lay(picture, shade("#f7f4ec"), Sheet(shape).polygon(at([(19.9, 25), (30.2, 25), (29.7, 27.8), (19.7, 27.8)])).mask())
    picture = lay(picture, shade("#20262c"), Sheet(shape).polygon(at([(19.5, 29.6), (29.2, 29.6), (29, 31), (19.5, 31)])).mask())
    rig = Sheet(shape).line(at([(60, 25), (60, 36)]), 0.5 * u).line(at([(57, 31), (63, 31)]), 0.35 * u).line(at([(88, 11), (88, 19)]), 0.4 * u)
    rig.line(at([(3, 9), (3, 16)]), 0.4 * u)
    picture = lay(picture, shade("#dfe3e6"), rig.mask())
    boats = Sheet(shape)
    for px in (35, 41):
        boats.ellipse(x + px * u, y - 21.4 * u, 2.3 * u, 1.1 * u)
    picture = lay(picture, shade("#e8762c"), boats.mask())
    # The side away from the light is a little darker towards the stern.
    columns = np.arange(shape[1], dtype=np.float32)[None, :]
    stern = np.clip(1 - (columns - x) / (size * 0.5), 0, 1) * np.ones((shape[0], 1), np.float32)
    return lay(picture, shade("#22344a"), stern * 0.28 * np.clip(hull + band, 0, 1))


def sail(picture, x, y, size, cloth="#f6efe2", hull="#3a2c2a", shadow=0.25):
    """A sailing boat; `size` is the height of its mast in pixels, y the waterline."""
    shape = picture.shape[:2]
    u = size / 100

    def at(points):
        return [(x + px * u, y - py * u) for px, py in points]

    picture = lay(picture, hull, Sheet(shape).polygon(at([(-26, 0), (-31, 8), (34, 9), (24, 0)])).mask())
    main = [(1, 14), (1, 100), (-6, 78), (-15, 50), (-24, 15)]
    jib = [(3, 13), (2, 90), (12, 55), (30, 12)]
    picture = lay(picture, cloth, Sheet(shape).polygon(at(main)).polygon(at(jib)).mask())
    picture = lay(picture, hull, Sheet(shape).polygon(at([(1, 14), (1, 100), (-2, 85), (-7, 40), (-9, 14)])).mask() * shadow)
    return lay(picture, hull, Sheet(shape).line(at([(1, 8), (1, 102)]), 1.4 * u).line(at([(1, 13), (-25, 14)]), 1.2 * u).mask())


def wake(picture, x, y, length, height, seed, colour="#ffffff", strength=0.8):
    """Foam behind and along a hull whose waterline starts at x."""
    from noise import field

    shape = picture.shape[:2]
    sheet = Sheet(shape).polygon([(x - length, y + height * 0.9), (x, y - height * 0.1), (x + length * 1.2, y), (x + length * 1.1, y + height * 0.25), (x, y + height)])
    foam = field(shape, 60, 9, seed, 5)
    return lay(picture, colour, blur(sheet.mask(), 3) * np.clip((foam - 0.35) * 2.4, 0, 1) * strength)
