"""The film: a ferry crosses the bay in the evening, twelve seconds."""

import subprocess
import tempfile
from pathlib import Path

import numpy as np

from light import add, glow, lay
from painter import paint
from sea import Sea
from shape import Sheet, range_line, ridge
from ship import ferry
from sky import clouds, gradient
from sound import write_surf

SHAPE = (1080, 1920)
HORIZON = 600
FRAMES, RATE = 300, 25
SUN = 1330


def backdrop():
    """Sky and hills, painted once and wider than the picture, so that they can drift."""
    shape = (SHAPE[0], SHAPE[1] + 80)
    picture = gradient(shape, HORIZON, [(0, "#274a7c"), (0.35, "#7c7fa6"), (0.68, "#eab08e"), (0.9, "#ffc07d"), (1, "#ffdca0")])
    picture = clouds(picture, HORIZON, 102, "#ffcf9f", "#6d6a92", 0.5, (1000, 120), (0.3, 1), 3.2)
    picture = clouds(picture, HORIZON, 9, "#ffe7c2", "#b98796", 0.28, (460, 60), (0.3, 1), 4, 0.8)
    picture = add(picture, "#ffb964", glow(shape, SUN + 40, 418, 200, 1.2) * 0.7)
    picture = add(picture, "#fff3cf", glow(shape, SUN + 40, 418, 42, 3.4) * 1.6)
    for height, scale, seed, colour in [(110, 640, 19, "#9a8298"), (64, 480, 27, "#6d6480")]:
        picture = lay(picture, colour, ridge(shape, range_line(shape[1], HORIZON + 2, height, scale, seed)))
    return paint(picture, 4, 0.95, keep=0.25)


def vessel():
    """The ferry alone: its colours and how much it covers."""
    black, white = np.zeros((*SHAPE, 3), np.float32), np.ones((*SHAPE, 3), np.float32)
    on_black, on_white = (ferry(ground, 40, HORIZON + 3, 620, 0.74, "#ffe0a0") for ground in (black, white))
    cover = np.clip(1 - (on_white - on_black).mean(axis=-1), 0, 1)
    colour = np.where(cover[..., None] > 0.003, on_black / np.maximum(cover[..., None], 0.003), 0)
    warm = np.clip(colour * np.array([1.08, 0.95, 0.86], np.float32), 0, 1)
    return warm[:, :720], cover[:, :720]


def shifted(array, x):
    """The array moved right by a real number of pixels into a row of the picture's width."""
    whole, part = int(np.floor(x)), x - np.floor(x)
    out = np.zeros((SHAPE[0], SHAPE[1], *array.shape[2:]), np.float32)
    for offset, weight in ((whole, 1 - part), (whole + 1, part)):
        left, right = max(0, offset), min(SHAPE[1], offset + array.shape[1])
        if right > left:
            out[:, left:right] += array[:, left - offset : right - offset] * weight
    return out


def birds(picture, time):
    """Four gulls far away, beating their wings."""
    for number, (x, y, size, speed) in enumerate([(420, 250, 26, 34), (490, 286, 20, 34), (300, 225, 17, 30), (1120, 180, 15, 26)]):
        px, py = x + speed * time, y + 9 * np.sin(time * 0.9 + number)
        beat = np.sin(time * (5.2 + 0.4 * number) + number * 1.7)
        top, left = int(py) - 40, int(px) - 50
        sheet = Sheet((80, 100))
        cx, cy = px - left, py - top
        for side in (-1, 1):
            joint = (cx + side * size * 0.5, cy - size * (0.26 + 0.22 * beat))
            tip = (cx + side * size, cy - size * (0.05 + 0.34 * beat))
            sheet.polygon([(cx, cy - 2), joint, tip, (joint[0] - side * 1, joint[1] + 4), (cx, cy + 3)])
        sheet.ellipse(cx, cy + 0.5, size * 0.22, 2.6)
        area = (slice(top, top + 80), slice(left, left + 100))
        picture[area] = lay(picture[area], "#3d3a52", sheet.mask() * 0.85)
    return picture


def frames():
    """Every frame as bytes, red green blue."""
    sky, (colour, cover), water = backdrop(), vessel(), Sea(SHAPE, HORIZON, 41, 1.35, "#12324e", 1.0, 0.58)
    rows, columns = np.mgrid[HORIZON : SHAPE[0], 0 : SHAPE[1]].astype(np.float32)
    for number in range(FRAMES):
        time = number / RATE
        drift = 60 - 3.2 * time
        picture = shifted(sky, drift - 80)
        x = 150 + 46 * time
        hull = shifted(cover, x)[..., None]
        picture = picture * (1 - hull) + shifted(colour, x) * hull
        picture = birds(picture, time)
        picture = water.pour(picture, time * 0.55)
        waves = water.heights(time * 0.55)
        sun = SUN + 40 + drift - 80
        path = np.exp(-(((columns - sun) / (26 + (rows - HORIZON) * 0.4)) ** 2))
        sparkle = np.clip(waves * 2.2 + 0.1, 0, 1)
        lower = add(picture[HORIZON:], "#ffcf8a", path * sparkle)
        lower = add(lower, "#fff0cc", path**2 * np.clip(sparkle - 0.45, 0, 1) * 1.5)
        bow, stern = x + 630, x + 44
        foam = np.exp(-(((rows - HORIZON - 5) / 4.5) ** 2)) * ((columns > stern - 260) & (columns < bow)) * np.clip((columns - stern + 260) / 260, 0, 1)
        foam += np.exp(-(((rows - HORIZON - 9) / 5) ** 2)) * np.exp(-(((columns - stern + 40) / 120) ** 2))
        picture[HORIZON:] = lay(lower, "#fff1de", np.clip(foam * np.clip(waves * 1.6 + 0.62, 0, 1), 0, 0.9))
        yield (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8).tobytes()


def render(path, quality=33):
    """Writes the film as H.264 with a quiet AAC track."""
    with tempfile.TemporaryDirectory() as folder:
        surf = Path(folder) / "surf.wav"
        write_surf(surf, FRAMES / RATE, seed=6)
        command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{SHAPE[1]}x{SHAPE[0]}", "-r", str(RATE), "-i", "-", "-i", str(surf)]
        command += ["-c:v", "libx264", "-preset", "slow", "-crf", str(quality), "-pix_fmt", "yuv420p", "-g", "50", "-bf", "2"]
        command += ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-vf", "scale=out_color_matrix=bt709:out_range=tv"]
        command += ["-c:a", "aac", "-b:a", "96k", "-shortest", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-movflags", "+faststart", str(path)]
        encoder = subprocess.Popen(command, stdin=subprocess.PIPE)
        for frame in frames():
            encoder.stdin.write(frame)
        encoder.stdin.close()
        if encoder.wait() != 0:
            raise RuntimeError("ffmpeg could not write the film")
