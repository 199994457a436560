"""The sound of small waves: filtered noise that comes and goes, quiet enough for a waiting room."""

import wave

import numpy as np

RATE = 48_000


def surf(seconds, seed):
    """Two channels from -1 to 1."""
    rng = np.random.default_rng(seed)
    count = int(seconds * RATE)
    time = np.arange(count) / RATE
    channels = []
    for side in range(2):
        spectrum = np.fft.rfft(rng.normal(0, 1, count))
        frequency = np.fft.rfftfreq(count, 1 / RATE)
        # Falls towards high tones like water does, without the rumble below.
        spectrum *= 1 / np.maximum(frequency, 60) ** 0.9 * (frequency > 70) * np.exp(-frequency / 6000)
        noise = np.fft.irfft(spectrum, count)
        noise /= np.abs(noise).max()
        swell = 0.42 + 0.34 * np.sin(2 * np.pi * time / 4.0 + side * 0.5) ** 2 + 0.18 * np.sin(2 * np.pi * time / 2.7 + side) ** 2
        channels.append(noise * swell)
    fade = np.clip(np.minimum(time / 0.8, (seconds - time) / 0.8), 0, 1)
    return np.stack(channels, axis=-1) * fade[:, None] * 0.4


def write_surf(path, seconds, seed):
    """A WAV file of it, 16 bit."""
    samples = (surf(seconds, seed) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
