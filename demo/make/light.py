"""Colours as arrays: ramps, layers laid over each other, glows, tone."""

import numpy as np
from PIL import Image, ImageFilter


def rgb(text):
    """`#rrggbb` as three numbers from 0 to 1."""
    return np.array([int(text[at : at + 2], 16) / 255 for at in (1, 3, 5)], np.float32)


def ramp(position, stops):
    """Colours along stops [(place, '#rrggbb'), ...]; mixed as squares, which stays bright between hues."""
    places = [place for place, _ in stops]
    colours = np.array([rgb(colour) ** 2 for _, colour in stops])
    channels = [np.interp(position, places, colours[:, channel]) for channel in range(3)]
    return np.sqrt(np.stack(channels, axis=-1)).astype(np.float32)


def lay(picture, colour, mask):
    """A colour or picture over another, where the mask (0 to 1) says so."""
    if isinstance(colour, str):
        colour = rgb(colour)
    return picture + (colour - picture) * mask[..., None]


def add(picture, colour, strength):
    """Light on top of light, never beyond white (screen)."""
    if isinstance(colour, str):
        colour = rgb(colour)
    return 1 - (1 - picture) * (1 - np.clip(colour * strength[..., None], 0, 1))


def glow(shape, x, y, radius, power=2.0):
    """A round light that falls off from 1."""
    rows, columns = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    distance = np.hypot(columns - x, rows - y) / radius
    return 1 / (1 + distance**2) ** power


def blur(mask, radius):
    """A softer mask."""
    image = Image.fromarray((np.clip(mask, 0, 1) * 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius))).astype(np.float32) / 255


def save(picture, path, quality):
    """Writes a JPEG with full colour resolution where it pays."""
    image = Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))
    image.save(path, quality=quality, optimize=True, progressive=True, subsampling="4:2:0")
