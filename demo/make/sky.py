"""Skies: gradients, clouds with a lit and a shaded side, stars."""

import numpy as np

from light import blur, lay, ramp, rgb
from noise import field


def gradient(shape, horizon, stops):
    """A sky from the top (0) to the horizon (1)."""
    rows = np.arange(shape[0], dtype=np.float32)[:, None] / horizon
    return ramp(np.broadcast_to(rows, shape), stops)


def clouds(picture, horizon, seed, lit, shaded, cover=0.5, scale=(700, 170), angle=(0, 1), hardness=4.0, strength=0.9):
    """Clouds of one layer; `angle` points to where the light comes from, in pixels across and down."""
    shape = picture.shape[:2]
    body = field(shape, *scale, seed, 7, 0.55)
    rows = np.arange(shape[0], dtype=np.float32)[:, None] / horizon
    mask = np.clip((body - (1 - cover)) * hardness, 0, 1) * np.clip((1.08 - rows) * 6, 0, 1)
    shift = [int(part * 26) for part in angle]
    down = np.clip(np.arange(shape[0]) + shift[1], 0, shape[0] - 1)
    across = np.clip(np.arange(shape[1]) + shift[0], 0, shape[1] - 1)
    side = body - body[down][:, across]
    side = np.clip(0.5 + side * 2.6, 0, 1)
    colour = rgb(shaded) + (rgb(lit) - rgb(shaded)) * side[..., None]
    return lay(picture, colour, blur(mask, 1.2) * strength)


def stars(picture, horizon, seed, count=700, brightness=1.0):
    """Stars, fewer and fainter towards the horizon."""
    rng = np.random.default_rng(seed)
    out = picture.copy()
    height, width, _ = picture.shape
    for _ in range(count):
        y, x = int(horizon * rng.random() ** 1.4), int(rng.integers(2, width - 2))
        light = brightness * rng.random() ** 3 * (1 - y / horizon)
        size = 1 + int(light > 0.45)
        out[y : y + size, x : x + size] = np.clip(out[y : y + size, x : x + size] + light, 0, 1)
    return out
