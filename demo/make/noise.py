"""Smooth random fields: the stuff of clouds, water and wood."""

import numpy as np
from PIL import Image


def field(shape, scale_x, scale_y, seed, octaves=5, gain=0.5):
    """A fractal field of values around 0.5 within 0 to 1; features of about scale_x by scale_y pixels."""
    height, width = shape
    rng = np.random.default_rng(seed)
    total = np.zeros(shape, np.float32)
    weight, reach = 1.0, 0.0
    for octave in range(octaves):
        columns = max(2, int(round(width / max(scale_x / 2**octave, 1.0))) + 3)
        rows = max(2, int(round(height / max(scale_y / 2**octave, 1.0))) + 3)
        grid = rng.random((min(rows, height), min(columns, width))).astype(np.float32)
        layer = Image.fromarray(grid, mode="F").resize((width, height), Image.BICUBIC)
        total += np.asarray(layer) * weight
        reach += weight
        weight *= gain
    total /= reach
    low, high = np.percentile(total, [1, 99])
    return np.clip((total - low) / (high - low + 1e-6), 0.0, 1.0)


def tile(size, cells, seed, octaves=4):
    """A field that repeats seamlessly in both directions, -1 to 1; a sum of random waves on a torus."""
    rng = np.random.default_rng(seed)
    spectrum = np.zeros((size, size), np.complex64)
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(size, 1 / size), np.fft.fftfreq(size, 1 / size)))
    band = (frequency >= cells / 2) & (frequency <= cells * 2**octaves)
    phase = rng.random((size, size)) * 2 * np.pi
    spectrum[band] = (np.exp(1j * phase[band]) / np.maximum(frequency[band], 1.0) ** 1.5).astype(np.complex64)
    waves = np.fft.ifft2(spectrum).real.astype(np.float32)
    return waves / (np.abs(waves).max() + 1e-9)


def look_up(texture, x, y):
    """Bilinear values of a repeating texture at real coordinates."""
    size = texture.shape[0]
    left, top = np.floor(x), np.floor(y)
    fx, fy = (x - left).astype(np.float32), (y - top).astype(np.float32)
    left, top = left.astype(np.int64) % size, top.astype(np.int64) % size
    right, bottom = (left + 1) % size, (top + 1) % size
    above = texture[top, left] * (1 - fx) + texture[top, right] * fx
    below = texture[bottom, left] * (1 - fx) + texture[bottom, right] * fx
    return above * (1 - fy) + below * fy
