"""Masks of drawn shapes with smooth edges."""

import numpy as np
from PIL import Image, ImageDraw

FINE = 2


class Sheet:
    """A black sheet to draw white shapes on, in pixels of the picture."""

    def __init__(self, shape):
        self.height, self.width = shape
        self.image = Image.new("L", (self.width * FINE, self.height * FINE))
        self.pen = ImageDraw.Draw(self.image)

    def polygon(self, points, shade=255):
        self.pen.polygon([(x * FINE, y * FINE) for x, y in points], fill=shade)
        return self

    def box(self, x, y, w, h, radius=0, shade=255):
        self.pen.rounded_rectangle([x * FINE, y * FINE, (x + w) * FINE, (y + h) * FINE], radius * FINE, fill=shade)
        return self

    def ellipse(self, x, y, rx, ry, shade=255):
        self.pen.ellipse([(x - rx) * FINE, (y - ry) * FINE, (x + rx) * FINE, (y + ry) * FINE], fill=shade)
        return self

    def line(self, points, width, shade=255):
        self.pen.line([(x * FINE, y * FINE) for x, y in points], fill=shade, width=max(1, round(width * FINE)), joint="curve")
        return self

    def mask(self):
        small = self.image.resize((self.width, self.height), Image.BOX)
        return np.asarray(small).astype(np.float32) / 255


def ridge(shape, height_at):
    """Everything below a line; `height_at` gives its y for every x."""
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    return np.clip(rows - height_at[None, :] + 0.5, 0, 1)


def range_line(width, base, height, scale, seed, octaves=6):
    """The skyline of hills: a y for every x."""
    from noise import field

    line = field((4, width), scale, 4, seed, octaves)[1]
    return base - line * height
