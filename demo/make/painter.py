"""Turns a picture into a painting: strokes from broad to fine along the shapes, then light on the relief of the paint."""

import numpy as np
from PIL import Image

#: Broad to fine: length, width, distance between strokes, all in pixels.
BRUSHES = [(120, 34, 22), (70, 18, 11), (38, 9, 6), (20, 4.5, 3.6)]


def soften(array, radius):
    """Blur of an array with any number of channels: two box means in each direction."""
    for _ in range(2):
        for axis in (0, 1):
            array = box_mean(array, radius, axis)
    return array


def box_mean(array, radius, axis):
    """Mean over 2 radius + 1 neighbours, edges repeated."""
    pad = [(0, 0)] * array.ndim
    pad[axis] = (radius + 1, radius)
    sums = np.cumsum(np.pad(array, pad, mode="edge"), axis=axis, dtype=np.float64)
    size = array.shape[axis]
    window = 2 * radius + 1
    high = np.take(sums, range(window, window + size), axis=axis)
    low = np.take(sums, range(0, size), axis=axis)
    return ((high - low) / window).astype(np.float32)


def directions(picture):
    """Along which angle the strokes run: the smoothed direction in which the picture changes least."""
    grey = soften(picture.mean(axis=-1), 2)
    dy, dx = np.gradient(grey)
    xx, yy, xy = soften(dx * dx, 9), soften(dy * dy, 9), soften(dx * dy, 9)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    strength = np.hypot(xx - yy, 2 * xy)
    certain = strength / (strength + 2e-6)
    # Where nothing leads, strokes lie flat, as in skies and on water.
    return np.arctan2(np.sin(2 * angle) * certain, np.cos(2 * angle) * certain + (1 - certain) * 1.0) / 2


def bristles(length, width, rng):
    """One stroke: how thick the paint lies, in a box with the stroke along x."""
    along, across = int(length), max(3, int(np.ceil(width)))
    u = np.linspace(-1, 1, along, dtype=np.float32)[None, :]
    v = np.linspace(-1, 1, across, dtype=np.float32)[:, None]
    body = np.clip(1.25 - np.abs(v) ** 3 - np.abs(u) ** 5, 0, 1)
    hairs = rng.random((across, 1)).astype(np.float32) * 0.55 + 0.45
    lift = np.clip(1.35 - (u + 1) * 0.42 * (0.6 + rng.random((across, 1)).astype(np.float32)), 0.25, 1)
    return np.clip(body * hairs * lift * 1.35, 0, 1)


class Palette:
    """Strokes cut once for all angles, so that laying them is only copying."""

    ANGLES, KINDS = 36, 6

    def __init__(self, length, width, rng):
        self.stamps = {}
        side = int(length * 1.1) + 4
        for kind in range(self.KINDS):
            stroke = Image.fromarray(bristles(length * rng.uniform(0.75, 1.05), width * rng.uniform(0.8, 1.15), rng), mode="F")
            sheet = Image.new("F", (side, side))
            sheet.paste(stroke, ((side - stroke.width) // 2, (side - stroke.height) // 2))
            for step in range(self.ANGLES):
                turned = sheet.rotate(-step * 180 / self.ANGLES, resample=Image.BILINEAR)
                array = np.asarray(turned)
                rows, columns = np.where(array > 0.02)
                box = array[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].copy()
                self.stamps[kind, step] = box

    def pick(self, angle, rng):
        step = int(round(angle / np.pi * self.ANGLES)) % self.ANGLES
        return self.stamps[int(rng.integers(self.KINDS)), step]


def paint(picture, seed, fine=1.0, liveliness=0.035, keep=0.35, brushes=None):
    """The painting. `fine` scales the brushes, `keep` (0 to 1) lets so much of the drawing's own edges through."""
    rng = np.random.default_rng(seed)
    height, width, _ = picture.shape
    angles = directions(picture)
    canvas = soften(picture, 24) * 0.92
    relief = np.zeros((height, width), np.float32)
    for level, (length, breadth, step) in enumerate(brushes or BRUSHES):
        length, breadth, step = length * fine, breadth * fine, step * fine
        palette = Palette(length, breadth, rng)
        source = soften(picture, max(1, int(breadth / 3)))
        error = soften(np.abs(source - canvas).sum(axis=-1), max(1, int(breadth / 2)))
        rows, columns = np.mgrid[step / 2 : height : step, step / 2 : width : step]
        spots = np.stack([rows.ravel(), columns.ravel()], axis=-1) + rng.uniform(-step, step, (rows.size, 2)) * 0.7
        rng.shuffle(spots)
        spots = np.clip(spots, 0, [height - 1, width - 1]).astype(int)
        threshold = (0.0, 0.02, 0.05, 0.075)[min(level, 3)]
        for y, x in spots:
            if error[y, x] < threshold:
                continue
            stamp = palette.pick(angles[y, x] + rng.normal(0, 0.12), rng)
            colour = np.clip(source[y, x] * (1 + rng.normal(0, liveliness)) + rng.normal(0, liveliness * 0.35, 3), 0, 1)
            put(canvas, relief, stamp, y, x, colour, 0.85)
    canvas = canvas + (picture - canvas) * keep
    return np.clip(varnish(canvas, relief), 0, 1)


def put(canvas, relief, stamp, y, x, colour, opacity):
    """Lays one stroke, cut at the edges of the canvas."""
    rows, columns = stamp.shape
    top, left = y - rows // 2, x - columns // 2
    cut_top, cut_left = max(0, -top), max(0, -left)
    bottom, right = min(canvas.shape[0], top + rows), min(canvas.shape[1], left + columns)
    if bottom <= top + cut_top or right <= left + cut_left:
        return
    part = stamp[cut_top : bottom - top, cut_left : right - left]
    area = (slice(top + cut_top, bottom), slice(left + cut_left, right))
    alpha = (part * opacity)[..., None]
    canvas[area] += (colour - canvas[area]) * alpha
    relief[area] += (part - relief[area]) * part


def varnish(canvas, relief):
    """Light from the upper left on the ridges of the paint."""
    fine = relief - soften(relief, 3)
    dy, dx = np.gradient(fine)
    shade = np.clip(-(dx + dy) * 0.16, -0.05, 0.06)
    return canvas * (1 + shade[..., None]) + np.clip(shade, 0, 1)[..., None] * 0.12
